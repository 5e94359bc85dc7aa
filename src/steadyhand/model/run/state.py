"""A run's events in, its state out: `evolve`, the one transition function. Pure; no I/O, no clock.

What cannot follow what was before is refused here. Knows nothing of how a step is carried out.
Longer than most, because every event of a run is judged in one place.
"""

import shlex
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from msgspec import Struct, field
from msgspec.structs import replace

from steadyhand.model import canonical
from steadyhand.model.document.runbook import StepKind
from steadyhand.model.effect import Effect
from steadyhand.model.events import IllegalEvent
from steadyhand.model.run.events import (
    ApprovalAsked,
    Approved,
    CallAnswered,
    CallLost,
    CallObserved,
    CallRefused,
    CallStarted,
    ConditionAnswered,
    Declined,
    Doubt,
    DriverTook,
    HoleFilled,
    LineTyped,
    Outcome,
    ReadsSent,
    RunDiverged,
    RunEnded,
    RunOpened,
    Signed,
    StepEnded,
    StepRetried,
    StepSkipped,
    StepStarted,
    StepVerified,
    VariablesGiven,
    VerificationFailed,
    WatchBegan,
    WatchCut,
)
from steadyhand.model.run.plan import Plan


class StepState(StrEnum):
    WAITING = "waiting"  # not begun
    ASKED = "asked"  # a person has to approve or sign
    STARTED = "started"
    ENDED = "ended"  # the statement returned
    DONE = "done"  # and, where it changes something, was seen to have taken effect
    FAILED = "failed"
    DECLINED = "declined"
    SKIPPED = "skipped"  # a person went on without it


class CallState(Struct, frozen=True):
    number: int
    argv: tuple[str, ...]
    effect: Effect
    before: tuple[tuple[str, str], ...] = ()
    exit_code: int | None = None
    refused: str = ""
    lost: str = ""
    doubt: Doubt | None = None
    past: bool = False  # of an attempt before this one
    how: str = ""  # what looking at a call in doubt said
    heard: bool = False  # the script reads what it prints

    @property
    def shown(self) -> str:
        return shlex.join(self.argv)

    @property
    def open(self) -> bool:
        """Started, and neither answered, refused nor cleared up."""
        return self.exit_code is None and not self.refused and self.doubt is not Doubt.DONE


class Question(Struct, frozen=True):
    """What a person is being asked, with the signatures given so far."""

    step: str
    evidence: str
    count: int
    starter_may: bool
    argv: tuple[str, ...] = ()
    signed_by: tuple[str, ...] = ()
    expires_at: datetime | None = None
    condition: str = ""  # whether it holds is asked; "" where a signature is

    @property
    def answered(self) -> bool:
        return len(self.signed_by) >= self.count

    def waits_for(self, starter: str) -> str:
        """Say how many signatures are missing, and of whom; or what is to be judged."""
        if self.condition:
            return f"a person has to say whether this holds: {self.condition}"
        missing = self.count - len(self.signed_by)
        given = f", signed by {', '.join(self.signed_by)}" if self.signed_by else ""
        who = "" if self.starter_may else f", none from {starter}, who started it"
        return f"{missing} approval(s) missing{who}{given}"

    def same(self, other: "Question") -> bool:
        """Tell whether another one asks the same, whoever has signed either."""
        asked = (self.step, self.evidence, self.count, self.starter_may, self.argv)
        return asked == (other.step, other.evidence, other.count, other.starter_may, other.argv)


class Run(Struct, frozen=True):
    """What the events of one run add up to."""

    plan: Plan
    starter: str
    incident: str
    digest: str = ""  # of the plan; "" where the version that opened the run did not keep it
    driver: str = ""
    steps: Mapping[str, StepState] = field(default_factory=dict)
    calls: Mapping[str, tuple[CallState, ...]] = field(default_factory=dict)
    questions: Mapping[str, Question] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)
    claimed: Mapping[str, str] = field(default_factory=dict)  # values given by hand: who says so
    variables: Mapping[str, str] | None = None  # of its starter; secret ones as tokens
    exit_codes: Mapping[str, int] = field(default_factory=dict)
    watches: Mapping[str, datetime] = field(default_factory=dict)  # until when, by step
    # by step: the files that it appends to, and their bytes before its attempt began
    sizes: Mapping[str, tuple[tuple[str, int], ...]] = field(default_factory=dict)
    snapshot: str = ""
    problem: tuple[Outcome, str] | None = None  # why it must end before its last step
    skipped: Mapping[str, str] = field(default_factory=dict)  # by step: who, and the reason
    confirmed: frozenset[str] = frozenset()  # steps whose condition holds, as a person has said
    outcome: Outcome | None = None
    detail: str = ""

    @property
    def question(self) -> Question | None:
        """The one question that is open now."""
        for planned in self.plan.steps:
            question = self.questions.get(planned.step.id)
            if question and self.steps[planned.step.id] is StepState.ASKED:
                return question
        return None

    @property
    def failed(self) -> str:
        """The step that failed and may be tried anew, or gone on without; "" where none is."""
        if self.problem is None or self.problem[0] not in _MENDABLE:
            return ""
        return next((s for s, state in self.steps.items() if state is StepState.FAILED), "")

    def by_hand(self, step: str) -> bool:
        """Tell whether a person did a step, or a call of it, or went on without it."""
        said = any(call.doubt is Doubt.DONE for call in self.calls_now(step))
        return said or self.steps.get(step) is StepState.SKIPPED

    def calls_now(self, step: str) -> tuple[CallState, ...]:
        """The calls of a step's latest attempt."""
        return tuple(call for call in self.calls.get(step, ()) if not call.past)


_MENDABLE = (Outcome.FAILED, Outcome.IGNORED, Outcome.UNVERIFIED)


def signature(plan_digest: str, question: Question, expires_at: datetime) -> str:
    """Digest what an approval stands for. Pure."""
    return canonical.digest(
        [plan_digest, question.step, question.evidence, list(question.argv), expires_at.isoformat()]
    )


def _legal(condition: bool, why: str) -> None:
    if not condition:
        raise IllegalEvent(why)


def evolve(run: Run | None, event: object) -> Run:
    """Apply one event. Raises IllegalEvent where the event cannot follow what was before."""
    if isinstance(event, RunOpened):
        _legal(run is None, "a run is opened once")
        return Run(
            plan=event.plan,
            starter=event.starter,
            incident=event.incident,
            digest=event.digest,
            steps={p.step.id: StepState.WAITING for p in event.plan.steps},
            values=event.plan.values(),
        )
    if run is None:
        raise IllegalEvent(f"{type(event).__name__} before RunOpened")
    _legal(run.outcome is None, f"{type(event).__name__} after the run ended")
    match event:
        case DriverTook(driver):
            return replace(run, driver=driver)
        case VariablesGiven(variables):
            _legal(run.variables is None, "a run is given its variables once")
            return replace(run, variables=variables)
        case HoleFilled(parameter, _, _, by):
            _legal(parameter not in run.values, f"<{parameter}> already has a value")
            holes = sorted(hole.parameter for hole in run.plan.holes())
            listed = ", ".join(holes) or "none"
            _legal(parameter in holes, f"<{parameter}> is not filled by this run; it has: {listed}")
            policy = run.plan.policy if by else None
            refused = policy.may_start(by) if policy is not None else ""
            _legal(not refused, refused)
            return _filled(run, event)
        case RunDiverged(_, detail):
            return replace(run, problem=(Outcome.DIVERGED, detail))
        case RunEnded(outcome, detail):
            return replace(run, outcome=outcome, detail=detail)
        case ApprovalAsked() | Approved() | Declined() | Signed():
            return _evolve_question(run, event)
        case ConditionAnswered():
            return _judged(run, event)
        case CallStarted() | CallAnswered() | CallRefused() | CallLost() | CallObserved():
            return _evolve_call(run, event)
        case StepStarted() | StepEnded() | StepVerified() | VerificationFailed():
            return _evolve_step(run, event)
        case WatchBegan(step, until):
            _legal(run.steps.get(step) is StepState.WAITING, f"{step} is not to begin now")
            begun = replace(run, watches={**run.watches, step: until})
            return _put(begun, step, StepState.ENDED)  # what is left of it is looking
        case WatchCut(step):
            watched = step in run.watches and run.steps[step] is StepState.ENDED
            _legal(watched, f"{step} watches nothing now")
            return _put(run, step, StepState.DONE)
        case LineTyped(step, number):
            calls = run.calls.get(step, ())
            under_way = number <= len(calls) and calls[number - 1].open
            _legal(under_way, "nobody can type there: that call is not open")
            return run
        case ReadsSent(step):
            _legal(run.steps.get(step) is StepState.STARTED, f"{step} is not started")
            return run
        case StepRetried() | StepSkipped():
            return _evolve_by_hand(run, event)
        case _:
            raise IllegalEvent(f"{type(event).__name__} is not an event of a run")


def _filled(run: Run, event: HoleFilled) -> Run:
    claimed = {event.parameter: event.how} if event.by else {}
    values = {**run.values, event.parameter: event.value}
    return replace(run, values=values, claimed={**run.claimed, **claimed})


def _put(run: Run, step: str, state: StepState) -> Run:
    return replace(run, steps={**run.steps, step: state})


def _evolve_question(run: Run, event: ApprovalAsked | Approved | Declined | Signed) -> Run:
    state = run.steps.get(event.step)
    _legal(state is not None, f"{event.step} is not a step of this plan")
    match event:
        case ApprovalAsked(step, evidence, count, starter_may, argv, condition):
            _legal(
                state in {StepState.WAITING, StepState.ASKED, StepState.STARTED},
                "only a step that is still to be done is asked about",
            )
            question = Question(step, evidence, count, starter_may, argv, condition=condition)
            return _put(
                replace(run, questions={**run.questions, step: question}), step, StepState.ASKED
            )
        case Approved(step, by, signed, expires_at, claimed):
            open_question = run.questions.get(step)
            if open_question is None or state is not StepState.ASKED:
                raise IllegalEvent("nobody asked")
            _legal(not open_question.condition, _TO_JUDGE)
            policy = run.plan.policy
            if policy is not None and (reason := policy.may_approve(by, claimed)):
                raise IllegalEvent(reason)
            _legal(by not in open_question.signed_by, f"{by} has already signed")
            _legal(
                open_question.starter_may or by != run.starter, "the starter may not approve this"
            )
            _legal(
                not run.digest or signed == signature(run.digest, open_question, expires_at),
                "the signature is for another plan, step or evidence",
            )
            ends = [end for end in (open_question.expires_at, expires_at) if end is not None]
            question = replace(
                open_question, signed_by=(*open_question.signed_by, by), expires_at=min(ends)
            )
            return replace(run, questions={**run.questions, step: question})
        case Declined(step, by, reason):
            _legal(state is StepState.ASKED, "nobody asked")
            _legal(not run.questions[step].condition, _TO_JUDGE)
            declined = replace(run, problem=(Outcome.REFUSED, f"{by} declined: {reason}"))
            return _put(declined, step, StepState.DECLINED)
        case Signed(step, _):
            _legal(state is StepState.ASKED, "nobody asked")
            _legal(not run.questions[step].condition, _TO_JUDGE)
            return _put(run, step, StepState.DONE)


_TO_JUDGE = "whether its condition holds is asked: that is answered first"


def _judged(run: Run, event: ConditionAnswered) -> Run:
    """Go on with a step whose condition holds, and without one whose condition does not."""
    question, policy = run.questions.get(event.step), run.plan.policy
    asked = question is not None and run.steps.get(event.step) is StepState.ASKED
    _legal(asked and bool(question and question.condition), "no condition is asked about")
    if policy is not None and (reason := policy.may_start(event.by)):
        raise IllegalEvent(reason)
    questions = {key: one for key, one in run.questions.items() if key != event.step}
    run = replace(run, questions=questions)
    if event.holds:
        confirmed = run.confirmed | {event.step}
        return _put(replace(run, confirmed=confirmed), event.step, StepState.WAITING)
    why = f"{event.by}: {event.reason or 'its condition does not hold'}"
    skipped = {**run.skipped, event.step: why}
    return _put(replace(run, skipped=skipped), event.step, StepState.SKIPPED)


def _evolve_call(
    run: Run, event: CallStarted | CallAnswered | CallRefused | CallLost | CallObserved
) -> Run:
    calls = list(run.calls.get(event.step, ()))
    index = event.number - 1
    match event:
        case CallStarted(_, _, argv, effect, _, before):
            _legal(run.steps.get(event.step) is StepState.STARTED, "the step is not started")
            call = CallState(event.number, argv, effect, before)
            if index < len(calls):  # done again, after looking showed that it was not done
                _legal(calls[index].open and calls[index].argv == argv, "that call is answered")
                calls[index] = call
            else:
                _legal(index == len(calls), "calls are numbered in order")
                calls.append(call)
        case CallRefused(_, _, argv, reason):
            if index == len(calls):
                calls.append(CallState(event.number, argv, Effect.DESTROY, refused=reason))
            else:
                _legal(index < len(calls) and calls[index].open, "that call is answered")
                calls[index] = replace(calls[index], refused=reason)
        case _:
            _legal(index < len(calls) and calls[index].open, "that call is not open")
            calls[index] = _answered(calls[index], event)
    return replace(run, calls={**run.calls, event.step: tuple(calls)})


def _answered(call: CallState, event: CallAnswered | CallLost | CallObserved) -> CallState:
    match event:
        case CallAnswered(_, _, exit_code):
            return replace(call, exit_code=exit_code)
        case CallLost(_, _, reason):
            return replace(call, lost=reason)
        case CallObserved(_, _, doubt, how, _, heard):
            code = 0 if doubt is Doubt.DONE else None
            heard = heard or call.heard
            return replace(call, doubt=doubt, how=how, exit_code=code, heard=heard)


def _evolve_step(
    run: Run, event: StepStarted | StepEnded | StepVerified | VerificationFailed
) -> Run:
    state = run.steps.get(event.step)
    match event:
        case StepStarted(step, _, sizes):
            _legal(
                state in {StepState.WAITING, StepState.ASKED, StepState.STARTED},
                f"{step} cannot start: it is {state}",
            )
            question = run.questions.get(step)
            needed = run.plan.planned(step).approvals.count
            _legal(
                needed == 0 or (question is not None and question.answered),
                f"{step} needs {needed} approvals",
            )
            _legal(
                question is None or question.answered,
                f"{step} waits for an answer",
            )
            begun = replace(run, sizes={step: sizes, **run.sizes})  # the first of an attempt counts
            return _put(begun, step, StepState.STARTED)
        case StepEnded(step, exit_code, snapshot):
            _legal(state is StepState.STARTED, f"{step} is not started")
            ended = replace(
                run,
                snapshot=snapshot,
                exit_codes={**run.exit_codes, step: exit_code},
                problem=run.problem
                or ((Outcome.FAILED, f"{step} returned {exit_code}") if exit_code else None),
            )
            if exit_code:
                return _put(ended, step, StepState.FAILED)
            reads = run.plan.planned(step).step.effect is Effect.READ
            return _put(ended, step, StepState.DONE if reads else StepState.ENDED)
        case StepVerified(step):
            _legal(state is StepState.ENDED, f"{step} has not ended")
            return _put(run, step, StepState.DONE)
        case VerificationFailed(step, outcome, detail):
            _legal(state is StepState.ENDED, f"{step} has not ended")
            return _put(replace(run, problem=(outcome, detail)), step, StepState.FAILED)


def _evolve_by_hand(run: Run, event: StepRetried | StepSkipped) -> Run:
    state, policy = run.steps.get(event.step), run.plan.policy
    if policy is not None and (reason := policy.may_start(event.by)):
        raise IllegalEvent(reason)
    match event:
        case StepRetried(step, _, values):
            _legal(step == run.failed, f"{step} has not failed: it is {state}")
            unknown = sorted(values.keys() - run.values.keys())
            _legal(not unknown, f"the plan has no parameter {', '.join(unknown)}")
            past = tuple(replace(call, past=True) for call in run.calls.get(step, ()))
            run = replace(
                run,
                calls={**run.calls, step: past},
                questions={k: q for k, q in run.questions.items() if k != step},
                exit_codes={k: code for k, code in run.exit_codes.items() if k != step},
                sizes={k: sizes for k, sizes in run.sizes.items() if k != step},
                values={**run.values, **values},
                problem=None,
            )
            return _put(run, step, StepState.WAITING)
        case StepSkipped(step, by, reason):
            asked = state is StepState.ASKED and run.problem is None
            _legal(step == run.failed or asked, f"{step} cannot be skipped: it is {state}")
            by_hand = run.plan.planned(step).step.kind in {StepKind.MANUAL, StepKind.CHECK}
            _legal(not by_hand, "a step that a person does is signed, or the run is not completed")
            rule = run.plan.rests_on(step)
            _legal(not rule, f"a safety rule of the document rests on it: {rule}")
            skipped = {**run.skipped, step: f"{by}: {reason}"}
            return _put(replace(run, skipped=skipped, problem=None), step, StepState.SKIPPED)
