"""A migration waits for a lock that somebody forgot, and everybody else waits behind it."""

from typing import Any

from steadyhand.lab.faults.database.sessions import TABLE, close, connect, hold, wanted_table
from steadyhand.lab.faults.fault import Fault, Scene
from steadyhand.lab.faults.release import migration_task


def inject(scene: Scene) -> dict[str, Any]:
    """Leave a transaction open that only reads a table; run a migration that changes the table."""
    session = connect(scene, "psql")
    table = wanted_table(scene, session)
    hold(session, [table], "access share")
    scene.kept.update(sessions=[session], table=table)
    told = migration_task.run(scene, {"TABLE": table})
    return {**told, "blocker": session.info.backend_pid}


def clear(scene: Scene) -> None:
    """End the migration first, or it goes through as soon as the lock is free; then the rest."""
    migration_task.stop(scene)
    close(scene.kept["sessions"])
    migration_task.tidy(scene, scene.kept["table"])


STUCK_MIGRATION = Fault(
    name="stuck-migration",
    summary="A migration task waits for a lock, and every statement on that table waits behind it.",
    notice=(
        "describe-tasks shows the task RUNNING for longer and longer; pg_locks has rows that are "
        "not granted, the first for AccessExclusiveLock; `alembic current` says the old revision; "
        "users wait, then get errors."
    ),
    inject=inject,
    clear=clear,
    parameters=TABLE,
)
