"""The five properties of a run, on procedures that nobody wrote, over a small real account.

1 kill -9 at any event, resume: the same end, every effect once. 2 What is over is over: driving it
again does nothing. 3 A step refused: the run stops, and what has a way back goes back. 4 A change
that is ignored: the run does not end well. 5 An answer lost: nothing is done twice.

What is drawn is the same each time; `make soak` draws more.
"""

import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from steadyhand.app.problem import Problem
from steadyhand.app.running import runs
from steadyhand.app.running.undo import plan_undo
from tests.run.town import killed
from tests.run.town.operations import State, begin, same
from tests.run.town.place import Place
from tests.run.town.procedures import Generated, masked, procedures
from tests.run.town.world import Trouble

pytestmark = pytest.mark.timeout(3600)
Numbers = frozenset[int]


def some(few: int, many: int) -> list[object]:
    """Give how many examples are drawn: a few always, many with what takes long."""
    return [few, pytest.param(many, marks=pytest.mark.soak)]


def drawn(examples: int) -> settings:
    return settings(
        max_examples=examples, derandomize=True, database=None, deadline=None,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip


def ended(where: Path, made: Generated, trouble: Trouble | None = None) -> tuple[str, Place, str]:
    """Run a procedure whole; its outcome, where it ran (still open) and its id."""
    note(made.document)
    place = Place.open(where, trouble)
    key = place.begin(made.document, made.values)
    return place.to_the_end(key), place, key


def left(place: Place) -> State:
    """Give the state of the account, without what is another value in each run."""
    state: State = json.loads(masked(json.dumps(place.account.state)))
    return state


def notes(place: Place, key: str) -> State:
    """Give the files that only bash has written to."""
    folder = place.folder / "state" / "runs" / key
    return {str(f.relative_to(folder)): f.read_text() for f in folder.rglob("note*.txt")}


def check_whole(made: Generated) -> tuple[int, State]:
    """Run it undisturbed: it completes and changes what it says. How many events that took."""
    with killed.folder() as where:
        outcome, place, key = ended(where, made)
        assert outcome == "completed", place.run(key).detail
        done = place.account.changes
        if not made.loose:
            assert tuple(done) == made.changes
        assert Counter(done) == Counter(made.changes)
        assert place.asked == []
        events = len(place.control.journal.read("run", key))
        # Over is over, for another process too.
        place.close()
        place = Place.open(where)
        assert place.to_the_end(key) == "completed"
        assert place.account.changes == done
        assert len(place.control.journal.read("run", key)) == events
        state = {**left(place), "notes": notes(place, key)}
        place.close()
        return events, state


def check_killed(made: Generated, number: int, after: bool, again: int) -> None:
    """Kill it at an event, and what goes on with it once more; then it ends as it would have."""
    events, state = check_whole(made)
    with killed.folder() as where:
        place = Place.open(where)
        key = place.begin(made.document, made.values)
        place.close()
        first = killed.killed(where, key, (1 + number % (events - 1), after))
        if first and again:
            killed.killed(where, key, (again, not after))
        place = Place.open(where)
        try:
            outcome = place.to_the_end(key)
            note(f"killed: {first}; asked: {place.asked}")
            assert outcome == "completed", place.run(key).detail
            assert Counter(place.account.changes) == Counter(made.changes)
            assert same({**left(place), "notes": notes(place, key)}, state)
        finally:
            place.close()


@pytest.mark.parametrize("examples", some(8, 250))
def test_killed_at_any_event_it_ends_the_same_and_each_change_is_made_once(examples: int) -> None:
    @drawn(examples)
    @given(procedures(), st.integers(0, 400), st.booleans(), st.integers(0, 12))
    def check(made: Generated, number: int, after: bool, again: int) -> None:
        check_killed(made, number, after, again)

    check()


@pytest.mark.parametrize("examples", some(5, 250))
def test_an_answer_that_is_lost_makes_nothing_twice(examples: int) -> None:
    @drawn(examples)
    @given(procedures(), st.frozensets(st.integers(1, 6), min_size=1), st.booleans())
    def check(made: Generated, which: Numbers, done: bool) -> None:
        trouble = Trouble(lose=which) if done else Trouble(drop=which)
        with killed.folder() as where:
            outcome, place, key = ended(where, made, trouble)
            try:
                assert outcome == "completed", place.run(key).detail
                assert Counter(place.account.changes) == Counter(made.changes)
            finally:
                place.close()

    check()


@pytest.mark.parametrize("examples", some(5, 250))
def test_a_change_that_is_ignored_does_not_end_well(examples: int) -> None:
    @drawn(examples)
    @given(procedures(), st.integers(0, 20))
    def check(made: Generated, number: int) -> None:
        which = 1 + number % len(made.changes)
        with killed.folder() as where:
            outcome, place, key = ended(where, made, Trouble(ignore=frozenset({which})))
            try:
                check_ignored(place, key, outcome, made)
            finally:
                place.close()

    check()


def check_ignored(place: Place, key: str, outcome: str, made: Generated) -> None:
    missing = Counter(made.changes) - Counter(place.account.changes)
    if outcome == "completed":
        # The same was set again by a later command.
        for what in missing:
            assert what in place.account.changes
            assert made.changes.count(what) > 1, what
        return
    assert outcome in {"ignored", "unverified"}, place.run(key).detail


@pytest.mark.parametrize("examples", some(5, 250))
def test_a_step_refused_stops_it_and_what_has_a_way_back_goes_back(examples: int) -> None:
    @drawn(examples)
    @given(procedures(), st.integers(0, 20), st.booleans())
    def check(made: Generated, number: int, declines: bool) -> None:
        which = 1 + number % len(made.changes)
        with killed.folder() as where:
            check_refused(where, made, which, declines)

    check()


def check_refused(where: Path, made: Generated, which: int, declines: bool) -> None:
    note(made.document)
    place = Place.open(where, Trouble(refuse=frozenset() if declines else frozenset({which})))
    try:
        key = place.begin(made.document, made.values)
        outcome = place.declined(key, which) if declines else place.to_the_end(key)
        detail, done = place.run(key).detail, place.account.changes
        assert Counter(done) <= Counter(made.changes)
        if outcome == "completed":
            # It had fewer questions; or the statement itself goes on: the first of a pipe, in `||`.
            assert declines or len(done) < len(made.changes)
        else:
            assert outcome == ("refused" if declines else "failed"), detail
        place.trouble.refuse = frozenset()
        check_undone(place, key)
    finally:
        place.close()


def check_undone(place: Place, key: str) -> None:
    """Go the way back: what it says can be undone is as it was."""
    done, said, plan = place.account.changes, "", None
    try:
        plan = plan_undo(place.control, key)
    except Problem as problem:
        said = str(problem)
    if plan is None:
        assert not done or "no way back is known" in said
        return
    back = runs.start(place.control, plan, "ada")
    assert place.to_the_end(back) == "completed", place.run(back).detail
    left_out = " ".join(skipped.title for skipped in plan.skipped)
    now, before = place.account.state, begin()
    for kind in ("rule", "listener", "logs", "caches", "parameters", "services", "instances"):
        assert _essence(now[kind]) == _essence(before[kind]), (kind, left_out)


def _essence(kind: State) -> State:
    """Leave out what counts how often something was done."""
    counts = {"version", "deployment", "restarts"}
    inner = {name: one for name, one in kind.items() if not isinstance(one, dict)}
    for name, one in kind.items():
        if isinstance(one, dict):
            inner[name] = {field: value for field, value in one.items() if field not in counts}
    return inner
