"""A step that watches in; it looks again and again until its time is over, or something is wrong.

Looks at what the run has changed, as verification does, and does the plan's probes. What is wrong
once may pass; what is wrong twice in a row is not well.
"""

import shlex
import threading

from steadyhand.actions import Settled, action_for
from steadyhand.engine.drive import Turn
from steadyhand.model.effect import Effect
from steadyhand.model.next import Wait
from steadyhand.model.run.events import Outcome, StepVerified, VerificationFailed
from steadyhand.model.run.plan import PlannedStep
from steadyhand.model.run.state import CallState, Run
from steadyhand.store.journal import Conflict
from steadyhand.world.door import Call, Lost, Refused, World, ask

_EVERY = 15.0  # seconds between two looks, divided by the target's factor
_SHORTEST = 0.2
_IN_A_ROW = 2


def watch(
    turn: Turn, planned: PlannedStep, world: World, factor: float, stopping: threading.Event
) -> Wait | None:
    """Look until the time is over. Raises Conflict when somebody else has ended it."""
    step = planned.step.id
    run: Run = turn.state
    until = run.watches[step]
    looks = wrong = 0
    while True:
        trouble = _trouble(run, planned, world)
        looks, wrong = looks + 1, wrong + 1 if trouble else 0
        if wrong >= _IN_A_ROW:
            said = f"while it was watched: {trouble}"
            turn.append(VerificationFailed(step, Outcome.UNVERIFIED, said))
            return None
        left = (until - turn.now()).total_seconds()
        if left <= 0 and not wrong:
            turn.append(StepVerified(step, f"watched until {until:%H:%M:%S}, {looks} looks: well"))
            return None
        if stopping.wait(min(max(_SHORTEST, _EVERY / factor), max(left, _SHORTEST))):
            return Wait(None, "interrupted; `resume` goes on from here")
        if turn.journal.read("run", turn.key, after=turn.seq):
            raise Conflict(f"run {turn.key}: somebody else has gone on with it")


def _trouble(run: Run, planned: PlannedStep, world: World) -> str:
    """Say what is not well; "" where everything is."""
    try:
        for call in _changes(run):
            if said := _unsettled(call, world):
                return said
        for argv in planned.probes:
            answer = ask(world, Call(argv))
            if answer.exit_code:
                return f"{shlex.join(argv)} returned {answer.exit_code}"
    except (Refused, Lost) as error:
        return f"looking failed: {error}"
    return ""


def _changes(run: Run) -> list[CallState]:
    """Give the last change of each thing that can be looked at."""
    last: dict[str, CallState] = {}
    for planned in run.plan.steps:
        for call in run.calls.get(planned.step.id, ()):
            action = action_for(call.argv)
            if call.effect > Effect.READ and call.exit_code == 0 and action is not None:
                last[action.resource(call.argv)] = call
    return list(last.values())


def _unsettled(call: CallState, world: World) -> str:
    action = action_for(call.argv)
    reading = action.before(call.argv) if action else None
    if action is None or reading is None:
        return ""
    answer = ask(world, Call(reading))
    now = action.state(answer.text, call.argv) if not answer.exit_code else {}
    settled, why = action.settled(call.argv, dict(call.before), now)
    return "" if settled is Settled.REACHED else why
