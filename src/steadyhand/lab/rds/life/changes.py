"""What is asked of an instance in; steps that make it so, out: reboot, failover, stop, modify …

Whether it may be asked is judged in operations/, before anything here is called.
"""

import shutil
from collections.abc import Callable
from typing import Any

from steadyhand.lab.rds.life import backups, making, standby
from steadyhand.lab.rds.model import Status
from steadyhand.lab.rds.room import Live, Room, Step
from steadyhand.lab.rds.server import Server, configure, start, wait

# How long AWS takes, about, in seconds.
REBOOT, FAILOVER, STOP, START, DELETE = 45.0, 90.0, 240.0, 300.0, 180.0
PROMOTE = 180.0


def tell(room: Room, live: Live, message: str, category: str) -> None:
    room.tell("db-instance", live.instance.identifier, message, category)


# --- restarts ---------------------------------------------------------------------------------


def restarted(room: Room, live: Live) -> Callable[[], Server]:
    """Prepare the work of a restart with what is wanted now."""
    old, where, lines = live.server, making.place(room, live), making.settings(room, live)

    def work() -> Server:
        if old is not None:
            room.finish(old)
        configure(room.installation, where.data, lines)
        return start(room.installation, room.ground.processes, where)

    return work


def reboot(room: Room, live: Live, failover: bool = False) -> None:
    """Restart an instance; its static parameters take effect. With failover, swap the two zones."""
    if failover:
        fail_over(room, live, apply=True)
        return
    _take_parameters(room, live)

    def done(server: Server) -> None:
        making.attach(room, live, server)
        tell(room, live, "DB instance restarted", "availability")

    tell(room, live, "DB instance shutdown", "availability")
    work = restarted(room, live)
    room.begin(live, Step(Status.REBOOTING, REBOOT, work, done, unstartable(room, live)))


def _take_parameters(room: Room, live: Live) -> None:
    instance = live.instance
    instance.applied = dict(room.group_of(instance).values)
    instance.restart_due = False


def unstartable(room: Room, live: Live) -> Callable[[Exception], None]:
    def failed(error: Exception) -> None:
        making.detach(live)
        standby.drop_standby(room, live)
        live.instance.status = Status.INCOMPATIBLE_PARAMETERS
        tell(room, live, f"DB instance cannot be started: {error}", "failure")

    return failed


def fail_over(room: Room, live: Live, apply: bool = False, first: bool = False) -> None:
    """Promote the standby. Waits until there is one in step."""
    if apply:
        _take_parameters(room, live)
    tell(room, live, "Multi-AZ instance failover started.", "failover")

    def work() -> Server:
        return standby.swap(room, live)()

    def done(server: Server) -> None:
        standby.swapped(room, live, server)
        tell(room, live, "DB instance restarted", "availability")
        tell(room, live, "Multi-AZ instance failover completed", "failover")

    step = Step(
        *(Status.REBOOTING, FAILOVER, work, done, unstartable(room, live)),
        ready=lambda: live.standby is not None,
    )
    room.begin(live, step, first)


def recover(room: Room, live: Live) -> None:
    """The server ended by itself: its standby takes over, or it is started again."""
    if live.standby is not None and live.standby.alive:
        fail_over(room, live, first=True)
        return
    live.standby = None
    tell(room, live, "Recovery of the DB instance has started.", "recovery")

    def done(server: Server) -> None:
        making.attach(room, live, server)
        tell(room, live, "Recovery of the DB instance is complete.", "recovery")

    work = restarted(room, live)
    room.begin(live, Step(Status.REBOOTING, REBOOT, work, done, unstartable(room, live)), True)


# --- stop, start, delete ----------------------------------------------------------------------


def _end(room: Room, live: Live) -> None:
    """End all servers of an instance. Blocks."""
    servers = [one for one in (live.server, live.standby) if one is not None]
    if live.building is not None and live.building.exception(30) is None:
        servers.append(live.building.result())
    for server in servers:
        room.finish(server)


def stop(room: Room, live: Live) -> None:
    def work() -> None:
        _end(room, live)

    def done(_: None) -> None:
        making.detach(live)
        live.standby = live.building = None
        tell(room, live, "DB instance stopped", "notification")

    failed = unstartable(room, live)
    room.begin(live, Step(Status.STOPPING, STOP, work, done, failed, then=Status.STOPPED))


def start_again(room: Room, live: Live) -> None:
    _take_parameters(room, live)
    live.standby = None

    def done(server: Server) -> None:
        making.attach(room, live, server)
        tell(room, live, "DB instance started", "notification")

    work = restarted(room, live)
    room.begin(live, Step(Status.STARTING, START, work, done, unstartable(room, live)))


def delete(room: Room, live: Live) -> None:
    """Delete an instance, with a last snapshot if it is to have one."""
    instance = live.instance
    final = None
    if instance.final:
        final = room.snapshots.get(instance.final)
        if final is None:
            final = backups.new_snapshot(room, instance, instance.final, "manual")

    def work() -> Any:
        made = None
        if final is not None and not final.finished and live.server is not None:
            made = backups.copied(room, live.server, final)
        _end(room, live)
        return made

    def done(made: Any) -> None:
        if final is not None and made is not None:
            backups.finish(room, final, *made)
        _gone(room, live)

    def failed(error: Exception) -> None:
        making.fail(room, live, error)

    for replica in room.replicas(instance.identifier):
        promote(room, replica)
    step = Step(Status.DELETING, DELETE, work, done, failed, then=Status.DELETING)
    room.begin(live, step)


def _gone(room: Room, live: Live) -> None:
    instance = live.instance
    making.detach(live)
    live.queue.clear()
    for snapshot in room.snapshots_of(instance, "automated"):
        backups.drop(room, snapshot)
    room.lives.pop(instance.identifier, None)
    root = room.installation.root
    for folder in ("instances", "archive", "logs"):
        gone = root / folder / instance.resource_id
        room.workers.submit(shutil.rmtree, gone, ignore_errors=True)
    tell(room, live, "DB instance deleted", "deletion")


# --- replicas ---------------------------------------------------------------------------------


def promote(
    room: Room, live: Live, retention: int | None = None, window: str | None = None
) -> None:
    """Make a replica an instance of its own."""
    instance, server = live.instance, live.server
    assert server is not None
    instance.source = ""
    lines = making.settings(room, live)

    def work() -> None:
        server.run("select pg_promote(true, 30)")
        wait(server, "select not pg_is_in_recovery()")
        configure(room.installation, server.data, lines)
        server.reload()

    def done(_: None) -> None:
        instance.retention_days = 1 if retention is None else retention
        instance.backup_window = window or instance.backup_window
        making.attach(room, live, server)
        making.settle(room, live)
        tell(room, live, "Promoted Read Replica to a standalone database instance.", "read replica")
        backups.automated(room, live)

    room.begin(live, Step(Status.MODIFYING, PROMOTE, work, done, unstartable(room, live)))
