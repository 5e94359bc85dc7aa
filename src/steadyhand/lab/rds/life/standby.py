"""The standby of a Multi-AZ instance: built, in step, lost, and promoted when the primary dies."""

import signal
from collections.abc import Callable

from steadyhand.lab.rds.installation import PostgresFailed
from steadyhand.lab.rds.life import making
from steadyhand.lab.rds.life.making import STANDBY
from steadyhand.lab.rds.room import Live, Room
from steadyhand.lab.rds.server import (
    Place,
    Server,
    configure,
    copy_running,
    open_server,
    spawn,
    wait,
)


def other(side: str) -> str:
    return "b" if side == "a" else "a"


def build_standby(room: Room, live: Live) -> None:
    """Copy the running primary in the background; it counts once it is in step."""
    primary = live.server
    assert primary is not None
    instance = live.instance
    folder = room.folder(instance, other(instance.side))
    host, port = room.ground.addresses.take(5432)
    where = Place(f"rds:{instance.identifier}:standby", folder, host, port)
    lines = making.settings(room, live)
    lines["primary_conninfo"] = making.conninfo(room, instance, STANDBY)

    def work() -> Server:
        copy_running(room.installation, primary, folder)
        configure(room.installation, folder, lines)
        room.installation.write(folder / "standby.signal", "")
        standby = spawn(room.installation, room.ground.processes, where)
        try:
            streams = f"select from pg_stat_replication where application_name = '{STANDBY}'"
            wait(primary, f"select exists ({streams} and state = 'streaming')")
        except PostgresFailed:
            room.finish(standby)
            raise
        return standby

    live.building = room.workers.submit(work)


def standby_built(room: Room, live: Live) -> None:
    """From here on no commit returns before the standby has it."""
    building, live.building = live.building, None
    if building is None or building.exception() is not None:
        return
    standby: Server = building.result()
    if live.server is None or not live.instance.multi_az:
        room.workers.submit(room.finish, standby)
        return
    live.standby = standby
    making.settle(room, live)


def drop_standby(room: Room, live: Live) -> None:
    """Go on without the standby: commits wait for nobody."""
    gone, live.standby = live.standby, None
    if gone is not None:
        room.workers.submit(room.finish, gone)
    making.settle(room, live)


def swap(room: Room, live: Live) -> Callable[[], Server]:
    """Prepare the work of a failover: the primary dies, the standby takes its address.

    The standby starts again at the endpoint's address and ends its recovery there, on a timeline of
    its own, with all it had received: every commit that was acknowledged is in it.
    """
    old, new = live.server, live.standby
    if new is None:
        raise PostgresFailed("the standby is gone")
    instance = live.instance
    where = making.place(room, live, other(instance.side))
    lines = making.settings(room, live)
    lines.pop("synchronous_standby_names", None)
    archived = instance.retention_days > 0
    replay = making.fetch_command(room.archive(instance)) if archived else "/bin/false"

    def work() -> Server:
        if old is not None:
            if old.alive:
                in_step = (
                    "select exists (select from pg_stat_replication where sync_state = 'sync')"
                )
                wait(old, in_step, 20)
            old.end(signal.SIGQUIT)
            room.ground.processes.forget(old.process.pid)
        room.finish(new)
        made = room.installation
        configure(made, where.data, {**lines, "restore_command": replay})
        (where.data / "standby.signal").unlink(missing_ok=True)
        made.write(where.data / "recovery.signal", "")
        opened = "select not pg_is_in_recovery()"
        server = open_server(made, room.ground.processes, where, opened)
        configure(made, where.data, lines)
        server.reload()
        return server

    return work


def swapped(room: Room, live: Live, server: Server) -> None:
    instance = live.instance
    live.standby = None
    instance.side = other(instance.side)
    instance.az, instance.secondary_az = instance.secondary_az, instance.az
    making.attach(room, live, server)
