"""What was measured, kept in rings: a day of minutes and a quarter of hours of every series.

Bounded by its shape: a place in a ring is written over when its turn comes again. Knows no alarm.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine, delete, insert, select

from steadyhand.store.schema import series, writing

MINUTE, HOUR = 60, 3600
RINGS = {MINUTE: 24 * 60, HOUR: 92 * 24}  # places by the length of their stretch in seconds
_AT_ONCE = 200  # stretches in a transaction: others want to write too
_LONGEST = 255


@dataclass(frozen=True)
class Stretch:
    """What a series was in a stretch of time: how many values, and what they were."""

    name: str
    at: datetime  # when it began
    count: int
    low: float
    mean: float
    high: float


def keep(engine: Engine, stretches: Sequence[Stretch]) -> None:
    """Keep minutes, and add them to their hours."""
    for first in range(0, len(stretches), _AT_ONCE):
        with writing(engine) as connection, connection.begin():
            for one in stretches[first : first + _AT_ONCE]:
                _put(connection, MINUTE, one)
                _put(connection, HOUR, _with(_there(connection, one), one))


def _there(connection: Connection, one: Stretch) -> Stretch | None:
    """Find what is kept of the hour that a minute lies in."""
    at, slot = _place(one.at, HOUR)
    where = (series.c.name == one.name[:_LONGEST], series.c.seconds == HOUR, series.c.slot == slot)
    row = connection.execute(select(series).where(*where)).first()
    if row is None or row.at != at:
        return None
    return Stretch(one.name, one.at, row.count_, row.low, row.mean, row.high)


def _with(hour: Stretch | None, minute: Stretch) -> Stretch:
    if hour is None:
        return minute
    count = hour.count + minute.count
    mean = (hour.mean * hour.count + minute.mean * minute.count) / count
    low, high = min(hour.low, minute.low), max(hour.high, minute.high)
    return replace(minute, count=count, low=low, mean=mean, high=high)


def _put(connection: Connection, seconds: int, one: Stretch) -> None:
    at, slot = _place(one.at, seconds)
    name = one.name[:_LONGEST]
    where = (series.c.name == name, series.c.seconds == seconds, series.c.slot == slot)
    connection.execute(delete(series).where(*where))
    row = {
        "name": name, "seconds": seconds, "slot": slot, "at": at,
        "count_": one.count, "low": one.low, "mean": one.mean, "high": one.high,
    }  # fmt: skip
    connection.execute(insert(series), [row])


def _place(at: datetime, seconds: int) -> tuple[int, int]:
    number = int(at.timestamp()) // seconds
    return number * seconds, number % RINGS[seconds]


def read(engine: Engine, name: str, seconds: int = MINUTE) -> list[Stretch]:
    """Read what is kept of a series, oldest first."""
    wanted = (series.c.name == name[:_LONGEST], series.c.seconds == seconds)
    query = select(series).where(*wanted).order_by(series.c.at)
    with engine.connect() as connection:
        return [
            Stretch(
                row.name, datetime.fromtimestamp(row.at, UTC), row.count_, row.low, row.mean,
                row.high,
            )
            for row in connection.execute(query)
        ]  # fmt: skip


def names(engine: Engine) -> list[str]:
    """Name every series that something is kept of."""
    query = select(series.c.name).where(series.c.seconds == HOUR).distinct().order_by(series.c.name)
    with engine.connect() as connection:
        return [str(name) for (name,) in connection.execute(query)]
