"""A plan's steps in; what becomes of the safety rules of its document, and steps added, out. Pure.

What only people can keep is one checklist, signed before the first change; what is to be watched
after a deployment is a step of its own.
"""

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from steadyhand.actions import action_for, changing
from steadyhand.model.document.runbook import Phase, Procedure, Runbook, Step, StepKind
from steadyhand.model.effect import Classified, Effect
from steadyhand.model.run.plan import Guard, Kept, PlannedStep
from steadyhand.model.settings.policy import READ, ApprovalsNeeded
from steadyhand.plan.doing import probe
from steadyhand.plan.guards import (
    MONITOR,
    Seen,
    Sight,
    boxes,
    guard_of,
    judged,
    rules_of,
    seconds_in,
)

_BY_PEOPLE = Classified(Effect.READ, "people see to it", repeatable=True)
# An approval that a rule of the document asks for is not one that somebody gives to himself.
BY_ANOTHER = ApprovalsNeeded(1, False)


class Guarded(Struct, frozen=True):
    """What becomes of each rule, and the plan's steps with those that the rules add."""

    guards: tuple[Guard, ...]
    steps: tuple[PlannedStep, ...]


def guarded(
    runbook: Runbook,
    procedure: Procedure,
    planned: tuple[PlannedStep, ...],
    values: Mapping[str, str],
    sight: Sight,
) -> Guarded:
    """Hold a plan's steps against the rules of its document. Pure.

    Raises CannotPlan where a rule forbids what is planned.
    """
    seen = Seen(runbook, procedure, tuple(one.step for one in planned), sight)
    if sight.broken_glass:
        rules = rules_of(runbook, procedure) if seen.changes else []
        why = f"break glass: {sight.broken_glass}"
        return Guarded(tuple(guard_of(rule, Kept.NOT, why) for rule in rules), planned)
    guards = [guard for rule in rules_of(runbook, procedure) for guard in judged(rule, seen)]
    guards += boxes(seen)
    if not seen.changes and not any(g.kept is Kept.SIGNED for g in guards):
        return Guarded((), planned)
    guards = _one_watch(guards)
    another = {step for guard in guards for step in guard.steps if guard.kept is Kept.APPROVED}
    stricter = [
        replace(p, approvals=p.approvals.stricter(BY_ANOTHER)) if p.step.id in another else p
        for p in planned
    ]
    steps = tuple(_added(stricter, guards, seen, values))  # it says in a rule what is looked at
    return Guarded(tuple(guards), steps)


def _one_watch(guards: Sequence[Guard]) -> list[Guard]:
    """Let a rule that names no time lean on the one that does; without one, people look."""
    timed = [g for g in guards if MONITOR.search(g.rule) and g.kept is not Kept.IDLE]
    kept: list[Guard] = []
    for guard in guards:
        if guard.kept is Kept.WATCHED and guard not in timed:
            if timed:
                guard = replace(guard, kept=timed[0].kept, how=f"as line {timed[0].span.line} says")
            else:
                guard = replace(guard, kept=Kept.SIGNED, how="on the checklist: for how long?")
        kept.append(guard)
    return kept


def _added(
    planned: Sequence[PlannedStep],
    guards: list[Guard],
    seen: Seen,
    values: Mapping[str, str],
) -> Iterator[PlannedStep]:
    """Give the plan's steps with the checklist before the first change, and the watch after."""
    first = _first(seen)
    listed = [guard for guard in guards if guard.kept is Kept.SIGNED]
    watch = _watch(guards, seen, values)
    after = _after(seen)
    for index, one in enumerate(planned):
        if index == first and listed:
            yield _checklist(listed, seen.procedure)
        if watch is not None and index == after:
            yield watch
        yield one
    if first == len(planned) and listed:
        yield _checklist(listed, seen.procedure)
    if watch is not None and after == len(planned):
        yield watch


def _first(seen: Seen) -> int:
    """Find the place of the checklist. What stops writes at once waits for none."""
    stop = seen.stops
    acts = [step for step in seen.changes if step is not stop]
    if not acts and stop is not None:
        return seen.steps.index(stop) + 1
    acts = acts or [step for step in seen.steps if step.kind is StepKind.MANUAL]
    return seen.steps.index(acts[0]) if acts else 0


def _after(seen: Seen) -> int:
    """Find the place of the watch: after what only looks at the last deployment."""
    if not seen.deployments:
        return -1
    start = seen.steps.index(seen.deployments[-1]) + 1
    for index in range(start, len(seen.steps)):
        step = seen.steps[index]
        if step.effect > Effect.READ or step.kind in {StepKind.MANUAL, StepKind.CHECK}:
            return index
    return len(seen.steps)


def _checklist(listed: Sequence[Guard], procedure: Procedure) -> PlannedStep:
    lines = [f"- {guard.rule} ({guard.span})" for guard in listed]
    title = "The document's safety rules that people keep"
    step = Step(
        id=f"{procedure.id}/safety",
        kind=StepKind.CHECK,
        title=title,
        text="\n".join([f"{title}:", *lines]),
        span=listed[0].span,
        section="Safety rules",
        phase=Phase.ASSESS,
        classified=_BY_PEOPLE,
    )
    return PlannedStep(step, READ, verify="a person signs")


def _watch(guards: list[Guard], seen: Seen, values: Mapping[str, str]) -> PlannedStep | None:
    """Make the step that waits and looks, and say in its rule what it looks at."""
    for index, guard in enumerate(guards):
        if guard.kept is not Kept.WATCHED:
            continue
        seconds = seconds_in(MONITOR, guard.rule)
        probes = tuple(dict.fromkeys(p for s in seen.steps if (p := probe(s, values))))
        known = [s for s in seen.deployments if action_for(changing(s.commands, values) or ())]
        looks = (
            [f"what {', '.join(f'line {one.span.line}' for one in known)} deployed"]
            if known
            else []
        )
        looks += [" ".join(p) for p in probes]
        minutes = f"{seconds / 60:.0f} minutes"
        how = f"{minutes} long, a step of its own looks at {', '.join(looks)}"
        if not looks:
            how = f"{minutes} long, a person looks afterwards and signs: no way to look is known"
        guards[index] = replace(guard, kept=Kept.WATCHED if looks else Kept.SIGNED, how=how)
        step = Step(
            id=f"{seen.procedure.id}/watch",
            kind=StepKind.CHECK,
            title=guard.rule,
            text=f"{guard.rule} ({how})",
            span=guard.span,
            section="Safety rules",
            phase=Phase.VERIFY,
            classified=_BY_PEOPLE,
        )
        if not looks:
            return PlannedStep(step, READ, verify="a person signs")
        verify = "looking again and again; `resume RUN --enough REASON` ends it before its time"
        return PlannedStep(step, READ, verify=verify, watch=seconds, probes=probes)
    return None
