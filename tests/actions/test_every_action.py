"""The five properties that every action has to have, whichever are registered.

They are held against an account that knows nothing of them: the town's. An action without a call
in `examples` fails here, so that none is added without being tested.
"""

import json
import shlex
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest

from steadyhand.actions import ACTIONS, Action, Observation, Settled, classify_argv
from steadyhand.model.effect import Effect
from tests.actions.examples import EXAMPLES
from tests.actions.test_settings import fits, model
from tests.run.town.operations import OPERATIONS, State, begin, same
from tests.run.town.options import asked

Argv = tuple[str, ...]
Key = tuple[str, str]


def calls() -> Iterator[Any]:
    """Give every call of every registered action."""
    for key in sorted(ACTIONS):
        for number, rest in enumerate(EXAMPLES.get(key, ())):
            argv = ("aws", *key, *shlex.split(rest))
            yield pytest.param(ACTIONS[key], argv, id=f"{' '.join(key)}-{number}")


every = pytest.mark.parametrize(("action", "argv"), [*calls()])


def done(state: State, argv: Argv) -> State:
    """Give the account after a call."""
    now = deepcopy(state)
    OPERATIONS[argv[1], argv[2]](now, asked(argv))
    return now


def seen(action: Action, argv: Argv, state: State) -> dict[str, str]:
    """Give what the action sees of the account; {} where it has no way to look."""
    reading = action.before(argv)
    if reading is None:
        return {}
    assert classify_argv(reading).effect is Effect.READ
    answer = OPERATIONS[reading[1], reading[2]](deepcopy(state), asked(reading))
    fits(reading[1], _shape(reading), answer)
    return action.state(json.dumps(answer), argv)


def _shape(reading: Argv) -> str:
    wanted = reading[2].replace("-", "").lower()
    operations = model(reading[1])["operations"]
    shape = next(o["output"]["shape"] for n, o in operations.items() if n.lower() == wanted)
    assert isinstance(shape, str)
    return shape


@pytest.mark.parametrize("key", sorted(ACTIONS), ids=" ".join)
def test_every_action_has_a_call_here_that_changes_something(key: Key) -> None:
    assert EXAMPLES.get(key), f"{' '.join(key)}: write a call of it in tests/actions/examples.py"
    for rest in EXAMPLES[key]:
        argv = ("aws", *key, *shlex.split(rest))
        assert not same(begin(), done(begin(), argv)), rest
        assert classify_argv(argv).effect > Effect.READ


@every
def test_after_a_crash_what_was_done_and_what_was_not_are_never_confused(
    action: Action, argv: Argv
) -> None:
    """1: not done is not taken for done, and done is not done again. Else a person is asked."""
    before = begin()
    was, now = seen(action, argv, before), seen(action, argv, done(before, argv))
    assert action.done(argv, was, was) is not Observation.DONE
    assert action.done(argv, was, now) is not Observation.NOT_DONE
    if action.before(argv) is not None and argv[2] != "reboot-db-instance":
        assert action.done(argv, was, was) is Observation.NOT_DONE
        assert action.done(argv, was, now) is Observation.DONE
    # Without a look beforehand nobody can say; nor where the look now fails.
    assert action.done(argv, {}, now) is Observation.UNKNOWN
    assert action.done(argv, was, {}) is Observation.UNKNOWN


@every
def test_twice_is_once_where_it_says_that_it_is_repeatable(action: Action, argv: Argv) -> None:
    """2. What says nothing of the kind may be either."""
    del action
    once = done(begin(), argv)
    if classify_argv(argv).repeatable:
        assert same(once, done(once, argv))


@every
def test_what_it_says_can_be_undone_is(action: Action, argv: Argv) -> None:
    """3: the way back brings back what the action sees, and is a change that is known."""
    before = begin()
    after = done(before, argv)
    was, now = seen(action, argv, before), seen(action, argv, after)
    back = action.undo(argv, was)
    if back is None and action.undo_made is not None:
        back = action.undo_made(argv, was, now)
    if back is None:
        return
    found = classify_argv(back)
    assert found.effect > Effect.READ
    assert not found.reason.startswith("unknown")
    again = seen(action, argv, done(after, back))
    wanted = action.after(argv, was)
    for field in wanted:
        assert again.get(field) == was.get(field) or field in COUNTED, (field, back)
    if back[1:3] in {key[:2] for key in ACTIONS}:
        known = ACTIONS[back[1], back[2]]
        assert (
            known.settled(back, seen(known, back, after), seen(known, back, done(after, back)))[0]
            is Settled.REACHED
        )


COUNTED = {"version", "deployment", "previous version"}  # they go on: a way back is a deed too


@every
def test_a_change_that_was_ignored_is_seen(action: Action, argv: Argv) -> None:
    """4: an account as it was before is never taken for the change."""
    was = seen(action, argv, begin())
    if action.before(argv) is None:
        return  # nothing can be seen of these, and a run says so
    settled, why = action.settled(argv, was, was)
    assert settled is not Settled.REACHED, why
    now = seen(action, argv, done(begin(), argv))
    assert action.settled(argv, was, now)[0] is Settled.REACHED


@every
def test_what_somebody_else_did_meanwhile_is_not_repeated_over_it(
    action: Action, argv: Argv
) -> None:
    """5: an answer was lost, and the state is a third one: that is no reason to do it again."""
    was = seen(action, argv, begin())
    for key, rest in EXAMPLES.items():
        for other in rest:
            theirs = ("aws", *key, *shlex.split(other))
            now = seen(action, argv, done(begin(), theirs))
            if theirs == argv or now == was:
                continue
            both = seen(action, argv, done(done(begin(), theirs), argv))
            if action.done(argv, was, now) is Observation.NOT_DONE and was:
                # Once more must then be what would have been, had it been done once.
                assert both == seen(action, argv, done(done(begin(), argv), theirs)) or all(
                    both.get(field) == value for field, value in action.after(argv, was).items()
                ), theirs
