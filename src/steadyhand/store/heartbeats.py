"""Heartbeats of scheduled tasks and workers: that one reported, and when; the newest of each.

Whether one is late is for whoever watches to judge.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from msgspec import Struct

from steadyhand.store.database import Database, Values, among, inserting

_COLUMNS = ("name", "at", "failed", "detail")
_OVER = (
    inserting("heartbeats", _COLUMNS) + " ON CONFLICT (name) DO UPDATE SET at = excluded.at,"
    " failed = excluded.failed, detail = excluded.detail"
)


class Beat(Struct, frozen=True):
    """The newest report of one name; `failed`: the task itself says that it did not work."""

    name: str
    at: datetime
    failed: bool = False
    detail: str = ""


def record(database: Database, beat: Beat) -> None:
    """Keep a report in place of the one before."""
    row = {
        "name": beat.name,
        "at": beat.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "failed": int(beat.failed),
        "detail": beat.detail,
    }
    with database.writing() as connection:
        connection.run(_OVER, row)


def newest(database: Database, names: Sequence[str]) -> Beat | None:
    """Give the newest report under any of these names; None where there was none ever."""
    those, named = among("name", names)
    found = _read(database, f"WHERE name IN {those}", named)
    return max(found, key=lambda beat: beat.at, default=None)


def listed(database: Database) -> Sequence[Beat]:
    """List the newest report of each name."""
    return _read(database, "ORDER BY name", {})


def _read(database: Database, those: str, values: Values) -> Sequence[Beat]:
    query = f"SELECT {', '.join(_COLUMNS)} FROM heartbeats {those}"
    with database.reading() as connection:
        return [
            Beat(name, datetime.fromisoformat(at), bool(failed), detail)
            for name, at, failed, detail in connection.all(query, values)
        ]
