"""Wakes: nothing due is forgotten, nothing is given to two workers, the clock decides."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steadyhand.engine.clock import SystemClock
from steadyhand.engine.wake import Wakes

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


class Moved:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.at = NOON

    def now(self) -> datetime:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


def test_the_earliest_wake_counts_and_each_is_given_once() -> None:
    clock = Moved()
    wakes = Wakes(clock)
    wakes.wake("run", "a", NOON + timedelta(seconds=60))
    wakes.wake("run", "a", NOON + timedelta(seconds=5))
    wakes.wake("run", "a", NOON + timedelta(seconds=90))
    wakes.wake("incident", "a", NOON + timedelta(hours=1))
    assert wakes.idle()
    clock.at += timedelta(seconds=5)
    assert not wakes.idle()
    assert wakes.take("run") == "a"
    wakes.done("run", "a")
    assert wakes.waiting() == {("incident", "a"): NOON + timedelta(hours=1)}


def test_what_is_woken_while_it_is_driven_is_driven_again_and_by_one() -> None:
    wakes = Wakes(Moved())
    wakes.wake("run", "a")
    assert wakes.take("run") == "a"
    wakes.wake("run", "a")
    wakes.wake("run", "b")
    assert wakes.take("run") == "b"  # not a: it is being driven
    wakes.done("run", "a")
    assert wakes.take("run") == "a"


def test_a_wake_reaches_a_worker_that_waits() -> None:
    wakes = Wakes(Moved())
    taken: list[str | None] = []
    worker = threading.Thread(target=lambda: taken.append(wakes.take("run")))
    worker.start()
    wakes.wake("run", "a")
    worker.join(10)
    assert taken == ["a"]


def test_many_workers_take_all_that_becomes_due_and_one_of_them_watches_the_time() -> None:
    """Whoever watches takes something: another one must watch from then on."""
    wakes = Wakes(SystemClock())
    taken: list[str] = []
    all_there = threading.Event()

    def work() -> None:
        while (key := wakes.take("run")) is not None:
            taken.append(key)
            if len(taken) == 12:
                all_there.set()
            wakes.done("run", key)

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    now = SystemClock().now()
    for number in range(12):  # the later ones are known first
        wakes.wake("run", f"r{number}", now + timedelta(seconds=0.6 - number * 0.05))
    assert all_there.wait(5)
    assert sorted(taken) == sorted(f"r{number}" for number in range(12))
    wakes.stop()
    for worker in workers:
        worker.join(5)
        assert not worker.is_alive()


def test_over_sends_everybody_home() -> None:
    wakes = Wakes(Moved())
    wakes.stop()
    assert wakes.take("run") is None


@pytest.mark.timeout(60)
@given(
    st.lists(
        st.tuples(st.sampled_from("abcd"), st.integers(0, 9), st.booleans()),
        min_size=1,
        max_size=30,
    )
)
def test_everything_woken_is_driven_once_its_time_has_come(
    moves: list[tuple[str, int, bool]],
) -> None:
    """Whatever is woken and taken in between: at the end each thing was driven after its wake."""
    clock = Moved()
    wakes = Wakes(clock)
    wanted: dict[str, datetime] = {}

    def take_one() -> None:
        if wanted and min(wanted.values()) <= clock.now():
            key = wakes.take("run")
            assert key is not None
            assert wanted.pop(key) <= clock.now()
            wakes.done("run", key)

    for key, seconds, take in moves:
        at = clock.now() + timedelta(seconds=seconds)
        wakes.wake("run", key, at)
        wanted[key] = min(at, wanted.get(key, at))
        clock.at += timedelta(seconds=1)
        if take:
            take_one()
    clock.at += timedelta(seconds=60)
    while wanted:
        take_one()
    assert wakes.idle()
    assert not wakes.waiting()
