"""An instance that is wanted in; its data made, its servers started, out.

`make` knows four origins: new, from a snapshot, as of a moment, as a replica. Each can be begun
again from the start when the lab died half-way.
"""

import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from psycopg import sql

from steadyhand.lab.rds.classes import CLASSES, memory_settings
from steadyhand.lab.rds.installation import PostgresFailed
from steadyhand.lab.rds.life import backups
from steadyhand.lab.rds.model import Instance, Status
from steadyhand.lab.rds.parameters import server_settings
from steadyhand.lab.rds.room import Live, Room, Step
from steadyhand.lab.rds.server import (
    ADMIN,
    SPARE,
    Place,
    Server,
    configure,
    copy_running,
    open_server,
    start,
)
from steadyhand.lab.rds.watching import Subject, Watch

STANDBY = "standby"
# How long AWS takes, about, in seconds.
CREATING, RESTORING, REPLICATING = 300.0, 600.0, 480.0
ARCHIVE_SECONDS, ARCHIVE_FLOOR = 300.0, 2.0  # AWS uploads its log of changes every five minutes

# What every server has, before its class and its parameter group have their say.
SETTINGS = {
    "archive_mode": "on",
    "hot_standby": "off",
    "io_method": "sync",  # three workers less for each server
    "log_line_prefix": "%t:%r:%u@%d:[%p]:",
    "log_min_messages": "warning",
    "log_timezone": "UTC",
    "timezone": "UTC",
    "max_wal_senders": "8",
    "max_wal_size": "32MB",
    "min_wal_size": "4MB",
    "wal_keep_size": "16MB",
    "wal_compression": "on",
    "wal_retrieve_retry_interval": "200ms",
    "reserved_connections": "2",
    "shared_preload_libraries": "pg_stat_statements",
    "superuser_reserved_connections": "3",
    "track_activity_query_size": "4096",
    "track_io_timing": "on",
    "track_wal_io_timing": "on",
    "wal_level": "replica",
}


def settings(room: Room, live: Live) -> dict[str, str]:
    """What the server of an instance is to run with, as things are now."""
    instance = live.instance
    size = CLASSES[instance.instance_class]
    lines = {**SETTINGS, **memory_settings(size)}
    lines |= server_settings(instance.applied, room.parameters, size)
    lines["archive_command"] = "/bin/true"
    if instance.retention_days > 0 and not instance.source:
        lines["archive_command"] = _archive_command(room.archive(instance))
    if not room.ground.fsync:
        lines["fsync"] = "off"
    if live.full:
        lines["default_transaction_read_only"] = "on"
    if live.standby is not None:
        lines["synchronous_standby_names"] = STANDBY
    if instance.source in room.lives:
        lines |= _replica_settings(room, instance, lines)
    return lines


def _archive_command(folder: Path) -> str:
    """A segment is in the archive whole or not at all; holes in it take no space."""
    done = f'test -f "{folder}/%f"'
    made = f'cp --sparse=always "%p" "{folder}/%f.part" 2>/dev/null || cp "%p" "{folder}/%f.part"'
    return f'{done} || {{ {{ {made}; }} && mv "{folder}/%f.part" "{folder}/%f"; }}'


def fetch_command(folder: Path) -> str:
    return f'cp "{folder}/%f" "%p" 2>/dev/null'


def _replica_settings(room: Room, instance: Instance, own: dict[str, str]) -> dict[str, str]:
    source = room.lives[instance.source]
    theirs = settings(room, source)["max_connections"]
    return {
        "hot_standby": "on",
        # PostgreSQL wants a replica to have no less than its source.
        "max_connections": str(max(int(own["max_connections"]), int(theirs))),
        "primary_conninfo": conninfo(room, source.instance, instance.resource_id),
        "restore_command": fetch_command(room.archive(source.instance)),
    }


def conninfo(room: Room, source: Instance, name: str) -> str:
    secret = room.installation.password
    place = f"host={source.host} port={source.port}"
    return f"{place} user={ADMIN} password={secret} application_name={name}"


def place(room: Room, live: Live, side: str = "") -> Place:
    """Where the server of an instance runs; its endpoint, unless it is the standby."""
    instance = live.instance
    name = f"rds:{instance.identifier}"
    return Place(name, room.folder(instance, side), instance.host, instance.port, live.log.line)


def attach(room: Room, live: Live, server: Server) -> None:
    """Take a server as the instance's own, and watch it."""
    detach(live)
    live.server = server
    instance = live.instance
    archived = instance.retention_days > 0 and not instance.source
    watch = Watch(
        Subject(
            server,
            CLASSES[instance.instance_class],
            instance.allocated_gib,
            room.archive(instance) if archived else None,
            room.ground.durations.shortened(ARCHIVE_SECONDS, ARCHIVE_FLOOR),
            room.ground.durations,
        )
    )
    watch.beat = instance.beat
    live.watch = watch
    watch.start()


def detach(live: Live) -> None:
    if live.watch is not None:
        live.watch.stop()
    live.watch = None
    live.server = None


def settle(room: Room, live: Live) -> None:
    """Have the server run with what is wanted now, as far as that needs no restart."""
    if live.server is not None and live.server.alive:
        configure(room.installation, live.server.data, settings(room, live))
        live.server.reload()


# --- making -----------------------------------------------------------------------------------


def make(room: Room, live: Live) -> None:
    """Begin an instance from its origin; its address and its parameters are drawn here."""
    instance = live.instance
    if not instance.host:
        instance.host, instance.port = room.ground.addresses.take(instance.port)
    instance.applied = dict(room.group_of(instance).values)
    instance.restart_due = False
    kind = instance.origin.get("kind", "new")
    work = _ORIGINS[kind](room, live)
    seconds = {"new": CREATING, "replica": REPLICATING}.get(kind, RESTORING)

    def done(server: Server) -> None:
        attach(room, live, server)
        category = "restoration" if kind in ("snapshot", "time") else "creation"
        message = _CREATED[kind].format(**instance.origin)
        room.tell("db-instance", instance.identifier, message, category)
        instance.created = room.now()
        if instance.retention_days > 0 and not instance.source:
            backups.automated(room, live)

    step = Step(Status.CREATING, seconds, work, done, lambda error: fail(room, live, error))
    room.begin(live, step)


_CREATED = {
    "new": "DB instance created",
    "snapshot": "Restored from snapshot {snapshot}",
    "time": "Restored to point in time {until}",
    "replica": "DB instance created",
}


def fail(room: Room, live: Live, error: Exception) -> None:
    """The instance is lost for now; AWS calls it failed."""
    detach(live)
    live.instance.status = Status.FAILED
    room.tell("db-instance", live.instance.identifier, f"DB instance failed: {error}", "failure")


def new_data(room: Room, live: Live) -> Server:
    """Make a fresh instance's data and start it. Blocks; from a worker."""
    instance, made = live.instance, room.installation
    where = place(room, live)
    _folders(room, instance)
    made.copy(made.template, where.data)
    configure(made, where.data, settings(room, live))
    server = start(made, room.ground.processes, where)
    user = sql.Identifier(instance.master_user)
    role = sql.SQL("create role {} login createdb createrole in role rds_superuser password {}")
    statements = [
        role.format(user, sql.Literal(instance.master_password)),
        sql.SQL("alter database postgres owner to {}").format(user),
    ]
    spare = sql.Identifier(SPARE)
    if instance.database:
        # The template brings a database to be named: a new one would cost 8 MB of log.
        name = sql.Identifier(instance.database)
        statements += [
            sql.SQL("alter database {} owner to {}").format(spare, user),
            sql.SQL("alter database {} rename to {}").format(spare, name),
        ]
    else:
        statements.append(sql.SQL("drop database {}").format(spare))
    server.run(*statements)
    return server


def _folders(room: Room, instance: Instance) -> None:
    room.installation.make("instances", instance.resource_id)
    room.installation.make("archive", instance.resource_id)


def _new(room: Room, live: Live) -> Callable[[], Server]:
    return lambda: new_data(room, live)


def _from_snapshot(room: Room, live: Live) -> Callable[[], Server]:
    source = room.snapshots[live.instance.origin["snapshot"]]
    folder, lines, where = room.snapshot_folder(source), settings(room, live), place(room, live)

    def work() -> Server:
        _folders(room, live.instance)
        room.installation.copy(folder, where.data)
        configure(room.installation, where.data, lines)
        return start(room.installation, room.ground.processes, where)

    return work


def _as_of(room: Room, live: Live) -> Callable[[], Server]:
    origin = live.instance.origin
    base = room.installation.root / "snapshots" / origin["base"]
    archive = room.installation.root / "archive" / origin["archive"]
    lines, where = settings(room, live), place(room, live)
    source = room.lives.get(origin["source"])
    if source is not None:
        source.pinned += 1

    def work() -> Server:
        try:
            _folders(room, live.instance)
            room.installation.copy(base, where.data)
            if origin["replay"]:
                until = datetime.fromisoformat(origin["replay"])
                return recover(room, where, lines, archive, until)
            configure(room.installation, where.data, lines)
            return start(room.installation, room.ground.processes, where)
        finally:
            if source is not None:
                source.pinned -= 1

    return work


def recover(
    room: Room, where: Place, lines: dict[str, str], archive: Path, until: datetime
) -> Server:
    """Replay the log of changes up to a moment, then open the database. Blocks."""
    made = room.installation
    replay = {
        "restore_command": fetch_command(archive),
        "recovery_target_time": until.isoformat(sep=" ", timespec="microseconds"),
        "recovery_target_action": "promote",
    }
    configure(made, where.data, {**lines, **replay})
    made.write(where.data / "recovery.signal", "")
    opened = "select not pg_is_in_recovery()"
    server = open_server(made, room.ground.processes, where, opened, 300)
    configure(made, where.data, lines)
    server.reload()
    return server


def _replica(room: Room, live: Live) -> Callable[[], Server]:
    source = room.lives[live.instance.source].server
    if source is None:
        raise PostgresFailed("the source does not run")
    lines, where = settings(room, live), place(room, live)

    def work() -> Server:
        _folders(room, live.instance)
        copy_running(room.installation, source, where.data)
        configure(room.installation, where.data, lines)
        room.installation.write(where.data / "standby.signal", "")
        return start(room.installation, room.ground.processes, where)

    return work


_ORIGINS: dict[str, Callable[[Room, Live], Callable[[], Server]]] = {
    "new": _new,
    "snapshot": _from_snapshot,
    "time": _as_of,
    "replica": _replica,
}


# --- after the lab died -----------------------------------------------------------------------


def revive(room: Room, live: Live) -> None:
    """Bring an instance that an earlier lab left back to what AWS would show."""
    instance = live.instance
    match instance.status:
        case Status.CREATING:
            shutil.rmtree(room.folder(instance), ignore_errors=True)
            make(room, live)
        case Status.STOPPED | Status.FAILED | Status.INCOMPATIBLE_PARAMETERS:
            return
        case Status.STOPPING:
            instance.status = Status.STOPPED
        case Status.DELETING:
            return
        case _:
            instance.status = Status.AVAILABLE


def revived(room: Room, live: Live) -> Callable[[], Server]:
    """The work of starting what an earlier lab left."""
    instance = live.instance
    lines, where = settings(room, live), place(room, live)
    unused = "b" if instance.side == "a" else "a"
    shutil.rmtree(room.folder(instance, unused), ignore_errors=True)

    def work() -> Server:
        configure(room.installation, where.data, lines)
        return start(room.installation, room.ground.processes, where)

    return work


def earliest(room: Room, live: Live) -> datetime | None:
    """From when on one may restore: the end of the oldest automated copy."""
    done = [one.finished for one in room.snapshots_of(live.instance, "automated") if one.finished]
    return min(done) if done else None


def latest(room: Room, live: Live) -> datetime | None:
    """Up to when one may restore, in whole seconds as AWS says it."""
    instance = live.instance
    first = earliest(room, live)
    if instance.retention_days == 0 or instance.source or first is None:
        return None
    found = live.watch.restorable if live.watch is not None else None
    found = found or instance.beat
    if found is None:
        return None
    whole = found - timedelta(microseconds=found.microsecond)
    return whole if whole >= first else None


def beat(live: Live) -> datetime | None:
    """The last moment up to which commits are known to be archived. Asked for after `latest`."""
    found = live.watch.beat if live.watch is not None else None
    return found or live.instance.beat
