"""A DELETE with a condition that was too wide: rows that users need are gone."""

from contextlib import suppress
from typing import Any

import psycopg

from steadyhand.lab.faults.database.data.keeping import (
    MOST_ROWS,
    Copy,
    copy,
    count,
    go_back,
    missing,
    tables,
)
from steadyhand.lab.faults.database.sessions import Session, connect, wanted_table
from steadyhand.lab.faults.fault import BadParameter, Fault, Scene, number

PERCENT = 50.0
ATTEMPTS = 5  # at getting all tables while users use them


def inject(scene: Scene) -> dict[str, Any]:
    """Delete a part of a table's rows, and what goes with them; keep all tables for `clear`."""
    percent = number(scene.given, "percent", PERCENT)
    if not 0 < percent <= 100:
        raise BadParameter("the parameter percent must be more than 0 and at most 100")
    with connect(scene, "psql") as session:
        names = tables(session)
        sizes = {name: count(session, name) for name in names}
        if not names or sum(sizes.values()) > MOST_ROWS:
            raise BadParameter(f"there are {sum(sizes.values())} rows; {MOST_ROWS} can be kept")
        biggest = max(names, key=lambda name: sizes[name])
        table = wanted_table(scene, session) if scene.given.get("table") else biggest
        try:
            gone = _delete(scene, session, table, names, percent)
        except psycopg.Error as error:
            raise BadParameter(f"{table} keeps its rows: {error}") from None
    return {"table": table, "deleted": gone}


def _delete(scene: Scene, session: Session, table: str, names: list[str], percent: float) -> int:
    with session.transaction():
        session.execute("set local lock_timeout = '8s'")
        # Nobody writes between the copy and the loss.
        session.execute(f"lock table {', '.join(names)} in share row exclusive mode".encode())
        scene.kept["copies"] = [copy(session, name) for name in names]
        statement = f"delete from {table} where random() * 100 < %s"
        return session.execute(statement.encode(), [percent]).rowcount


def clear(scene: Scene) -> None:
    """Restore all tables, as a backup would, if any row is still missing; what users wrote since
    is lost then: it was counted on top of what was missing."""
    for _ in range(ATTEMPTS):
        with suppress(psycopg.errors.DeadlockDetected), connect(scene, "psql") as session:
            _restore(session, scene.kept["copies"])
            return


def _restore(session: Session, copies: list[Copy]) -> None:
    names = ", ".join(one.table for one in copies)
    with session.transaction():
        session.execute(f"lock table {names} in access exclusive mode".encode())
        if any(missing(session, one) for one in copies):
            go_back(session, copies)


DATA_LOSS = Fault(
    name="data-loss",
    summary="A part of the rows of a table is deleted, and what belongs to them.",
    notice=(
        "No server and no health check is ill; users miss what they had, with 404 where they ask "
        "for it by its number; counts are smaller than in the last snapshot; a check of the data "
        "finds that numbers do not agree."
    ),
    inject=inject,
    clear=clear,
    parameters={
        "table": "the table (the one with the most rows)",
        "percent": f"how many of its rows ({PERCENT:g})",
    },
)
