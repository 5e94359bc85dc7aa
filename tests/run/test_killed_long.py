"""kill -9 in ten long procedures: the process is really killed, and the run ends as if it were not.

A rotation, a switch from blue to green, a restore to a moment and a migration are among them. Each
dies ten times in one run, at points drawn once; `make soak` kills each at every event by itself,
before and after it is written. What counts are the changes of the account.
"""

import json
import random
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from steadyhand.compile import compile_runbook, parse
from tests.run.town import killed
from tests.run.town.operations import State, same
from tests.run.town.place import Place
from tests.run.town.procedures import masked

pytestmark = pytest.mark.timeout(3600)

FILE = Path(__file__).parent / "town" / "long.md"
RUNBOOK, _ = compile_runbook(parse(FILE.name, FILE.read_text()))
# What each of them changes, in its order.
CHANGES: dict[str, tuple[str, ...]] = {
    "Rotate the secrets": (
        "put-secret-value town/s", "update-secret town/t", "put-parameter /town/p",
        "update-service town-api", "update-service town-web",
    ),
    "Switch to green": (
        "disable-alarm-actions loud", "modify-rule r", "modify-listener l",
        "update-service town-web", "enable-alarm-actions loud",
    ),
    "Restore to a moment": (
        "create-db-snapshot town-db kept", "update-service town-api",
        "restore-db-instance-to-point-in-time town-db-restored", "put-parameter /town/q",
        "update-service town-api",
    ),
    "Migrate the database": (
        "create-db-snapshot town-db before-it", "run-task", "put-parameter /town/r",
        "update-service town-api", "update-service town-web",
    ),
    "Scale step by step": (
        "register-scalable-target service/town/town-web", *("update-service town-web",) * 4,
        "put-parameter /town/p",
    ),
    "Roll back": (
        "update-service town-api", "put-parameter /town/q", "update-secret-version-stage town/old",
    ),
    "Grow the database": (
        "create-db-snapshot town-db before-growing", "modify-db-instance town-db",
        "reboot-db-instance town-db", "modify-db-instance town-db", "put-parameter /town/p",
        "put-parameter /town/q",
    ),
    "Tidy the logs": (
        *("put-retention-policy /town",) * 2, "delete-retention-policy /kept",
        "enable-rule weekly", "disable-rule nightly",
    ),
    "Enlarge the cache": (
        *("modify-cache-cluster town-cache",) * 3, "modify-replication-group town-group",
        "authorize-security-group-ingress sg-1", "revoke-security-group-ingress sg-1",
    ),
    "Repeat what is the same": (
        *("put-secret-value town/s",) * 2, *("update-service town-web",) * 3,
        "put-parameter /town/p", *("put-parameter /town/q",) * 2,
    ),
}  # fmt: skip
DRAWN = "dyn-"  # and a number of $RANDOM behind it, in a pipeline
# What no look can show: a person is asked about these, and only about these.
UNSEEN = ("run-task", "reboot-db-instance", "restore-db-instance-to-point-in-time")


def test_all_ten_are_here() -> None:
    assert [procedure.title for procedure in RUNBOOK.procedures] == list(CHANGES)


@cache
def undisturbed(title: str) -> tuple[int, State]:
    """Run it whole once: how many events its driving takes, and the account after it."""
    with killed.folder() as where:
        place = Place.open(where)
        key = place.begin(FILE.read_text(), procedure=title)
        assert place.to_the_end(key) == "completed", place.run(key).detail
        assert changed(place) == list(CHANGES[title])
        assert place.asked == []
        events = len(place.control.journal.read("run", key)) - 1
        found = state(place)
        place.close()
        return events, found


def changed(place: Place) -> list[str]:
    return [what.partition("-dyn")[0] for what in place.account.changes]


def state(place: Place) -> State:
    found: State = json.loads(masked(json.dumps(place.account.state)))
    return found


def ends_the_same(title: str, points: list[killed.Point]) -> int:
    """Kill one run at each point in turn and let it end; how many of them it came to."""
    _, wanted = undisturbed(title)
    with killed.folder() as where:
        place = Place.open(where)
        key = place.begin(FILE.read_text(), procedure=title)
        place.close()
        died = 0
        for point in points:
            if not killed.killed(where, key, point):
                break
            died += 1
        place = Place.open(where)
        try:
            came = place.to_the_end(key)
            if came == "diverged":  # what bash draws in a pipeline, it does not draw again
                assert f"--value {DRAWN}" in place.run(key).detail
                assert not Counter(changed(place)) - Counter(CHANGES[title])
                return died
            assert came == "completed", place.run(key).detail
            assert Counter(changed(place)) == Counter(CHANGES[title])
            assert same(state(place), wanted)
            assert all(any(one in asked for one in UNSEEN) for asked in place.asked)
        finally:
            place.close()
        return died


@pytest.mark.parametrize("title", CHANGES)
def test_it_dies_ten_times_and_ends_as_it_would_have(title: str) -> None:
    chance = random.Random(title)
    points = [(chance.randint(2, 9), chance.random() < 0.5) for _ in range(10)]
    assert ends_the_same(title, points) >= 5


@pytest.mark.soak
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("title", CHANGES)
def test_it_dies_at_every_event(title: str, after: bool) -> None:
    events, _ = undisturbed(title)
    for number in range(1, events + 1):
        assert ends_the_same(title, [(number, after)]) == 1, number
    assert ends_the_same(title, [(events + 1, after)]) == 0  # there is no later one
