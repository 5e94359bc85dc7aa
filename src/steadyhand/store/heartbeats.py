"""Heartbeats of scheduled tasks and workers: that one reported, and when; the newest of each.

Whether one is late is for whoever watches to judge.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import Engine, Select, delete, insert, select

from steadyhand.store.schema import heartbeats, writing


class Beat(Struct, frozen=True):
    """The newest report of one name; `failed`: the task itself says that it did not work."""

    name: str
    at: datetime
    failed: bool = False
    detail: str = ""


def record(engine: Engine, beat: Beat) -> None:
    """Keep a report in place of the one before."""
    row = {
        "name": beat.name,
        "at": beat.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "failed": int(beat.failed),
        "detail": beat.detail,
    }
    with writing(engine) as connection, connection.begin():
        connection.execute(delete(heartbeats).where(heartbeats.c.name == beat.name))
        connection.execute(insert(heartbeats), [row])


def newest(engine: Engine, names: Sequence[str]) -> Beat | None:
    """Give the newest report under any of these names; None where there was none ever."""
    found = _read(engine, select(heartbeats).where(heartbeats.c.name.in_(names)))
    return max(found, key=lambda beat: beat.at, default=None)


def listed(engine: Engine) -> Sequence[Beat]:
    """List the newest report of each name."""
    return _read(engine, select(heartbeats).order_by(heartbeats.c.name))


def _read(engine: Engine, query: Select[Any]) -> Sequence[Beat]:
    with engine.connect() as connection:
        return [
            Beat(row.name, datetime.fromisoformat(row.at), bool(row.failed), row.detail)
            for row in connection.execute(query)
        ]
