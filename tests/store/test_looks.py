"""Who has looked at itself: the newest look of each counts, on both databases."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from steadyhand.store import looks
from steadyhand.store.database import Database
from steadyhand.store.heartbeats import Beat, listed, record

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


@pytest.mark.parametrize("what", ["looks", "heartbeats"])
def test_two_that_write_the_same_at_once_do_not_meet_as_an_error(
    database: Database, what: str
) -> None:
    """Two services look at the same audit; a task reports to both."""
    together, failed = threading.Barrier(2), list[Exception]()

    def write(who: int) -> None:
        for second in range(40):
            at = NOON + timedelta(seconds=second)
            together.wait(30)
            try:
                if what == "looks":
                    looks.record(database, ["audit", f"serve-{who}"], at)
                else:
                    record(database, Beat("backup", at))
            except Exception as error:
                failed.append(error)

    both = [threading.Thread(target=write, args=(who,)) for who in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join(60)
    assert failed == []
    last = NOON + timedelta(seconds=39)
    if what == "looks":
        assert len(looks.newest(database)) == 3
    else:
        assert listed(database) == [Beat("backup", last)]
