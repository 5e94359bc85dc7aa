"""Series in rings: bounded, written over in turn, minutes added up to hours. On both databases."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, func, select

from steadyhand.store import series
from steadyhand.store.schema import series as table
from steadyhand.store.series import HOUR, MINUTE, RINGS, Stretch

AT = datetime(2026, 5, 1, tzinfo=UTC)


def minute(number: int, value: float, count: int = 1, name: str = "api up") -> Stretch:
    at = AT + timedelta(minutes=number)
    return Stretch(name, at, count, value - 1, value, value + 1)


def test_what_was_kept_is_read_in_its_order(engine: Engine) -> None:
    series.keep(engine, [minute(1, 5), minute(0, 4), minute(0, 9, name="other")])
    assert series.read(engine, "api up") == [minute(0, 4), minute(1, 5)]
    assert series.names(engine) == ["api up", "other"]
    series.keep(engine, [minute(0, 6)])  # the same minute again: the newest word counts
    assert [one.mean for one in series.read(engine, "api up")] == [6, 5]


def test_an_hour_is_all_its_minutes(engine: Engine) -> None:
    series.keep(engine, [minute(n, float(n), count=n + 1) for n in range(3)])
    (hour,) = series.read(engine, "api up", HOUR)
    assert (hour.at, hour.count, hour.low, hour.high) == (AT, 6, -1, 3)
    assert hour.mean == (0 * 1 + 1 * 2 + 2 * 3) / 6
    series.keep(engine, [minute(60, 1)])
    assert [one.count for one in series.read(engine, "api up", HOUR)] == [6, 1]


def test_a_ring_is_written_over_when_its_turn_comes(engine: Engine) -> None:
    day = RINGS[MINUTE]
    series.keep(engine, [minute(0, 1), minute(1, 2), minute(day, 3)])
    kept = series.read(engine, "api up")
    assert [one.mean for one in kept] == [2, 3]
    series.keep(engine, [minute(HOUR // MINUTE * RINGS[HOUR], 4)])
    assert next(one.mean for one in series.read(engine, "api up", HOUR)) == 3
    assert series.read(engine, "api up", HOUR)[-1].count == 1  # not added to what was there
    with engine.connect() as connection:
        rows = connection.scalar(select(func.count()).select_from(table))
    assert rows == 2 + 2
