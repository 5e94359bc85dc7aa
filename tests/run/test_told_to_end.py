"""Whoever drives a run is told to end, or something fails here: nothing is done twice for it."""

import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from steadyhand.model.next import Wait
from steadyhand.world.door import Stream
from tests.run.test_taking_over import PUT, document
from tests.run.town import killed
from tests.run.town.place import Place
from tests.run.town.world import Trouble


@pytest.fixture
def where() -> Iterator[Path]:
    with killed.folder() as folder:
        yield folder


class Slow(Trouble):
    """Changes take until `go`. `begun` is set when one is under way."""

    def __init__(self) -> None:
        self.begun, self.go = threading.Event(), threading.Event()
        super().__init__(wait=self._held)

    def _held(self) -> float:
        self.begun.set()
        assert self.go.wait(60)
        return 0.0


def approved(place: Place, text: str) -> str:
    """Begin a run of one step, and sign it."""
    key = place.begin(text)
    assert isinstance(place.drive(key), Wait)
    place.sign(key)
    return key


def shells() -> list[psutil.Process]:
    """Give the sessions of this process that are there."""
    return [one for one in psutil.Process().children(recursive=True) if one.name() == "bash"]


def test_a_change_that_is_under_way_is_over_before_another_goes_on(where: Path) -> None:
    slow = Slow()
    place, other = Place.open(where, slow), Place.open(where)
    key = approved(place, document(PUT))
    one = threading.Thread(target=place.drive, args=(key,))
    one.start()
    try:
        assert slow.begun.wait(30)
        place.control.performer.stop()
        came = other.drive(key)
        assert isinstance(came, Wait)
        assert "another process" in came.why
        slow.go.set()
        one.join(30)
        assert other.to_the_end(key) == "completed", other.run(key).detail
        assert len(other.account.deeds) == 1
        assert other.asked == []  # its answer was waited for, and is in the journal
    finally:
        slow.go.set()
        one.join(30)
        for each in (place, other):
            each.close()


def test_what_fails_here_does_not_leave_the_session_a_statement_behind(where: Path) -> None:
    place = Place.open(where)
    failures = [RuntimeError("whoever shows it is broken")]

    def broken(_run: str, _step: str, _stream: Stream, _chunk: bytes) -> None:
        if failures:
            raise failures.pop()

    try:
        key = approved(place, document(f"date; {PUT}"))
        place.control.performer.output = broken
        with pytest.raises(RuntimeError, match="broken"):
            place.control.engine.drive("run", key)  # as a service does, which keeps sessions
        assert shells() == []  # one that were still there would be through with it unnoticed
        assert place.to_the_end(key) == "completed", place.run(key).detail
        assert len(place.account.deeds) == 1
    finally:
        place.close()


def test_a_change_is_waited_for_even_where_nobody_can_be_told_so(where: Path) -> None:
    slow = Slow()
    place = Place.open(where, slow)
    later = threading.Timer(1.0, slow.go.set)
    raised = iter([KeyboardInterrupt(), BrokenPipeError("nobody reads")])

    def interrupted(_run: str, _step: str, _stream: Stream, _chunk: bytes) -> None:
        assert slow.begun.wait(30)
        if not later.is_alive():
            later.start()
        raise next(raised)

    try:
        key = approved(place, document(f"{PUT} | date"))
        place.control.performer.output = interrupted
        with pytest.raises(BrokenPipeError):
            place.drive(key)
        assert len(place.account.deeds) == 1
    finally:
        slow.go.set()
        place.close()
