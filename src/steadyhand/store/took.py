"""How long statements took in runs that have ended, by statement. Kept beside the journal.

A table that can be made again from the journal at any time; only runs that have ended since the
last look are read. Knows no event's meaning but that of its times.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from statistics import median

from msgspec import Struct

from steadyhand.store.database import Database, Row, among, inserting

_READ = ("RunOpened", "DriverTook", "StepStarted", "StepEnded", "StepVerified")
_AT_ONCE = 100  # runs in one transaction
_ENDED = (
    "SELECT position, id FROM events WHERE kind = 'run' AND type = 'RunEnded'"
    f" AND position > :last ORDER BY position LIMIT {_AT_ONCE}"
)
_HISTORY = (
    "SELECT type, at, body FROM events WHERE kind = 'run' AND id = :run"
    f" AND type IN ({', '.join(map(repr, _READ))}) ORDER BY seq"
)
_INSERT = inserting("took", ("position", "run", "step", "statement", "seconds"))
_INSERT += " ON CONFLICT (run, step) DO NOTHING"  # another process has just written it


class Took(Struct, frozen=True):
    """How often a statement was done before, and how long it took; in seconds."""

    times: int
    median: float
    longest: float


def statement(text: str, target: str) -> str:
    """Name a statement on a target: the text as the document has it."""
    return hashlib.sha256(f"{target}\0{text}".encode()).hexdigest()


def took_before(database: Database, statements: Sequence[str]) -> dict[str, Took]:
    """Give the times of statements that were done before. Brings the table up to date first.

    Raises Unavailable.
    """
    found: dict[str, list[float]] = {}
    _catch_up(database)
    if statements:
        those, named = among("statement", tuple(dict.fromkeys(statements)))
        query = f"SELECT statement, seconds FROM took WHERE statement IN {those}"
        with database.reading() as connection:
            for name, seconds in connection.all(query, named):
                found.setdefault(name, []).append(seconds)
    return {
        name: Took(len(seconds), median(seconds), max(seconds)) for name, seconds in found.items()
    }


def _catch_up(database: Database) -> None:
    """Read the runs that have ended since the last time. Another process may do it as well."""
    while runs := _ended(database):
        rows = [row for position, run in runs for row in _rows(database, position, run)]
        with database.writing() as connection:
            connection.run_each(_INSERT, rows)


def _ended(database: Database) -> list[Row]:
    """Give the next runs that have ended and are not in the table, the first ended first."""
    with database.reading() as connection:
        last = connection.scalar("SELECT max(position) FROM took") or 0
        return connection.all(_ENDED, {"last": last})


def _rows(database: Database, position: int, run: str) -> Iterator[dict[str, object]]:
    """Give a row for each statement of a run, and one that says that the run was read."""
    with database.reading() as connection:
        rows = connection.all(_HISTORY, {"run": run})
    history = [(name, at, json.loads(body)) for name, at, body in rows]
    yield {"position": position, "run": run, "step": "", "statement": "", "seconds": 0.0}
    plan = next((body["plan"] for name, _at, body in history if name == "RunOpened"), None)
    texts = {p["step"]["id"]: p["step"]["text"] for p in plan["steps"]} if plan else {}
    for step, seconds in times(history).items():
        if plan and step in texts:
            name = statement(texts[step], plan["target"])
            yield {
                "position": position,
                "run": run,
                "step": step,
                "statement": name,
                "seconds": seconds,
            }


def times(history: Iterable[tuple[str, str, dict[str, object]]]) -> dict[str, float]:
    """Say how long each step took until it was seen to have worked. Pure.

    What was begun twice, or was gone on with by another process, waited for something: not counted.
    """
    began: dict[str, tuple[str, int]] = {}
    ended: dict[str, str] = {}
    broken: set[str] = set()
    drivers = 0
    for name, at, body in history:
        step = str(body.get("step", ""))
        if name == "DriverTook":
            drivers += 1
        elif name == "StepStarted":
            broken |= {step} & began.keys()
            began[step] = (at, drivers)
        elif name in {"StepEnded", "StepVerified"} and not body.get("exit_code"):
            ended[step] = at
            broken |= {step} if began.get(step, ("", drivers))[1] != drivers else set()
    return {
        step: (datetime.fromisoformat(ended[step]) - datetime.fromisoformat(at)).total_seconds()
        for step, (at, _driver) in began.items()
        if step in ended and step not in broken
    }
