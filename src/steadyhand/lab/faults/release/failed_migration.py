"""A migration fails half-way: one step is committed, the next ends with an error."""

from typing import Any

from steadyhand.lab.faults.database.sessions import TABLE, connect, wanted_table
from steadyhand.lab.faults.fault import Fault, Scene
from steadyhand.lab.faults.release import migration_task


def inject(scene: Scene) -> dict[str, Any]:
    """Run a migration whose second step cannot be done on the rows that are there."""
    with connect(scene, "psql") as session:
        table = wanted_table(scene, session)
    scene.kept["table"] = table
    return migration_task.run(scene, {"TABLE": table, "HALF": "1"})


def clear(scene: Scene) -> None:
    """Take back what the migration has left: a column, and an index that is not valid."""
    migration_task.stop(scene)
    migration_task.tidy(scene, scene.kept["table"])


FAILED_MIGRATION = Fault(
    name="failed-migration",
    summary="A migration task fails at its second step; the first has been committed.",
    notice=(
        "describe-tasks shows the task STOPPED with exit code 1; its log has the ERROR; `alembic "
        "current` says the old revision, though the table has the new column; pg_index has an "
        "index that is not valid."
    ),
    inject=inject,
    clear=clear,
    parameters=TABLE,
)
