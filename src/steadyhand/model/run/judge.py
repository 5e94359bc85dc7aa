"""`judge`: may this call be made now? Pure; the gate asks it with everything it needs to know."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from steadyhand.model.document.shell import fits
from steadyhand.model.effect import Classified, Effect
from steadyhand.model.run.plan import PlannedStep
from steadyhand.model.run.state import Run


class Verdict(StrEnum):
    ALLOW = "allow"
    ASK = "ask"  # a person has to see this very argv first
    REFUSE = "refuse"


class Judgement(Struct, frozen=True):
    verdict: Verdict
    reason: str


def judge(
    argv: tuple[str, ...],
    classified: Classified,
    planned: PlannedStep,
    run: Run,
    now: datetime,
) -> Judgement:
    """Judge an expanded argv against the plan's step, its policy and the approvals it has. Pure.

    Reads pass. A change passes when it is what the step says and the step has its approvals, or
    when this very argv was approved. Anything else is asked.
    """
    if classified.effect is Effect.READ:
        return Judgement(Verdict.ALLOW, classified.reason)
    policy, question = run.plan.policy, run.questions.get(planned.step.id)
    if policy is not None and (freeze := policy.frozen(now)) is not None:
        return Judgement(Verdict.REFUSE, freeze.words)
    approved = question is not None and question.answered
    if approved and question is not None:
        if question.expires_at is not None and question.expires_at <= now:
            return Judgement(Verdict.ASK, "the approval has expired")
        if question.argv == argv:
            return Judgement(Verdict.ALLOW, "this very command was approved")
    if not any(fits(command, argv, run.values) for command in planned.step.commands):
        return Judgement(Verdict.ASK, "this is not the command that the plan shows")
    if classified.effect > planned.step.effect:
        shown = planned.step.effect.word
        return Judgement(Verdict.ASK, f"the plan shows a {shown}, this is {classified.reason}")
    if not approved:
        return Judgement(Verdict.ASK, "nobody has approved this step")
    return Judgement(Verdict.ALLOW, classified.reason)
