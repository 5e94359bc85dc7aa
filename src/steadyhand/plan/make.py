"""Make a plan: a procedure (or parts of it), arguments and states read now → `Plan`. Pure.

Does not read the world: whoever calls it hands over what was read.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from steadyhand.actions import EXTRACTIONS, action_for, changing, classify
from steadyhand.model.effect import Effect
from steadyhand.model.plan import (
    Alternatives,
    Binding,
    Bound,
    Change,
    Hole,
    Plan,
    PlannedStep,
    Skipped,
)
from steadyhand.model.policy import READ, Policy
from steadyhand.model.runbook import (
    Parameter,
    Procedure,
    Runbook,
    SourceKind,
    Step,
    StepKind,
)
from steadyhand.model.running import Running
from steadyhand.model.shell import expanded
from steadyhand.model.target import Target
from steadyhand.plan.alternatives import alternatives
from steadyhand.plan.choosing import ALL as ALL
from steadyhand.plan.choosing import CannotPlan as CannotPlan
from steadyhand.plan.choosing import Selection as Selection
from steadyhand.plan.choosing import Undecided as Undecided
from steadyhand.plan.choosing import broken
from steadyhand.plan.choosing import choose as choose
from steadyhand.plan.guarding import guarded
from steadyhand.plan.guards import Sight
from steadyhand.plan.ready import ready


@dataclass(frozen=True)
class Argument:
    """A value somebody gave, and who or what: `--set`, `steadyhand.toml`."""

    value: str
    how: str


@dataclass(frozen=True)
class Given:
    """What a plan is made of besides the document; `states` is step id → the state read now."""

    target: Target
    arguments: Mapping[str, Argument] = field(default_factory=dict)
    states: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    policy: Policy = field(default_factory=Policy)
    run: Running = field(default_factory=Running)
    sight: Sight = field(default_factory=Sight)  # for the document's safety rules


@dataclass(frozen=True)
class Missing:
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

    Raises CannotPlan when an argument is for no parameter; Unbound where values are missing.
    """
    chosen = tuple(ready(step, procedure, given.run) for step in chosen)
    bindings, missing = _bind(procedure, chosen, given.arguments)
    known = {parameter.name for parameter in procedure.parameters}
    problems = [
        f"{runbook.path}: {procedure.title} has no parameter “{name}”; "
        f"it has: {', '.join(sorted(known)) or 'none'}"
        for name, argument in given.arguments.items()
        if name not in known and argument.how == "--set"
    ]
    if problems:
        raise CannotPlan([*map(str, missing), *problems])
    if missing:
        raise Unbound(missing)
    values = {b.parameter: b.value for b in bindings if isinstance(b, Bound)}
    planned = tuple(_planned(step, values, given) for step in chosen)
    sight = replace(given.sight, broken_glass=given.policy.break_glass)
    held = guarded(runbook, procedure, planned, values, sight)
    return Plan(
        runbook=runbook.path,
        runbook_digest=runbook.digest,
        procedure=procedure.id,
        title=procedure.title,
        target=given.target.words,
        steps=held.steps,
        bindings=bindings,
        skipped=skipped,
        broken=broken(procedure.steps, chosen),
        policy=given.policy,
        folder=given.run.folder,
        variables=given.run.variables,
        secrets=given.run.secrets,
        parallel=given.run.parallel,
        step_seconds=given.run.step_seconds,
        alternatives=_gone(procedure, {step.id for step in chosen}),
        guards=held.guards,
    )


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
    procedure: Procedure, chosen: tuple[Step, ...], arguments: Mapping[str, Argument]
) -> tuple[tuple[Binding, ...], tuple[Missing, ...]]:
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
        runs_before.add(step.id)
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
        undo=" ".join(undo) if undo else "",
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
