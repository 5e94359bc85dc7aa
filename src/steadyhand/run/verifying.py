"""A step that has ended in; whether each of its changes was seen to take effect, as an event, out.

Looks through the world that it is handed, until all is seen or the time is over. An exit status
says nothing here.
"""

import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from steadyhand.actions import action_for
from steadyhand.actions.action import Action, Settled
from steadyhand.engine.drive import Turn
from steadyhand.model.effect import Effect
from steadyhand.model.next import Wait
from steadyhand.model.run.events import NOT_SEEN, Outcome, StepVerified, VerificationFailed
from steadyhand.model.run.state import CallState, Run
from steadyhand.world.door import Call, Stream, World, ask

STOPPED = Wait(None, "interrupted; `resume` goes on from here")
_TO_TAKE_EFFECT = 900.0  # seconds a change has until it must be seen
_TO_BEGIN = 60.0  # seconds until a change of which nothing is to be seen counts as ignored


class Eyes(Struct, frozen=True):
    """What looking needs: the world, what divides durations, and who is told meanwhile."""

    world: World
    factor: float
    stopping: threading.Event
    looking: Callable[[str, str, str], None]  # run, step, what is seen so far


def verify(turn: Turn, step: str, eyes: Eyes) -> Wait | None:
    """Look until every change of the step has taken effect, or its time is over."""
    run: Run = turn.state
    said: list[str] = []
    calls = run.calls_now(step)
    for index, call in enumerate(calls):
        if call.effect is Effect.READ or call.refused or done_again(call, calls[index + 1 :]):
            continue
        action = action_for(call.argv)
        reading = _reading(action, call, step, turn)
        if isinstance(reading, str):
            turn.append(VerificationFailed(step, Outcome.IGNORED, reading))
            return None
        if action is None or reading is None:
            said.append(f"{NOT_SEEN}, no way to look is known, its exit status was 0: {call.shown}")
            continue
        found = _taken(action, call, reading, eyes, (turn, step))
        if isinstance(found, Wait):
            return found
        if not isinstance(found, str):
            turn.append(found)
            return None
        said.append(found)
    turn.append(StepVerified(step, "; ".join(said)), later=True)
    return None


def _reading(
    action: Action | None, call: CallState, step: str, turn: Turn
) -> tuple[str, ...] | str | None:
    """Give the read that shows whether a call took effect, or why it cannot have."""
    if action is None or action.made is None:
        return action.before(call.argv) if action else None
    pieces = turn.printed(step, call.number)
    printed = b"".join(one.body for one in pieces if one.stream == Stream.OUT.value)
    return action.made(call.argv, printed.decode(errors="replace"))


def _taken(
    action: Action, call: CallState, reading: tuple[str, ...], eyes: Eyes, where: tuple[Turn, str]
) -> str | VerificationFailed | Wait:
    """Look until a change has taken effect, and for as long as it must have: how it was seen, or
    that it was not."""
    turn, step = where
    deadline = turn.now() + timedelta(seconds=_TO_TAKE_EFFECT / eyes.factor)
    patience = turn.now() + timedelta(seconds=_TO_BEGIN / eyes.factor)
    steady = timedelta(seconds=action.steady / eyes.factor)
    since: datetime | None = None  # it has taken effect
    last = ""
    while True:
        answer = ask(eyes.world, Call(reading))
        now = action.state(answer.text, call.argv) if not answer.exit_code else {}
        settled, why = action.settled(call.argv, dict(call.before), now)
        since = (since or turn.now()) if settled is Settled.REACHED else None
        if since and turn.now() - since >= steady:
            return why
        if settled is Settled.IGNORED and turn.now() >= patience:
            return VerificationFailed(step, Outcome.IGNORED, why)
        if settled is Settled.FAILED or (since is None and turn.now() >= deadline):
            return VerificationFailed(step, Outcome.UNVERIFIED, why)
        if why != last:
            eyes.looking(turn.key, step, why)
            last = why
        if eyes.stopping.wait(max(0.2, 3.0 / eyes.factor)):
            return STOPPED


def done_again(call: CallState, after: Sequence[CallState]) -> bool:
    """Tell whether the same was done to the same later: what the last one said must hold."""
    action = action_for(call.argv)
    if action is None or action.made is not None:
        return False
    return any(
        later.argv[:3] == call.argv[:3]
        and action.resource(later.argv) == action.resource(call.argv)
        for later in after
    )
