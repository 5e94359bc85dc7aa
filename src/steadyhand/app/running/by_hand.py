"""What only a person knows of a run in, its events out: what became of a call, what was printed.

Signing is another matter, and stands with the runs.
"""

from steadyhand.actions import classify_argv
from steadyhand.app.control import Control
from steadyhand.app.problem import Problem
from steadyhand.app.running import runs
from steadyhand.model.run.events import CallObserved, Doubt, HoleFilled, WatchCut
from steadyhand.model.run.plan import BY_HAND
from steadyhand.model.run.state import CallState, StepState
from steadyhand.model.visible import UNSEEN, visible
from steadyhand.run.decide import FillHole, decide
from steadyhand.store.journal import Output
from steadyhand.world.door import Stream


def cut_watch(control: Control, key: str, by: str, reason: str) -> None:
    """End the watch that a run is at, before its time. Raises Problem when it is at none."""
    run = runs.state(control, key)
    for step in run.watches:
        if run.steps[step] is StepState.ENDED:
            runs.append(control, key, WatchCut(step, by, reason))
            return
    raise Problem(f"run {key} watches nothing now")


def settle_doubt(
    control: Control, key: str, doubt: Doubt, by: str, printed: str | None = None
) -> None:
    """Say whether the call in doubt was done, and what it printed where the script reads that.

    Raises Problem when none is in doubt, or when what it printed is needed and not said.
    """
    step, call = _doubted(control, key)
    if call is None:
        raise Problem(f"run {key} has no call in doubt")
    if printed is not None and doubt is not Doubt.DONE:
        raise Problem("what was not done has printed nothing: --printed goes with --done")
    if doubt is Doubt.DONE and call.heard and printed is None:
        raise Problem(
            f"the script reads what this printed, and that is lost: {call.shown}\n"
            f"say it: steadyhand resume {key} --done --printed TEXT ('' where it was nothing)"
        )
    if printed and classify_argv(call.argv).secret_output:
        raise Problem(f"what this prints is a secret, and is not taken from here: {call.shown}")
    how = f"{by} says so" if printed is None else f"{by} says so, and what it printed"
    said = [Output(step, call.number, Stream.OUT.value, _line(printed))] if printed else []
    runs.append(control, key, CallObserved(step, call.number, doubt, how, by, call.heard), said)


def _line(text: str) -> bytes:
    return text.encode() if text.endswith("\n") else f"{text}\n".encode()


def _doubted(control: Control, key: str) -> tuple[str, CallState | None]:
    """Find the call of which a person has to say whether it was done, and its step."""
    for step, calls in runs.state(control, key).calls.items():
        for call in calls:
            if call.open and call.doubt is Doubt.UNKNOWN:
                return step, call
    return "", None


def give_value(control: Control, key: str, name: str, value: str, by: str) -> None:
    """Fill a hole by hand, claimed by a person.

    Raises Problem where the run has no such hole, and for a value that holds what nobody sees.
    """
    if found := UNSEEN.search(value):
        raise Problem(f"<{name}> is “{visible(value)}”: nobody sees {visible(found[0])} in it")
    runs.append(control, key, HoleFilled(name, value, f"{by} says so (by hand)", by))


def wanted_by_hand(control: Control, key: str) -> str:
    """Name the hole that only a person fills: nothing prints it, or a person did the step that
    would have; "" where none is."""
    run = runs.state(control, key)
    intent = decide(run, control.clock.now())
    if not isinstance(intent, FillHole):
        return ""
    by_person = intent.hole.rule == BY_HAND or run.by_hand(intent.hole.step)
    return intent.hole.parameter if by_person else ""


def in_doubt(control: Control, key: str) -> CallState | None:
    """Give the call of which a person has to say whether it was done."""
    return _doubted(control, key)[1]
