"""What time does to RDS: steps go on, windows open, what died is started again, what is old goes.

`tick` is called every 0.2 s with the API's lock held and never blocks.
"""

import time
from datetime import datetime, timedelta

from steadyhand.lab.rds.classes import quota
from steadyhand.lab.rds.life import backups, changes, making, modifying, standby
from steadyhand.lab.rds.model import ACCEPTING, SERVING, Instance, Status
from steadyhand.lab.rds.room import Live, Room
from steadyhand.lab.rds.watching import used

CHECK_SECONDS = 2.0
SAVE_SECONDS = 1.0  # what a request changes is written with its answer
LOG_CHECK_SECONDS = 60.0
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def tick(room: Room) -> None:
    for live in list(room.lives.values()):
        room.advance(live)
        _alive(room, live)
        _standby(room, live)
        _storage(room, live)
        _windows(room, live)
        if live.watch is not None and live.watch.beat is not None:
            live.instance.beat = live.watch.beat
    for name, future in list(room.copies.items()):
        if future.done():
            del room.copies[name]
            snapshot = room.snapshots.get(name)
            if snapshot is not None and future.exception() is None:
                backups.finish(room, snapshot, snapshot.first_wal, room.now())
            elif snapshot is not None:
                snapshot.status = "failed"
    if time.monotonic() - room.saved > SAVE_SECONDS:
        room.save()


def _alive(room: Room, live: Live) -> None:
    serving = live.instance.status in SERVING
    if live.server is not None and not live.server.alive and serving and live.doing is None:
        room.ground.processes.forget(live.server.process.pid)
        changes.recover(room, live)


def _standby(room: Room, live: Live) -> None:
    if live.standby is not None and not live.standby.alive and live.doing is None:
        standby.drop_standby(room, live)
    if live.building is not None and live.building.done():
        standby.standby_built(room, live)
    wanted = live.instance.multi_az and live.standby is None and live.building is None
    running = live.server is not None and live.server.alive
    resting = live.doing is None and live.instance.status in SERVING
    if wanted and running and resting and time.monotonic() - live.checked > CHECK_SECONDS:
        live.checked = time.monotonic()
        standby.build_standby(room, live)


def _storage(room: Room, live: Live) -> None:
    """Over its allocation, an instance writes no more; see classes.quota for the scale."""
    if live.watch is None or not live.watch.sample.used or live.doing is not None:
        return
    most, taken = quota(live.instance.allocated_gib), live.watch.sample.used
    identifier = live.instance.identifier
    if not live.full and taken >= most:
        live.full = True
        making.settle(room, live)
        room.workers.submit(_cut_writers, live)
        message = "The allocated storage for the DB instance has been exhausted."
        room.tell("db-instance", identifier, message, "low storage", "failure")
    elif live.full and taken < most * 0.95:
        live.full = False
        making.settle(room, live)
    resting = live.instance.status in (Status.AVAILABLE, Status.STORAGE_FULL)
    if resting and not live.queue:
        live.instance.status = Status.STORAGE_FULL if live.full else Status.AVAILABLE


def _cut_writers(live: Live) -> None:
    """What is writing at this moment fails, as it would for want of space."""
    if live.server is not None:
        live.server.run(
            "select pg_terminate_backend(pid) from pg_stat_activity where backend_xid is not null"
            " and pid <> pg_backend_pid()"
        )


def _windows(room: Room, live: Live) -> None:
    instance, now = live.instance, room.now()
    if instance.status not in ACCEPTING or room.busy(live):
        return
    if instance.pending and in_maintenance(instance, now):
        modifying.apply(room, live)
        return
    if instance.retention_days == 0 or instance.source:
        return
    opened = backup_began(instance, now)
    own = room.snapshots_of(instance, "automated")
    if not own:
        backups.automated(room, live, quiet=True)
    elif opened is not None and own[-1].started < opened:
        backups.automated(room, live)
    elif time.monotonic() - live.checked > LOG_CHECK_SECONDS:
        live.checked = time.monotonic()
        backups.bound_log(room, live, used(room.archive(instance)))


def backup_began(instance: Instance, now: datetime) -> datetime | None:
    """When today's backup window began, if it is open now."""
    first, _, last = instance.backup_window.partition("-")
    begins, ends = _minutes(first), _minutes(last)
    length = (ends - begins) % (24 * 60)
    at = (now.hour * 60 + now.minute - begins) % (24 * 60)
    if at >= length:
        return None
    return (now - timedelta(minutes=at)).replace(second=0, microsecond=0)


def in_maintenance(instance: Instance, now: datetime) -> bool:
    first, _, last = instance.maintenance_window.partition("-")
    week = 7 * 24 * 60
    begins, ends = _week_minutes(first), _week_minutes(last)
    at = now.weekday() * 24 * 60 + now.hour * 60 + now.minute
    return (at - begins) % week < (ends - begins) % week


def _minutes(text: str) -> int:
    hour, _, minute = text.partition(":")
    return int(hour) * 60 + int(minute)


def _week_minutes(text: str) -> int:
    day, _, clock = text.partition(":")
    return DAYS.index(day.lower()) * 24 * 60 + _minutes(clock)
