"""Make a plan: a procedure (or parts of it), arguments and states read now → `Plan`. Pure.

Does not read the world: whoever calls it hands over what was read.
"""

import re
import shlex
from collections.abc import Callable, Mapping

from msgspec import Struct, field
from msgspec.structs import replace

from steadyhand.actions import EXTRACTIONS, action_for, changing, classify
from steadyhand.model.document.runbook import (
    Parameter,
    Procedure,
    Runbook,
    SourceKind,
    Step,
    StepKind,
)
from steadyhand.model.document.shell import expanded
from steadyhand.model.effect import Effect
from steadyhand.model.run.plan import (
    BY_HAND,
    Alternatives,
    Binding,
    Bound,
    Change,
    Hole,
    Kept,
    Plan,
    PlannedStep,
    Skipped,
)
from steadyhand.model.run.target import Target
from steadyhand.model.settings.policy import READ, Policy
from steadyhand.model.settings.running import Running
from steadyhand.model.visible import UNSEEN, visible
from steadyhand.plan.alternatives import alternatives
from steadyhand.plan.choosing import ALL as ALL
from steadyhand.plan.choosing import CannotPlan as CannotPlan
from steadyhand.plan.choosing import Selection as Selection
from steadyhand.plan.choosing import Undecided as Undecided
from steadyhand.plan.choosing import broken, left_out
from steadyhand.plan.choosing import choose as choose
from steadyhand.plan.choosing import questions as questions
from steadyhand.plan.guarding import Guarded, guarded
from steadyhand.plan.guards import Sight
from steadyhand.plan.ready import ready


class Argument(Struct, frozen=True):
    """A value somebody gave, and who or what: `--set`, `steadyhand.toml`."""

    value: str
    how: str


class Given(Struct, frozen=True):
    """What a plan is made of besides the document; `states` is step id → the state read now."""

    target: Target
    arguments: Mapping[str, Argument] = field(default_factory=dict)
    states: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    policy: Policy = field(default_factory=Policy)
    run: Running = field(default_factory=Running)
    sight: Sight = field(default_factory=Sight)  # for the document's safety rules
    supplied: frozenset[str] = frozenset()  # variables that the target itself gives
    asks: frozenset[str] = frozenset()  # steps that a person judges when the run comes to them


class Missing(Struct, frozen=True):
    """A parameter that nothing gives a value to."""

    parameter: Parameter
    step: Step

    def __str__(self) -> str:
        source = self.parameter.source
        printed = f" ({source.step} prints it)" if source.kind is SourceKind.STEP else ""
        return (
            f"{self.step.span}: {self.parameter.spelling} has no value{printed}; "
            f"give one with --set {self.parameter.name}=VALUE"
        )


class Unbound(CannotPlan):
    """Nothing else is wrong but that `missing` have no value."""

    def __init__(self, missing: tuple[Missing, ...]) -> None:
        super().__init__(str(one) for one in missing)
        self.missing = missing


def make_plan(
    runbook: Runbook,
    procedure: Procedure,
    chosen: tuple[Step, ...],
    skipped: tuple[Skipped, ...],
    given: Given,
) -> Plan:
    """Bind every parameter and freeze.

    Raises CannotPlan when an argument is for no parameter, or holds what nobody sees; Unbound where
    values are missing.
    """
    chosen = tuple(ready(step, procedure, given.run) for step in chosen)
    bindings, missing = _bind(procedure, chosen, given)
    known = {parameter.name for parameter in procedure.parameters}
    problems = [
        f"{runbook.path}: {procedure.title} has no parameter “{name}”; "
        f"it has: {', '.join(sorted(known)) or 'none'}"
        for name, argument in given.arguments.items()
        if name not in known and argument.how == "--set"
    ]
    problems += [
        f"<{b.parameter}> is “{visible(b.value)}” ({b.how}): nobody sees {visible(found[0])} in it"
        for b in bindings
        if isinstance(b, Bound) and (found := UNSEEN.search(b.value))
    ]
    if problems:
        raise CannotPlan([*map(str, missing), *problems])
    if missing:
        raise Unbound(missing)
    values = {b.parameter: b.value for b in bindings if isinstance(b, Bound)}
    planned = tuple(
        replace(_planned(step, values, given), asks=step.condition if step.id in given.asks else "")
        for step in chosen
    )
    sight = replace(given.sight, broken_glass=given.policy.break_glass)
    held, unasked = _held(lambda some: guarded(runbook, procedure, some, values, sight), planned)
    skipped = tuple(sorted((*skipped, *unasked), key=lambda one: _place(procedure, one.step)))
    sure = [p.step for p in planned if not p.asks]
    return Plan(
        runbook=runbook.path,
        runbook_digest=runbook.digest,
        procedure=procedure.id,
        title=procedure.title,
        target=given.target.words,
        steps=held.steps,
        bindings=bindings,
        skipped=skipped,
        broken=broken(procedure.steps, sure),
        policy=given.policy,
        folder=given.run.folder,
        variables=given.run.variables,
        secrets=given.run.secrets,
        supplied=tuple(
            n for n in (*given.run.variables, *given.run.secrets) if n in given.supplied
        ),
        parallel=given.run.parallel,
        step_seconds=given.run.step_seconds,
        alternatives=_gone(procedure, {step.id for step in sure}),
        guards=held.guards,
    )


# What a rule does to a step that it is about, and that may turn out not to be done after all.
_RESTS = frozenset({Kept.ENFORCED, Kept.WATCHED})


def _held(
    guard: Callable[[tuple[PlannedStep, ...]], Guarded], planned: tuple[PlannedStep, ...]
) -> tuple[Guarded, tuple[Skipped, ...]]:
    """Hold a plan against the rules; a conditional step that one rests on is not asked about.

    What a rule adds for it would be done though the step is not, or not be there when it is.
    """
    asked = [p for p in planned if p.asks and p.step.effect > Effect.READ]
    sure = tuple(p for p in planned if p not in asked)
    if not asked:
        return guard(planned), ()
    try:
        held = guard(planned)
        concerned = {s for one in held.guards if one.kept in _RESTS for s in one.steps}
        left = [p for p in asked if p.step.id in concerned]
        own = {p.step.id for p in planned}
        if (
            not left
            and {p.step.id for p in held.steps} - own
            == {p.step.id for p in guard(sure).steps} - own
        ):
            return held, ()
    except CannotPlan:
        pass
    why = "a safety rule of the document concerns it; --only {} plans it with that"
    unasked = (
        Skipped(p.step.id, p.step.title, left_out(p.step, why.format(p.step.id))) for p in asked
    )
    return guard(sure), tuple(unasked)


def _place(procedure: Procedure, step: str) -> int:
    ids = [one.id for one in procedure.steps]
    return ids.index(step) if step in ids else len(ids)


def _gone(procedure: Procedure, chosen: set[str]) -> tuple[Alternatives, ...]:
    """Give a procedure's alternatives, with the ways that are gone."""
    return tuple(
        replace(
            group,
            options=tuple(replace(o, taken=bool(chosen & {*o.steps})) for o in group.options),
        )
        for group in alternatives(procedure)
    )


def _bind(
    procedure: Procedure, chosen: tuple[Step, ...], given: Given
) -> tuple[tuple[Binding, ...], tuple[Missing, ...]]:
    arguments = given.arguments
    bindings: dict[str, Binding] = {}
    missing: dict[str, Missing] = {}
    parameters = {parameter.name: parameter for parameter in procedure.parameters}
    runs_before: set[str] = set()
    for step in chosen:
        for name in dict.fromkeys(occurrence.parameter for occurrence in step.parameters):
            if name in bindings:
                continue
            parameter = parameters[name]
            source = parameter.source
            if name in arguments:
                bindings[name] = Bound(name, arguments[name].value, arguments[name].how)
            elif (
                source.kind is SourceKind.STEP
                and source.rule in EXTRACTIONS
                and source.step in runs_before
            ):
                bindings[name] = Hole(name, source.step, source.rule, source.scope)
            elif parameter.default is not None:
                bindings[name] = Bound(name, parameter.default, "the document's own value")
            else:
                missing[name] = Missing(parameter, step)
        if step.id not in given.asks:
            runs_before.add(step.id)
    # Who may never come to it is not asked for a value now.
    sure = {o.parameter for step in chosen if step.id not in given.asks for o in step.parameters}
    for name in [name for name in missing if name not in sure]:
        bindings[name] = Hole(name, missing.pop(name).step.id, BY_HAND, "")
    return tuple(bindings.values()), tuple(missing.values())


def _planned(step: Step, values: Mapping[str, str], given: Given) -> PlannedStep:
    if step.kind in {StepKind.MANUAL, StepKind.CHECK}:
        return PlannedStep(step, READ, verify="a person signs")
    argv = changing(step.commands, values)
    action = action_for(argv) if argv else None
    if argv is None or action is None or step.effect is Effect.READ:
        names, commands = _names(step, values), _changing(step, values)
        return PlannedStep(step, given.policy.approvals(step.effect, names, commands))
    resource = action.resource(argv)
    names = (*_names(step, values), resource, *resource.split(), resource.rpartition("/")[2])
    approvals = given.policy.approvals(step.effect, names, _changing(step, values))
    state = dict(given.states.get(step.id, {}))
    undo = action.undo(argv, state) if state else None
    return PlannedStep(
        step,
        approvals,
        resource=resource,
        changes=tuple(
            Change(field, state.get(field, "unknown"), value)
            for field, value in sorted(action.after(argv, state).items())
            if state.get(field) != value
        ),
        verify=action.verify,
        undo=shlex.join(undo) if undo else "",
    )


def _changing(step: Step, values: Mapping[str, str]) -> tuple[str, ...]:
    """Give every command of a step that changes something, whole; () where one is not known before
    bash expands it, or a value is still a hole: nobody can have meant that one."""
    changing = [c for c in step.commands if c.words and classify(c).effect > Effect.READ]
    whole = tuple(" ".join(expanded(command, values)) for command in changing)
    return () if any(set("$`<>*?") & set(command) for command in whole) else whole


def _names(step: Step, values: Mapping[str, str]) -> tuple[str, ...]:
    """Give every word of a step's commands, and of an SQL step its words."""
    words = [word for command in step.commands for word in expanded(command, values)]
    return tuple(words or re.findall(r"[\w.-]+", step.text))
