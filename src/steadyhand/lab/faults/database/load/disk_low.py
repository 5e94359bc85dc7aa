"""Somebody keeps an export in the database, and it takes the storage that was left."""

import time
from typing import Any

import psycopg

from steadyhand.lab.faults.database.sessions import connect, database, instance
from steadyhand.lab.faults.fault import BadParameter, Fault, Scene, number
from steadyhand.lab.rds.classes import MIB, as_allocated, quota
from steadyhand.lab.rds.watching import used

PERCENT = 95.0
TABLE = "export_backlog"
ROW = 1 * MIB
SLACK = 2 * MIB  # a log of changes that comes and goes
GIVE_UP_SECONDS = 25.0
MAKE = (
    # Unlogged: the log of changes would double what is written, and is not what fills the disk.
    f"create unlogged table {TABLE} (id int generated always as identity, payload text)",
    f"alter table {TABLE} alter payload set storage external, set (autovacuum_enabled = off)",
)
FILL = (
    f"insert into {TABLE} (payload)"
    " select repeat('0123456789abcdef', %s / 16) from generate_series(1, %s)"
)


def inject(scene: Scene) -> dict[str, Any]:
    """Write rows until the instance's storage is as full as `percent` says; 100: nothing is left.

    Waits no longer than its client would: what is missing then is told.
    """
    percent = number(scene.given, "percent", PERCENT)
    if not 1 <= percent <= 100:
        raise BadParameter("the parameter percent must be from 1 to 100")
    with scene.lab.lock:
        live = instance(scene)
        if live.server is None:
            raise BadParameter("the instance does not run")
        folder, most = live.server.data, quota(live.instance.allocated_gib)
    goal = int(most * percent / 100) + (SLACK if percent == 100 else 0)
    _write(scene, folder, goal)
    return {"used": as_allocated(used(folder)), "allocated": as_allocated(most)}


def _write(scene: Scene, folder: Any, goal: int) -> None:
    deadline = time.monotonic() + GIVE_UP_SECONDS
    session = connect(scene, "export")
    try:
        for statement in MAKE:
            session.execute(statement.encode())
        while (left := goal - used(folder)) > 0 and time.monotonic() < deadline:
            session.execute(FILL.encode(), [ROW, max(1, min(left // ROW, 64))])
    except psycopg.Error:
        return  # there is nothing left: RDS has cut whoever writes
    finally:
        session.close()


def clear(scene: Scene) -> None:
    """Drop the export, as one may also on an instance whose storage is full."""
    database(scene)
    session = connect(scene, "psql", "-c default_transaction_read_only=off")
    with session:
        session.execute(f"drop table if exists {TABLE}".encode())


DISK_LOW = Fault(
    name="disk-low",
    summary="An export that grew without a bound takes the storage that was left.",
    notice=(
        "FreeStorageSpace falls towards 0; at 100 percent the instance is storage-full, "
        "describe-events says that the storage has been exhausted, and writing is refused."
    ),
    inject=inject,
    clear=clear,
    parameters={"percent": f"how much of the storage is taken then ({PERCENT:g}; 100: all)"},
)
