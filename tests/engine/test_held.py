"""Events that are held: in the state at once, in the journal with the next one, in one transaction.

Nobody is told of one before it is written, and nothing that is written is half of a group.
"""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from steadyhand.engine.clock import SystemClock
from steadyhand.engine.drive import TAKEN, Engine, Kind, Turn
from steadyhand.model.events import IllegalEvent, Recorded
from steadyhand.model.next import Finished, Wait
from steadyhand.store.audit.chain import Chain
from steadyhand.store.audit.head import Anchor
from steadyhand.store.audit.verify import verify
from steadyhand.store.database import Unavailable
from steadyhand.store.journal import Conflict, Journal, Output
from steadyhand.store.schema import open_store


@dataclass(frozen=True)
class Grown:
    by: int


Decide = Callable[[int | None], Wait | Finished | str]
Do = Callable[[Turn], Wait | None]
TYPES = {"plant": {"Grown": Grown}}


def evolve(height: int | None, event: object) -> int:
    assert isinstance(event, Grown)
    if event.by < 0:
        raise IllegalEvent("it does not shrink")
    return (height or 0) + event.by


class Garden:
    """One process with a chained journal, and what it was told."""

    def __init__(self, folder: Path) -> None:
        self.database = open_store(f"sqlite:///{folder / 'journal.db'}")
        anchor = Anchor(folder / "audit.head")
        self.chain = Chain(self.database, folder / "audit.key", [anchor])
        self.journal = Journal(self.database, TYPES, self.chain)
        self.engine = Engine(self.journal, SystemClock())
        self.told: list[int] = []
        self.engine.listeners.append(self._heard)
        self.learn(lambda _: Finished(""), lambda _: None)

    def learn(self, decide: Decide, do: Do) -> None:
        kind = Kind("plant", evolve, lambda h, _: decide(h), lambda _, turn: do(turn))
        self.engine.learn(kind)

    def _heard(self, recorded: Recorded) -> None:
        self.told.append(recorded.seq)

    def turn(self) -> Turn:
        return self.engine.turn("plant", "oak")

    def kept(self) -> list[int]:
        """Give what is in the journal, whoever looks."""
        events = (recorded.event for recorded in self.journal.read("plant", "oak"))
        return [event.by for event in events if isinstance(event, Grown)]


@pytest.fixture
def garden(tmp_path: Path) -> Iterator[Garden]:
    one = Garden(tmp_path)
    yield one
    one.database.close()


def test_what_is_held_is_written_with_the_next_and_told_then(garden: Garden) -> None:
    turn = garden.turn()
    turn.append(Grown(1), later=True)
    turn.append(Grown(2), printed=[Output("s", 1, "out", b"leaf")], later=True)
    assert (turn.state, turn.seq, turn.written) == (3, 2, 0)
    assert (garden.kept(), garden.told) == ([], [])
    assert garden.turn().state is None  # another look knows nothing of it
    turn.append(Grown(3))
    assert (turn.seq, turn.written) == (3, 3)
    assert (garden.kept(), garden.told) == ([1, 2, 3], [1, 2, 3])
    assert [one.body for one in garden.journal.printed("oak", "s", 1)] == [b"leaf"]
    assert verify(garden.chain).faults == ()


def test_a_group_is_one_transaction(garden: Garden) -> None:
    """A number in its middle is taken: nothing of it is written, and it stays held."""
    garden.turn().append(Grown(1))
    late, first = garden.turn(), garden.turn()
    late.append(Grown(10), later=True)
    first.append(Grown(2))
    with pytest.raises(Conflict):
        late.append(Grown(20), printed=[Output("s", 1, "out", b"leaf")])
    assert (late.state, late.seq, late.written) == (11, 2, 1)
    with pytest.raises(Conflict):
        late.flush()
    assert garden.kept() == [1, 2]
    assert list(garden.journal.printed("oak", "s", 1)) == []
    assert garden.told == [1, 2]
    assert verify(garden.chain).faults == ()


def test_an_illegal_event_changes_nothing_of_what_is_held(garden: Garden) -> None:
    turn = garden.turn()
    turn.append(Grown(1), later=True)
    with pytest.raises(IllegalEvent):
        turn.append(Grown(-1))
    turn.flush()
    turn.flush()
    assert (turn.state, garden.kept(), garden.told) == (1, [1], [1])


def test_what_could_not_be_written_is_held_on(
    garden: Garden, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> list[Recorded]:
        raise Unavailable("the disk is full")

    turn = garden.turn()
    turn.append(Grown(1), later=True)
    with monkeypatch.context() as patch:
        patch.setattr(garden.journal, "write", full)
        with pytest.raises(Unavailable):
            turn.append(Grown(2))
    assert (turn.state, turn.written) == (1, 0)
    turn.append(Grown(3))
    assert garden.kept() == [1, 3]


def test_what_was_printed_is_read_with_what_is_held(garden: Garden) -> None:
    turn = garden.turn()
    turn.append(Grown(1), printed=[Output("s", 1, "out", b"leaf")], later=True)
    assert [one.body for one in turn.printed("s", 1)] == [b"leaf"]


@pytest.mark.parametrize("ends", ["finished", "waits", "raises"])
def test_driving_leaves_nothing_held(garden: Garden, ends: str) -> None:
    def decide(height: int | None) -> Wait | Finished | str:
        return Finished("") if ends == "finished" and height == 2 else "grow"

    def do(turn: Turn) -> Wait | None:
        if turn.state == 2:
            if ends == "raises":
                raise RuntimeError("a bug")
            return Wait(None, "rain")
        turn.append(Grown(1), later=True)
        return None

    garden.learn(decide, do)
    if ends == "raises":
        with pytest.raises(RuntimeError):
            garden.engine.drive("plant", "oak")
    else:
        assert isinstance(garden.engine.drive("plant", "oak"), Finished | Wait)
    assert (garden.kept(), garden.told) == ([1, 1], [1, 2])


def test_whoever_lost_the_race_says_so_at_the_end(garden: Garden, tmp_path: Path) -> None:
    other = Garden(tmp_path)
    other.told = []

    def do(turn: Turn) -> Wait | None:
        turn.append(Grown(1), later=True)
        other.turn().append(Grown(5))
        return Wait(None, "rain")

    garden.learn(lambda _: "grow", do)
    assert garden.engine.drive("plant", "oak") is TAKEN
    assert garden.kept() == [5]
    other.database.close()


@pytest.mark.parametrize("error", [OSError("the disk is full"), SystemExit(1)])
def test_a_listener_that_fails_is_no_reason_to_stop(garden: Garden, error: BaseException) -> None:
    def fails(_: Recorded) -> None:
        raise error

    heard: list[BaseException] = []
    garden.engine.unheard = heard.append
    garden.engine.listeners.insert(0, fails)
    garden.learn(
        lambda height: Finished("") if height == 2 else "grow", lambda turn: turn.append(Grown(1))
    )
    assert garden.engine.drive("plant", "oak") == Finished("")
    assert garden.kept() == [1, 1]
    assert garden.told == [1, 2], "the others are told"
    assert heard == [error, error]


def test_several_threads_are_heard_in_the_order_of_the_journal(garden: Garden) -> None:
    turn = garden.turn()
    slow = iter([0.02, 0.0] * 100)
    garden.engine.listeners.insert(0, lambda _: time.sleep(next(slow)))

    def go(later: bool) -> None:
        for _ in range(10):
            turn.append(Grown(1), later=later)
            turn.flush()

    threads = [threading.Thread(target=go, args=(later,)) for later in (True, False, False)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert garden.told == list(range(1, 31))
