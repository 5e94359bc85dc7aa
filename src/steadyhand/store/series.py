"""What was measured, kept in rings: a day of minutes and a quarter of hours of every series.

Bounded by its shape: a place in a ring is written over when its turn comes again. Knows no alarm.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from msgspec import Struct

from steadyhand.store.database import Database, inserting

MINUTE, HOUR = 60, 3600
RINGS = {MINUTE: 24 * 60, HOUR: 92 * 24}  # places by the length of their stretch in seconds
_AT_ONCE = 2_000  # stretches in a transaction: others want to write too
_LONGEST = 255
_STRETCH = ("name", "at", "count_", "low", "mean", "high")
# Write over what is in a place of a ring; or add to it, where it is of the same turn.
_OVER = (
    inserting("series", ("seconds", "slot", *_STRETCH))
    + " ON CONFLICT (name, seconds, slot) DO UPDATE SET at = excluded.at, count_ = excluded.count_,"
    " low = excluded.low, mean = excluded.mean, high = excluded.high"
)
_ADDING = (
    inserting("series", ("seconds", "slot", *_STRETCH))
    + " ON CONFLICT (name, seconds, slot) DO UPDATE SET at = excluded.at, "
    + ", ".join(
        f"{column} = CASE WHEN series.at = excluded.at THEN {both} ELSE excluded.{column} END"
        for column, both in {
            "count_": "series.count_ + excluded.count_",
            "low": "CASE WHEN excluded.low < series.low THEN excluded.low ELSE series.low END",
            "mean": "(series.mean * series.count_ + excluded.mean * excluded.count_)"
            " / (series.count_ + excluded.count_)",
            "high": "CASE WHEN excluded.high > series.high THEN excluded.high ELSE series.high END",
        }.items()
    )
)


class Stretch(Struct, frozen=True):
    """What a series was in a stretch of time: how many values, and what they were."""

    name: str
    at: datetime  # when it began
    count: int
    low: float
    mean: float
    high: float


def keep(database: Database, stretches: Sequence[Stretch]) -> None:
    """Keep minutes, and add them to their hours."""
    for first in range(0, len(stretches), _AT_ONCE):
        some = stretches[first : first + _AT_ONCE]
        with database.writing() as connection:
            connection.run_each(_OVER, [_row(one, MINUTE) for one in some])
            connection.run_each(_ADDING, [_row(one, HOUR) for one in some])


def _row(one: Stretch, seconds: int) -> dict[str, object]:
    at, slot = _place(one.at, seconds)
    return {
        "name": one.name[:_LONGEST], "seconds": seconds, "slot": slot, "at": at,
        "count_": one.count, "low": one.low, "mean": one.mean, "high": one.high,
    }  # fmt: skip


def _place(at: datetime, seconds: int) -> tuple[int, int]:
    number = int(at.timestamp()) // seconds
    return number * seconds, number % RINGS[seconds]


def read(database: Database, name: str, seconds: int = MINUTE) -> list[Stretch]:
    """Read what is kept of a series, oldest first."""
    query = (
        f"SELECT {', '.join(_STRETCH)} FROM series"
        " WHERE name = :name AND seconds = :seconds ORDER BY at"
    )
    with database.reading() as connection:
        return [
            Stretch(of, datetime.fromtimestamp(at, UTC), *values)
            for of, at, *values in connection.all(
                query, {"name": name[:_LONGEST], "seconds": seconds}
            )
        ]


def names(database: Database) -> list[str]:
    """Name every series that something is kept of."""
    query = "SELECT DISTINCT name FROM series WHERE seconds = :seconds ORDER BY name"
    with database.reading() as connection:
        return [name for (name,) in connection.all(query, {"seconds": HOUR})]
