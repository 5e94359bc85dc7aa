"""Make a plan: a procedure (or parts of it), arguments and states read now → `Plan`. Pure.

Does not read the world: whoever calls it hands over what was read.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from steadyhand.actions import EXTRACTIONS, action_for, changing
from steadyhand.model.effect import Effect
from steadyhand.model.plan import (
    Binding,
    Bound,
    Broken,
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


class CannotPlan(Exception):
    """No plan can be made; each problem is one line for a person."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


@dataclass(frozen=True)
class Selection:
    """Which steps of a procedure are wanted; each by its id, or by its number in the procedure.

    `start` is the first step to run ("" is the first of all); a section is all that stands under
    one label.
    """

    section: str = ""
    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    start: str = ""


ALL = Selection()


def choose(
    procedure: Procedure, wanted: Selection = ALL
) -> tuple[tuple[Step, ...], tuple[Skipped, ...]]:
    """Choose the steps to run, in the order written; the others with the reason. Pure.

    A conditional step is a question: it is chosen only by its id. Raises CannotPlan.
    """
    only, skip = _ids(procedure, wanted.only), _ids(procedure, wanted.skip)
    start = next(iter(_ids(procedure, (wanted.start,) if wanted.start else ())), "")
    sections = list(dict.fromkeys(step.section for step in procedure.steps))
    if wanted.section and wanted.section not in sections:
        raise CannotPlan(
            [f"{procedure.title} has no part “{wanted.section}”; it has: {', '.join(sections)}"]
        )
    chosen: list[Step] = []
    skipped: list[Skipped] = []
    begun = not start
    for step in procedure.steps:
        begun = begun or step.id == start
        if not begun:
            reason = f"before {start}"
        elif step.id in skip:
            reason = "skipped by choice"
        elif only:
            reason = "" if step.id in only else "not chosen"
        elif wanted.section and step.section != wanted.section:
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


def _ids(procedure: Procedure, named: Iterable[str]) -> frozenset[str]:
    """Give the ids of steps that a person named by id or by number. Raises CannotPlan."""
    known = {step.id for step in procedure.steps}
    ids = {name if name in known else f"{procedure.id}/{name}" for name in named}
    if unknown := sorted(ids - known):
        listed = ", ".join(step.id for step in procedure.steps)
        raise CannotPlan([f"{procedure.title} has no step {', '.join(unknown)}; it has: {listed}"])
    return frozenset(ids)


def broken(procedure: Procedure, chosen: Iterable[Step]) -> tuple[Broken, ...]:
    """Say which chosen steps use a shell variable that only a step left out would set. Pure."""
    runs = {step.id for step in chosen}
    setters: dict[str, Step] = {}
    found: list[Broken] = []
    for step in procedure.steps:
        if step.id in runs:
            found += [
                Broken(step.id, f"uses ${name}, which {setter.id} sets and this plan leaves out")
                for name, setter in setters.items()
                if setter.id not in runs and re.search(rf"\$\{{?{name}\b", step.text)
            ]
        for name in _sets(step):
            if step.id in runs or name not in setters:
                setters[name] = step
    return tuple(found)


def _sets(step: Step) -> tuple[str, ...]:
    """Name the shell variables that a step sets for those after it."""
    if step.statement is None:
        return ()
    names = [assignment.name for assignment in step.statement.assignments]
    for command in step.statement.commands:
        if command.name in {"export", "declare", "readonly", "typeset", "read", "mapfile"}:
            words = (word.shown for word in command.words[1:])
            names += [word.partition("=")[0] for word in words if not word.startswith("-")]
    return tuple(name for name in dict.fromkeys(names) if name.isidentifier())


def make_plan(
    runbook: Runbook,
    procedure: Procedure,
    chosen: tuple[Step, ...],
    skipped: tuple[Skipped, ...],
    given: Given,
) -> Plan:
    """Bind every parameter and freeze.

    Raises CannotPlan when a parameter stays without a value, or an argument is for none.
    """
    chosen = tuple(ready(step, procedure, given.run) for step in chosen)
    bindings, missing = _bind(procedure, chosen, given.arguments)
    known = {parameter.name for parameter in procedure.parameters}
    problems = [str(m) for m in missing]
    problems += [
        f"{runbook.path}: {procedure.title} has no parameter “{name}”; "
        f"it has: {', '.join(sorted(known)) or 'none'}"
        for name, argument in given.arguments.items()
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
        target=given.target.words,
        steps=tuple(_planned(step, values, given) for step in chosen),
        bindings=bindings,
        skipped=skipped,
        broken=broken(procedure, chosen),
        policy=given.policy,
        folder=given.run.folder,
        variables=given.run.variables,
        secrets=given.run.secrets,
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
        return PlannedStep(step, given.policy.approvals(step.effect, _names(step, values)))
    resource = action.resource(argv)
    names = (*_names(step, values), resource, *resource.split(), resource.rpartition("/")[2])
    approvals = given.policy.approvals(step.effect, names)
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


def _names(step: Step, values: Mapping[str, str]) -> tuple[str, ...]:
    """Give every word of a step's commands, and of an SQL step its words."""
    words = [word for command in step.commands for word in expanded(command, values)]
    return tuple(words or re.findall(r"[\w.-]+", step.text))
