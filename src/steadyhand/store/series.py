"""What was measured, kept in rings: a day of minutes and a quarter of hours of every series.

Bounded by its shape: a place in a ring is written over when its turn comes again. Knows no alarm.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from msgspec import Struct
from sqlalchemy import Connection, Engine, Executable, case, false, select

from steadyhand.store.schema import series, writing

MINUTE, HOUR = 60, 3600
RINGS = {MINUTE: 24 * 60, HOUR: 92 * 24}  # places by the length of their stretch in seconds
_AT_ONCE = 2_000  # stretches in a transaction: others want to write too
_LONGEST = 255


class Stretch(Struct, frozen=True):
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
        some = stretches[first : first + _AT_ONCE]
        with writing(engine) as connection, connection.begin():
            connection.execute(_over(connection, adding=False), [_row(one, MINUTE) for one in some])
            connection.execute(_over(connection, adding=True), [_row(one, HOUR) for one in some])


def _over(connection: Connection, adding: bool) -> Executable:
    """Write over what is in a place of a ring; or add to it, where it is of the same turn."""
    from sqlalchemy.dialects import postgresql, sqlite  # each is slow to import

    local = connection.dialect.name == "sqlite"
    made = sqlite.insert(series) if local else postgresql.insert(series)
    new, old = made.excluded, series.c
    count = old.count_ + new.count_
    summed = {
        "count_": count,
        "low": case((new.low < old.low, new.low), else_=old.low),
        "mean": (old.mean * old.count_ + new.mean * new.count_) / count,
        "high": case((new.high > old.high, new.high), else_=old.high),
    }
    same = old.at == new.at if adding else false()
    values = {name: case((same, one), else_=new[name]) for name, one in summed.items()}
    return made.on_conflict_do_update(
        index_elements=[old.name, old.seconds, old.slot], set_={"at": new.at, **values}
    )


def _row(one: Stretch, seconds: int) -> dict[str, object]:
    at, slot = _place(one.at, seconds)
    return {
        "name": one.name[:_LONGEST], "seconds": seconds, "slot": slot, "at": at,
        "count_": one.count, "low": one.low, "mean": one.mean, "high": one.high,
    }  # fmt: skip


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
