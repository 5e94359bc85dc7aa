"""A run's journal in, the change record's opening and its events out. Pure.

What comes out only grows as the journal does, so a record takes over what it has not yet taken.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from steadyhand.model.change.events import (
    ChangeApproved,
    ChangeBegan,
    ChangeEnded,
    ChangeKind,
    ChangeOpened,
    Item,
    ItemTicked,
    Result,
)
from steadyhand.model.change.state import Change
from steadyhand.model.document.runbook import StepKind
from steadyhand.model.effect import Effect
from steadyhand.model.events import Recorded
from steadyhand.model.run.events import (
    Approved,
    CallAnswered,
    CallLost,
    CallStarted,
    Outcome,
    RunEnded,
    RunOpened,
    Signed,
)
from steadyhand.model.run.plan import Guard, Kept, Plan

Followed = ChangeApproved | ItemTicked | ChangeBegan | ChangeEnded


def changes(plan: Plan) -> bool:
    """Tell whether a plan changes anything: only then there is a record."""
    return plan.effect > Effect.READ


def opened(run: str, event: RunOpened, at: datetime, system: str) -> ChangeOpened:
    """Open the record of a run from its plan: checklist, way back, watching."""
    plan = event.plan
    policy = plan.policy
    freeze = policy.frozen(at) if policy else None
    asks = next((g for g in plan.guards if g.kept is Kept.APPROVED), None)
    return ChangeOpened(
        kind=ChangeKind.RUN,
        title=plan.title,
        system=system,
        target=plan.target,
        source=run,
        at=at,
        by=event.starter,
        runbook=plan.runbook,
        procedure=plan.procedure,
        resources=tuple(dict.fromkeys(p.resource for p in plan.steps if p.resource)),
        checklist=tuple(_checklist(plan)),
        asks_approval=_said(asks) if asks else _asked(plan),
        way_back=_way_back(run, plan),
        watched_by_run=any(p.watch > 0 for p in plan.steps),
        frozen=freeze.words if freeze else "",
        break_glass=policy.break_glass if policy else "",
    )


def next_of(change: Change, history: Sequence[Recorded]) -> Followed | None:
    """Give the first thing that a run's journal says and the record does not yet hold."""
    return next((one for one in _followed(history) if not _held(change, one)), None)


def _held(change: Change, event: Followed) -> bool:
    match event:
        case ChangeApproved(by):
            return by in {one.by for one in change.approved}
        case ItemTicked(item):
            return item in {one.item for one in change.ticked}
        case ChangeBegan():
            return change.began is not None
        case ChangeEnded():
            return change.ended is not None


def _followed(history: Sequence[Recorded]) -> Iterator[Followed]:
    plan: Plan | None = None
    items: tuple[Item, ...] = ()
    began = False
    approved: set[str] = set()
    starter = ""
    for recorded in history:
        at = recorded.at
        match recorded.event:
            case RunOpened() as event:
                plan, starter = event.plan, event.starter
                items = tuple(_checklist(plan))
                if not any(p.approvals.count for p in plan.steps) and changes(plan):
                    approved.add(starter)  # the policy lets it run by itself
                    yield ChangeApproved(f"{starter} (the policy asks nobody)", at)
            case Approved(_, by) if by not in approved:
                approved.add(by)
                yield ChangeApproved(by, at, afterwards=began)
            case Signed(step, by):
                yield from (ItemTicked(n, by, at) for n, i in enumerate(items) if i.step == step)
            case CallStarted(_, _, argv, effect) if effect > Effect.READ and not began:
                began = True
                yield ChangeBegan(" ".join(argv), at)
            case RunEnded(outcome, detail):
                done = Result.DONE if outcome is Outcome.COMPLETED else Result.PARTLY
                said = f"{outcome}: {detail}" if detail else outcome.value
                yield ChangeEnded(done if began else Result.NOT_DONE, said, at)
            case _:
                pass


def touched(history: Sequence[Recorded], name: str) -> bool:
    """Tell whether a run has done a change that names something: a service, say."""
    started: dict[tuple[str, int], CallStarted] = {}
    for recorded in history:
        match recorded.event:
            case CallStarted(step, number, _, effect) as call if effect > Effect.READ:
                started[step, number] = call
            case CallAnswered(step, number, 0) | CallLost(step, number):
                call_made = started.get((step, number))
                if call_made is not None and name in call_made.argv:
                    return True
            case _:
                pass
    return False


def _checklist(plan: Plan) -> Iterator[Item]:
    """Give what people see to: the rules on the run's own list, and the boxes of the document."""
    listed = [g.rule for g in plan.guards if g.kept is Kept.SIGNED]
    for planned in plan.steps:
        step = planned.step
        if step.kind is StepKind.CHECK and listed and step.id == f"{plan.procedure}/safety":
            yield from (Item(rule, step.id) for rule in listed)
        elif step.kind is StepKind.CHECK:
            yield Item(step.title, step.id)


def _asked(plan: Plan) -> str:
    counts = [p for p in plan.steps if p.approvals.count]
    return f"{counts[0].approvals.words}: {counts[0].step.span}" if counts else ""


def _said(guard: Guard) -> str:
    return f"{guard.rule} ({guard.span})"


def _way_back(run: str, plan: Plan) -> str:
    changing = [p for p in plan.steps if p.step.effect > Effect.READ]
    known = [p for p in changing if p.undo]
    if not known:
        return ""
    some = "" if len(known) == len(changing) else f" ({len(known)} of {len(changing)} steps)"
    return f"steadyhand undo {run}{some}"
