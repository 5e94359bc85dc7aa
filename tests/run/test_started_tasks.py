"""A task that was started is seen to run: one that never starts, or stops at once, is told."""

from pathlib import Path

import pytest

from steadyhand.model.effect import Effect
from steadyhand.model.run.events import StepVerified
from steadyhand.model.run.state import CallState
from steadyhand.run.verifying import done_again
from tests.run.town.place import Place
from tests.run.town.world import Trouble

START = "aws ecs run-task --cluster town --task-definition {}"
DOCUMENT = "# Town\n\n## Go\n\n```bash\n{}\n```\n"
ONE = START.format("town-job")


def ended(folder: Path, command: str, trouble: Trouble | None = None) -> tuple[str, str, str]:
    """Run one command to its end; the outcome, why, and how it was seen to have taken effect."""
    place = Place.open(folder, trouble)
    try:
        key = place.begin(DOCUMENT.format(command))
        outcome = place.to_the_end(key)
        events = [one.event for one in place.control.journal.read("run", key)]
        seen = [event.how for event in events if isinstance(event, StepVerified)]
        return outcome, place.run(key).detail, "; ".join(seen)
    finally:
        place.close()


def test_a_task_that_runs_was_seen_to(tmp_path: Path) -> None:
    assert ended(tmp_path, ONE) == ("completed", "", "1 tasks running")


@pytest.mark.parametrize(
    "command",
    [
        ONE,
        f"TASK=$({ONE} --query 'tasks[0].taskArn' --output text)\necho \"$TASK\"",
        f"{ONE}\n{ONE}",
    ],
)
def test_one_that_never_starts_is_ignored(tmp_path: Path, command: str) -> None:
    outcome, detail, _ = ended(tmp_path, command, Trouble(ignore=frozenset({1})))
    assert (outcome, detail) == ("ignored", "accepted, and 1 of its tasks are not there")


def test_each_of_two_that_are_the_same_is_looked_at() -> None:
    """A service changed twice is as the last one said; each task that is started is another."""

    def call(argv: str) -> CallState:
        return CallState(1, tuple(argv.split()), Effect.CHANGE)

    change = call("aws ecs update-service --cluster town --service town-api --desired-count 4")
    assert done_again(change, [change])
    assert not done_again(call(ONE), [call(ONE)])


def test_one_that_stops_at_once_with_an_error_has_not_taken_effect(tmp_path: Path) -> None:
    outcome, detail, _ = ended(tmp_path, START.format("town-broken"))
    assert outcome == "unverified"
    assert detail == "task 1 has stopped: returned 1, Essential container in task exited"
