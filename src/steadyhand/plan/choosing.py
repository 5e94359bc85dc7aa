"""A procedure and what somebody wants of it in; the steps to run and those left out, out. Pure.

Says too what is missing to a part of a procedure, and where a person has to choose first.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from msgspec import Struct
from msgspec.structs import replace

from steadyhand.model.document.runbook import Procedure, Step
from steadyhand.model.run.plan import Alternatives, Broken, Skipped
from steadyhand.plan.alternatives import alternatives


class CannotPlan(Exception):
    """No plan can be made; each problem is one line for a person."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


class Undecided(CannotPlan):
    """A person has to choose first: `groups` are the ways still open where none was named."""

    def __init__(self, problems: Iterable[str], groups: Iterable[Alternatives]) -> None:
        super().__init__(problems)
        self.groups = tuple(groups)


class Selection(Struct, frozen=True):
    """Which steps of a procedure are wanted; each by its id, or by its number in the procedure.

    `start` is the first step to run ("" is the first of all); a section is all that stands under
    one label. `choose` names a step of each way that is to be gone where there are alternatives:
    of one group several, too, if a person wants that. Without `ask`, conditional steps are left
    out.
    """

    section: str = ""
    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    start: str = ""
    choose: tuple[str, ...] = ()
    ask: bool = False  # conditional steps are put to a person when the run comes to them


ALL = Selection()
CONDITIONAL = "conditional"  # what the reason begins with why a question was not answered


def choose(
    procedure: Procedure, wanted: Selection = ALL
) -> tuple[tuple[Step, ...], tuple[Skipped, ...]]:
    """Choose the steps to run, in the order written; the others with the reason. Pure.

    A conditional step is a question: it is chosen by its id, or asked about (`questions`). Of
    alternatives one is chosen by a person, or none runs. Raises CannotPlan; Undecided where that
    choice is missing.
    """
    only, skip = _ids(procedure, wanted.only), _ids(procedure, wanted.skip)
    start = next(iter(_ids(procedure, (wanted.start,) if wanted.start else ())), "")
    sections = list(dict.fromkeys(step.section for step in procedure.steps))
    if wanted.section and wanted.section not in sections:
        raise CannotPlan(
            [f"{procedure.title} has no part “{wanted.section}”; it has: {', '.join(sections)}"]
        )
    ways = _Ways.of(procedure, wanted)
    asked = questions(procedure, wanted)
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
        elif step.id in ways.left:
            reason = f"another way was chosen: {ways.left[step.id]}"
        elif step.condition and step.id not in ways.taken:
            ways.offered.add(step.id)
            reason = "" if step.id in asked else left_out(step)
        else:
            reason = ""
        if reason:
            skipped.append(Skipped(step.id, step.title, reason))
        else:
            chosen.append(step)
    if not only:
        ways.decided(procedure, {step.id for step in chosen} - asked)
    if not chosen:
        raise CannotPlan([_nothing_left(procedure, skipped)])
    return tuple(chosen), tuple(skipped)


def _nothing_left(procedure: Procedure, skipped: Sequence[Skipped]) -> str:
    conditional = sum(step.condition != "" for step in procedure.steps)
    said = f"{procedure.span}: {procedure.title}: nothing is left to run"
    if conditional < len(skipped):
        return said
    every = "each of its steps is" if conditional > 1 else "its step is"
    return f"{said}: {every} conditional; --ask puts them to a person, --only names those to run"


def questions(procedure: Procedure, wanted: Selection) -> frozenset[str]:
    """Name the steps that a person is to be asked about when the run comes to them. Pure."""
    if not wanted.ask or wanted.only:
        return frozenset()
    taken = _Ways.of(procedure, wanted).taken
    return frozenset(s.id for s in procedure.steps if s.condition and s.id not in taken)


def left_out(step: Step, why: str = "") -> str:
    """Say why a conditional step is not in a plan."""
    more = f" ({why})" if why else ""
    return f"{CONDITIONAL}, so never run by default{more}: {step.condition}"


@dataclass
class _Ways:
    """What a person chose among a procedure's alternatives."""

    groups: tuple[Alternatives, ...]
    taken: set[str]  # steps of the ways that were chosen
    left: dict[str, str]  # steps of the ways beside them → the title of what was chosen
    offered: set[str] = field(default_factory=set)  # left out only because they are conditional

    @staticmethod
    def of(procedure: Procedure, wanted: Selection) -> "_Ways":
        ways = _Ways(alternatives(procedure), set(), {})
        named = _ids(procedure, wanted.choose)
        for group in ways.groups:
            gone = [option for option in group.options if named & {*option.steps}]
            titles = ", ".join(option.title for option in gone)
            for option in group.options if gone else ():
                if option in gone:
                    ways.taken |= {*option.steps}
                else:
                    ways.left |= dict.fromkeys(option.steps, titles)
        if strange := sorted(named - ways.taken):
            listed = ", ".join(strange)
            raise CannotPlan([f"{listed} is no alternative to anything: nothing is to choose"])
        return ways

    def decided(self, procedure: Procedure, chosen: set[str]) -> None:
        """Raise Undecided where more than one way of a group is still open and one would run."""
        problems: list[str] = []
        undecided: list[Alternatives] = []
        for group in self.groups:
            runs = [option for option in group.options if chosen & {*option.steps}]
            open_ = [o for o in group.options if (chosen | self.offered) & {*o.steps}]
            decided = any(self.taken & {*option.steps} for option in group.options)
            if not runs or len(open_) < 2 or decided:
                continue
            undecided.append(replace(group, options=tuple(open_)))
            problems.append(
                f"{procedure.span}: {procedure.title} has alternatives, and only one is meant to "
                f"be done ({group.why}); choose one with --choose STEP:"
            )
            problems += [f"  {_number(o.steps[0])}  {o.title}  ({o.span})" for o in open_]
        if problems:
            raise Undecided(problems, undecided)


def _number(step: str) -> str:
    """Shorten a step's id to its number in the procedure."""
    return step.rpartition("/")[2]


def _ids(procedure: Procedure, named: Iterable[str]) -> frozenset[str]:
    """Give the ids of steps that a person named by id or by number. Raises CannotPlan."""
    known = {step.id for step in procedure.steps}
    ids = {name if name in known else f"{procedure.id}/{name}" for name in named}
    if unknown := sorted(ids - known):
        listed = ", ".join(step.id for step in procedure.steps)
        raise CannotPlan([f"{procedure.title} has no step {', '.join(unknown)}; it has: {listed}"])
    return frozenset(ids)


def broken(steps: Iterable[Step], chosen: Iterable[Step]) -> tuple[Broken, ...]:
    """Say which chosen steps use a shell variable that only a step left out would set. Pure."""
    runs = {step.id for step in chosen}
    setters: dict[str, Step] = {}
    found: list[Broken] = []
    for step in steps:
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
