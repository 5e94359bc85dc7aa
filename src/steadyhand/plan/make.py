"""Make a plan: a procedure (or parts of it), arguments and states read now → `Plan`. Pure.

Does not read the world: whoever calls it hands over what was read.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from steadyhand.actions import EXTRACTIONS, action_for, changing
from steadyhand.model.effect import Effect
from steadyhand.model.plan import (
    Binding,
    Bound,
    Change,
    Hole,
    Plan,
    PlannedStep,
    Skipped,
    approvals_for,
)
from steadyhand.model.runbook import (
    Parameter,
    Procedure,
    Runbook,
    SourceKind,
    Step,
    StepKind,
)
from steadyhand.model.target import Target


@dataclass(frozen=True)
class Argument:
    """A value somebody gave, and who or what: `--set`, `steadyhand.toml`."""

    value: str
    how: str


@dataclass(frozen=True)
class Missing:
    """A parameter that nothing gives a value to."""

    parameter: Parameter
    step: Step

    def __str__(self) -> str:
        return (
            f"{self.step.span}: {self.parameter.spelling} has no value; "
            f"give one with --set {self.parameter.name}=VALUE"
        )


class CannotPlan(Exception):
    """No plan can be made; each problem is one line for a person."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


def choose(
    procedure: Procedure, section: str = "", only: Iterable[str] = ()
) -> tuple[tuple[Step, ...], tuple[Skipped, ...]]:
    """Choose the steps to run, in the order written; the others with the reason. Pure.

    A conditional step is a question: it is chosen only by its id. Raises CannotPlan.
    """
    wanted = frozenset(only)
    unknown = wanted - {step.id for step in procedure.steps}
    if unknown:
        known = ", ".join(step.id for step in procedure.steps)
        raise CannotPlan([f"{procedure.title} has no step {', '.join(unknown)}; it has: {known}"])
    sections = list(dict.fromkeys(step.section for step in procedure.steps))
    if section and section not in sections:
        raise CannotPlan(
            [f"{procedure.title} has no part “{section}”; it has: {', '.join(sections)}"]
        )
    chosen: list[Step] = []
    skipped: list[Skipped] = []
    for step in procedure.steps:
        if wanted:
            reason = "" if step.id in wanted else "not chosen"
        elif section and step.section != section:
            reason = f"in another part: {step.section}"
        elif step.condition:
            reason = f"conditional, so never run by default: {step.condition}"
        else:
            reason = ""
        if reason:
            skipped.append(Skipped(step.id, step.title, reason))
        else:
            chosen.append(step)
    if not chosen:
        raise CannotPlan([f"{procedure.title}: nothing is left to run"])
    return tuple(chosen), tuple(skipped)


def make_plan(
    runbook: Runbook,
    procedure: Procedure,
    chosen: tuple[Step, ...],
    skipped: tuple[Skipped, ...],
    arguments: Mapping[str, Argument],
    states: Mapping[str, Mapping[str, str]],
    target: Target,
) -> Plan:
    """Bind every parameter and freeze. `states` is step id → the state read now.

    Raises CannotPlan when a parameter stays without a value, or an argument is for none.
    """
    bindings, missing = _bind(procedure, chosen, arguments)
    known = {parameter.name for parameter in procedure.parameters}
    problems = [str(m) for m in missing]
    problems += [
        f"{runbook.path}: {procedure.title} has no parameter “{name}”; "
        f"it has: {', '.join(sorted(known)) or 'none'}"
        for name, argument in arguments.items()
        if name not in known and argument.how == "--set"
    ]
    if problems:
        raise CannotPlan(problems)
    values = {b.parameter: b.value for b in bindings if isinstance(b, Bound)}
    return Plan(
        runbook=runbook.path,
        runbook_digest=runbook.digest,
        procedure=procedure.id,
        title=procedure.title,
        target=f"{target.name} {target.account} {target.region}",
        steps=tuple(_planned(step, values, states.get(step.id, {})) for step in chosen),
        bindings=bindings,
        skipped=skipped,
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


def _planned(step: Step, values: Mapping[str, str], before: Mapping[str, str]) -> PlannedStep:
    if step.kind in {StepKind.MANUAL, StepKind.CHECK}:
        return PlannedStep(step, approvals_for(Effect.READ), verify="a person signs")
    approvals = approvals_for(step.effect)
    argv = changing(step.commands, values)
    action = action_for(argv) if argv else None
    if argv is None or action is None or step.effect is Effect.READ:
        return PlannedStep(step, approvals)
    state = dict(before)
    undo = action.undo(argv, state) if state else None
    return PlannedStep(
        step,
        approvals,
        resource=action.resource(argv),
        changes=tuple(
            Change(field, state.get(field, "unknown"), value)
            for field, value in sorted(action.after(argv, state).items())
            if state.get(field) != value
        ),
        verify=action.verify,
        undo=" ".join(undo) if undo else "",
    )
