"""Series in rings: bounded, written over in turn, minutes added up to hours. On both databases."""

from datetime import UTC, datetime, timedelta

from steadyhand.store import series
from steadyhand.store.database import Database
from steadyhand.store.series import HOUR, MINUTE, RINGS, Stretch
from tests.rows import ask

AT = datetime(2026, 5, 1, tzinfo=UTC)


def minute(number: int, value: float, count: int = 1, name: str = "api up") -> Stretch:
    at = AT + timedelta(minutes=number)
    return Stretch(name, at, count, value - 1, value, value + 1)


def test_what_was_kept_is_read_in_its_order(database: Database) -> None:
    series.keep(database, [minute(1, 5), minute(0, 4), minute(0, 9, name="other")])
    assert series.read(database, "api up") == [minute(0, 4), minute(1, 5)]
    assert series.names(database) == ["api up", "other"]
    series.keep(database, [minute(0, 6)])  # the same minute again: the newest word counts
    assert [one.mean for one in series.read(database, "api up")] == [6, 5]


def test_an_hour_is_all_its_minutes(database: Database) -> None:
    series.keep(database, [minute(n, float(n), count=n + 1) for n in range(3)])
    (hour,) = series.read(database, "api up", HOUR)
    assert (hour.at, hour.count, hour.low, hour.high) == (AT, 6, -1, 3)
    assert hour.mean == (0 * 1 + 1 * 2 + 2 * 3) / 6
    series.keep(database, [minute(60, 1)])
    assert [one.count for one in series.read(database, "api up", HOUR)] == [6, 1]


def test_a_ring_is_written_over_when_its_turn_comes(database: Database) -> None:
    day = RINGS[MINUTE]
    series.keep(database, [minute(0, 1), minute(1, 2), minute(day, 3)])
    kept = series.read(database, "api up")
    assert [one.mean for one in kept] == [2, 3]
    series.keep(database, [minute(HOUR // MINUTE * RINGS[HOUR], 4)])
    assert next(one.mean for one in series.read(database, "api up", HOUR)) == 3
    assert series.read(database, "api up", HOUR)[-1].count == 1  # not added to what was there
    assert ask(database, "SELECT count(*) FROM series") == [(2 + 2,)]
