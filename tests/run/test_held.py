"""What of a run may wait to be written, and what may not: docs/adr on events that are held."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pytest

from steadyhand.model.events import Recorded
from steadyhand.store.journal import Entry, Journal
from steadyhand.world.door import Call, Sink, World
from tests.run.town import killed
from tests.run.town.place import Place

READ = "aws ecs describe-services --cluster town --services town-api > /dev/null"
CHANGE = "aws ssm put-parameter --overwrite --name /town/p --value"


def document(*lines: str) -> str:
    return "\n".join(["# Town", "", "## Work", "", "```bash", *lines, "```", ""])


class Groups:
    """The groups in which events of this process are written, as lists of their names."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.written: list[list[str]] = []
        write = Journal.write

        def noting(
            journal: Journal, kind: str, key: str, first: int, entries: Sequence[Entry]
        ) -> list[Recorded]:
            self.written.append([type(entry.event).__name__ for entry in entries])
            return write(journal, kind, key, first, entries)

        monkeypatch.setattr(Journal, "write", noting)


def test_a_step_that_reads_is_one_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    groups = Groups(monkeypatch)
    with killed.folder() as where:
        place = Place.open(where)
        monkeypatch.setattr("steadyhand.run.session._QUIET", 60.0)  # however slow this machine is
        key = place.begin(document(*[READ] * 5))
        assert place.to_the_end(key) == "completed"
        place.close()
    between = ["CallAnswered", "StepEnded", "StepStarted", "CallStarted"]
    assert groups.written == [
        ["RunOpened"],
        ["DriverTook"],
        ["StepStarted", "CallStarted"],
        *[between] * 4,
        ["CallAnswered", "StepEnded", "RunEnded"],
    ]


def test_what_becomes_of_a_change_is_written_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    groups = Groups(monkeypatch)
    with killed.folder() as where:
        place = Place.open(where)
        monkeypatch.setattr("steadyhand.run.session._QUIET", 60.0)
        key = place.begin(document(f"GOT=$({READ}); {CHANGE} v1", f"{CHANGE} v2"))
        assert place.to_the_end(key) == "completed"
        place.close()
    ends = [group[-1] for group in groups.written]
    assert ends.count("CallAnswered") == 2
    assert ["CallAnswered", "CallStarted"] in groups.written  # the read's answer, then the change
    assert ["StepVerified", "ApprovalAsked"] not in groups.written  # asking takes its time


@dataclass
class Watched:
    """A world that looks, at each call, at what is in the journal by then."""

    world: World
    look: Callable[[], list[str]]
    seen: list[tuple[str, list[str]]]

    def send(self, call: Call, sink: Sink, stdin: int | None = None) -> int:
        self.seen.append((" ".join(call.argv[:3]), self.look()))
        return self.world.send(call, sink, stdin)

    def close(self) -> None:
        self.world.close()


def test_the_intent_is_written_before_each_deed_and_what_was_read_before_each_change() -> None:
    """A change made from an answer that is lost could not be told from another one."""
    with killed.folder() as where:
        place = Place.open(where)
        key = place.begin(document(f'GOT=$(date); {CHANGE} "$GOT"'))
        seen: list[tuple[str, list[str]]] = []
        world_of = place.control.performer.world_of

        def written() -> list[str]:
            return [type(one.event).__name__ for one in place.control.journal.read("run", key)]

        place.control.performer.world_of = lambda run: Watched(world_of(run), written, seen)
        assert place.to_the_end(key) == "completed"
        place.close()
    (at_date,) = (there for argv, there in seen if argv.startswith("date"))
    (at_change,) = (there for argv, there in seen if argv == "aws ssm put-parameter")
    assert at_date[-2:] == ["StepStarted", "CallStarted"]
    assert at_change == [*at_date, "CallAnswered", "CallStarted"]


@pytest.mark.parametrize("event", ["CallAnswered", "StepEnded", "StepStarted"])
def test_a_death_with_something_held_loses_that_and_nothing_else(event: str) -> None:
    """Really killed between an event that is held and the write that it waits for."""
    lines = (f"GOT=$({READ}; date)", f'{CHANGE} v1; echo "$GOT" >> notes.txt', READ, READ)
    with killed.folder() as where:
        place = Place.open(where)
        key = place.begin(document(*lines))
        assert place.to_the_end(key) == "completed"
        events = [type(one.event).__name__ for one in place.control.journal.read("run", key)]
        number = max(at for at, name in enumerate(events) if name == event)
        done = len(place.account.deeds)
        key = place.begin(document(*lines))
        place.close()
        assert killed.killed(where, key, (number, True))
        place = Place.open(where)
        left = [type(one.event).__name__ for one in place.control.journal.read("run", key)]
        assert len(left) <= number
        assert left == events[: len(left)]
        assert place.to_the_end(key) == "completed"
        assert len(place.account.deeds) == 2 * done
        notes = place.folder / "state" / "runs" / key / "notes.txt"
        assert len(notes.read_text().splitlines()) == 1
        place.close()


def test_a_step_that_says_nothing_is_written_while_it_lasts() -> None:
    with killed.folder() as where:
        place = Place.open(where)
        key = place.begin(document("while [[ ! -e go ]]; do :; done", READ))
        driving = threading.Thread(target=place.drive, args=(key,))
        driving.start()
        folder = place.folder / "state" / "runs" / key
        try:
            deadline = time.monotonic() + 20
            while not begun(place, key) and time.monotonic() < deadline:
                time.sleep(0.02)
            assert begun(place, key)
        finally:
            (folder / "go").touch()
            driving.join()
        assert place.run(key).outcome == "completed"
        place.close()


def begun(place: Place, key: str) -> bool:
    return bool(place.control.journal.read("run", key, types=["StepStarted"]))


def test_what_a_statement_appends_to_is_written_before_it_appends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Only by the size from before is what bash appended cut off again."""
    groups = Groups(monkeypatch)
    with killed.folder() as where:
        place = Place.open(where)
        monkeypatch.setattr("steadyhand.run.session._QUIET", 60.0)
        key = place.begin(document("echo one >> notes.txt", "echo two >> notes.txt"))
        assert place.to_the_end(key) == "completed"
        place.close()
    ends = [group[-1] for group in groups.written if "StepStarted" in group]
    assert ends == ["StepStarted"] * 2
