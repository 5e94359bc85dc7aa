"""Who has looked at itself: the newest look of each counts, on both databases."""

from datetime import UTC, datetime, timedelta

from steadyhand.store import looks
from steadyhand.store.database import Database

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


def test_the_newest_look_of_each_is_kept(database: Database) -> None:
    assert looks.newest(database) == {}
    looks.record(database, ["arbor", "coach"], NOON)
    looks.record(database, ["coach"], NOON + timedelta(seconds=1))
    looks.record(database, [], NOON + timedelta(seconds=2))
    assert looks.newest(database) == {
        "arbor": "2026-05-04T12:00:00.000000+00:00",
        "coach": "2026-05-04T12:00:01.000000+00:00",
    }
