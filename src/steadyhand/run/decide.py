"""What a run has to do now: a pure function of its state and the time.

Level-triggered: it looks at the state, never at what changed. Does nothing itself.
"""

from datetime import datetime

from msgspec import Struct

from steadyhand.model.document.runbook import StepKind
from steadyhand.model.effect import Effect
from steadyhand.model.next import Finished, Wait
from steadyhand.model.run.events import Doubt, Outcome
from steadyhand.model.run.plan import Hole, PlannedStep
from steadyhand.model.run.state import Run, StepState


class FillHole(Struct, frozen=True):
    hole: Hole
    consumer: str  # the step that uses it


class Ask(Struct, frozen=True):
    """Put a step to people: its approvals, or the signature of a manual step."""

    step: str


class Judge(Struct, frozen=True):
    """Ask a person whether a step's condition holds."""

    step: str


class Execute(Struct, frozen=True):
    """Run a statement: for the first time, or again with its journaled calls answered."""

    step: str


class Verify(Struct, frozen=True):
    step: str


class BeginWatch(Struct, frozen=True):
    """Begin to look at what was deployed, for as long as the document says."""

    step: str


class End(Struct, frozen=True):
    outcome: Outcome
    detail: str


Intent = FillHole | Ask | Judge | Execute | Verify | BeginWatch | End


def decide(run: Run, now: datetime) -> Intent | Wait | Finished:
    """Name the one next thing. Pure and total."""
    if run.outcome is not None:
        return Finished(run.outcome.value)
    if run.problem is not None:
        return End(*run.problem)
    for planned in run.plan.steps:
        if run.steps[planned.step.id] not in _OVER:
            return _decide_step(run, planned, now)
    skipped = "; ".join(f"without {step}, {why}" for step, why in run.skipped.items())
    return End(Outcome.COMPLETED, skipped)


_OVER = (StepState.DONE, StepState.SKIPPED)


def _decide_step(run: Run, planned: PlannedStep, now: datetime) -> Intent | Wait | Finished:
    step = planned.step
    state = run.steps[step.id]
    if state is StepState.ENDED:
        return Verify(step.id)
    if planned.asks and step.id not in run.confirmed:
        asked = run.questions.get(step.id) if state is StepState.ASKED else None
        return Judge(step.id) if asked is None else Wait(None, asked.waits_for(run.starter))
    if planned.watch:
        return BeginWatch(step.id)
    for call in run.calls_now(step.id):
        if call.open and call.doubt is Doubt.UNKNOWN:
            why = f"in doubt, a person has to say whether it was done: {call.shown}"
            return Wait(None, f"{why} ({call.how})" if call.how else why)
    if step.kind in {StepKind.MANUAL, StepKind.CHECK}:
        if state is StepState.ASKED:
            return Wait(None, f"a person has to do and sign: {step.title}")
        return Ask(step.id)
    used = {occurrence.parameter for occurrence in step.parameters}
    for hole in run.plan.holes():
        if hole.parameter in used and hole.parameter not in run.values:
            return FillHole(hole, step.id)
    question = run.questions.get(step.id)
    policy = run.plan.policy if step.effect > Effect.READ else None
    if policy is not None and (freeze := policy.frozen(now)) is not None:
        return Wait(freeze.ends, freeze.words)
    if state is StepState.ASKED and question is not None:
        if not question.answered:
            return Wait(None, f"{question.waits_for(run.starter)}: {step.title}")
        if question.expires_at is not None and question.expires_at <= now:
            return Ask(step.id)
        return Execute(step.id)
    if state is StepState.WAITING and step.effect > Effect.READ:
        return Ask(step.id)
    return Execute(step.id)
