"""Who goes on with a run: with what the one before has set, with the question that was shown, and
with a person's word where the answer that a statement goes on with is lost.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from steadyhand.app.problem import Problem
from steadyhand.app.running import runs
from steadyhand.app.running.undo import plan_undo
from steadyhand.model.next import Finished, Wait
from steadyhand.model.run.events import CallAnswered
from tests.run.town import killed
from tests.run.town.place import Place
from tests.run.town.world import Trouble

PUT = "aws ssm put-parameter --overwrite --name /town/p --value v1 --query Version --output text"
NEXT = "aws ssm put-parameter --overwrite --name /town/q --value"


def document(*commands: str) -> str:
    lines = [line for n, one in enumerate(commands, 1) for line in (f"# Do part {n}", one)]
    return "\n".join(["# Town", "", "## Work", "", "```bash", *lines, "```", ""])


@pytest.fixture
def where() -> Iterator[Path]:
    with killed.folder() as folder:
        yield folder


@pytest.mark.parametrize(
    ("statement", "asks"),
    [
        (PUT, False),
        (f"{PUT} > /dev/null", False),
        (f"sh -c '{PUT}'", False),
        (f"GOT=$({PUT})", True),
        (f"GOT=$(sh -c '{PUT}')", True),
        (f"{PUT} | cat", True),
        (f"{PUT} > got.txt", True),
    ],
)
def test_a_person_is_asked_where_the_statement_goes_on_with_an_answer_that_is_lost(
    where: Path, statement: str, asks: bool
) -> None:
    """It was done, that can be seen; what it printed nobody can know any more."""
    place = Place.open(where, Trouble(lose=frozenset({1})))
    try:
        key = place.begin(document(statement))
        assert place.to_the_end(key) == "completed", place.run(key).detail
        assert bool(place.asked) is asks
        assert place.account.changes == ["put-parameter /town/p"]
    finally:
        place.close()


@pytest.mark.parametrize(
    "statement", [f"env STAGE=test {PUT}", f"sh -c '{PUT}; {NEXT} b'", f"timeout 20 {PUT}"]
)
def test_what_was_started_by_a_program_that_is_over_is_not_missed(
    where: Path, statement: str
) -> None:
    """Killed after its answer, and before the end of the statement."""
    place = Place.open(where)
    key = place.begin(document(statement))
    assert place.to_the_end(key) == "completed"
    events = [one.event for one in place.control.journal.read("run", key)]
    (at,) = (n for n, e in enumerate(events) if isinstance(e, CallAnswered) and e.number == 1)
    before = len(place.account.changes)
    key = place.begin(document(statement))
    place.close()
    assert killed.killed(where, key, (at, True))
    place = Place.open(where)
    try:
        assert place.to_the_end(key) == "completed", place.run(key).detail
        assert len(place.account.deeds) == 2 * before
    finally:
        place.close()


def test_why_a_person_is_asked_is_said(where: Path) -> None:
    place = Place.open(where, Trouble(lose=frozenset({1})))
    try:
        key = place.begin(document(f"GOT=$({PUT})", f'{NEXT} "$GOT"'))
        place.drive(key)
        runs.approve(place.control, key, "ben", claimed=True)
        came = place.drive(key)
        assert isinstance(came, Wait)
        assert "what it printed is lost" in came.why
        assert place.account.state["parameters"]["/town/q"]["value"] == "v0"
    finally:
        place.close()


def test_a_session_in_which_another_one_drove_since_is_not_gone_on_with(where: Path) -> None:
    """Whoever operates keeps a session open while somebody else resumes the run."""
    one, other = Place.open(where), Place.open(where)
    try:
        key = one.begin(document("SET=old", f"{NEXT} a", "SET=new", f"{NEXT} b", f'{NEXT} "$SET"'))
        engine = one.control.engine
        assert isinstance(engine.drive("run", key), Wait)  # its session stays open
        for _ in range(2):
            runs.approve(one.control, key, "ben", claimed=True)
            assert isinstance(other.drive(key), Wait)
        runs.approve(one.control, key, "ben", claimed=True)
        assert isinstance(engine.drive("run", key), Finished)
        assert one.account.state["parameters"]["/town/q"]["value"] == "new"
    finally:
        one.close()
        other.close()


def test_nobody_signs_what_was_not_shown(where: Path) -> None:
    """While somebody reads, another one signs and the run comes to its next question."""
    place = Place.open(where)
    try:
        key = place.begin(document(f"{NEXT} a", f"{NEXT} b"))
        place.drive(key)
        shown = place.run(key).question
        assert shown is not None
        runs.approve(place.control, key, "ben", claimed=True)
        place.drive(key)
        with pytest.raises(Problem, match="asks something else now; look again"):
            runs.approve(place.control, key, "cleo", True, shown)
        with pytest.raises(Problem, match="asks something else now; look again"):
            runs.decline(place.control, key, "cleo", "no", shown)
        now = place.run(key).question
        assert now is not None
        assert now.signed_by == ()
        runs.approve(place.control, key, "cleo", True, now)
        assert isinstance(place.drive(key), Finished)
    finally:
        place.close()


def test_the_way_back_obeys_the_policy_of_the_run(where: Path) -> None:
    settings = 'target = "lab"\n[policy]\nclaimed_names = true\nprotected = ["/town/*"]\n'
    place = Place.open(where)
    try:
        key = place.begin(document(f"{NEXT} a"), settings=settings)
        assert place.to_the_end(key) == "completed"
        (step,) = plan_undo(place.control, key).steps
        assert (step.approvals.count, step.approvals.starter_may) == (2, False)
    finally:
        place.close()
