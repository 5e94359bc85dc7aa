"""A session of somebody's takes a table for itself, and everybody who needs the table waits."""

from typing import Any

from steadyhand.lab.faults.database.sessions import TABLE, close, connect, hold, wanted_table
from steadyhand.lab.faults.fault import Fault, Scene


def inject(scene: Scene) -> dict[str, Any]:
    """Take the exclusive lock that a DROP or a TRUNCATE takes, in a transaction left open."""
    session = connect(scene, "psql")
    table = wanted_table(scene, session)
    hold(session, [table], "access exclusive")
    scene.kept["sessions"] = [session]
    return {"table": table, "pid": session.info.backend_pid}


def clear(scene: Scene) -> None:
    close(scene.kept["sessions"])


LOCK = Fault(
    name="lock",
    summary="A session holds an ACCESS EXCLUSIVE lock on the table that users need most.",
    notice=(
        "pg_locks has rows that are not granted; pg_stat_activity shows statements that are active "
        "for longer and longer, with wait_event_type Lock; response times rise, then errors."
    ),
    inject=inject,
    clear=clear,
    parameters=TABLE,
)
