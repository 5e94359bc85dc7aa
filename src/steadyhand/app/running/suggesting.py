"""Parameters without a value in; what the target says they may be, and how that is known, out.

Reads with the runbook's own commands, as they stand there, and nothing else. It binds nothing: a
person takes a suggestion, or gives another value.
"""

from collections.abc import Mapping

from msgspec import Struct

from steadyhand.actions import EXTRACTIONS, CannotExtract, changing, classify
from steadyhand.app.control import Control
from steadyhand.model.document.runbook import ParameterKind, Runbook, Step
from steadyhand.model.document.shell import PartKind, expanded
from steadyhand.model.effect import Effect
from steadyhand.model.run.target import Target
from steadyhand.plan.make import Missing
from steadyhand.world.door import Call, Lost, Refused, ask

_SHOWN = 6  # lines of what a command prints


class Suggested(Struct, frozen=True):
    """A parameter that has no value. `value` is "" where nobody can say one; `printed` are lines
    of what the document's own command prints now, for whoever looks it up there."""

    missing: Missing
    value: str = ""
    how: str = ""
    printed: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.missing.parameter.name

    @property
    def lines(self) -> tuple[str, ...]:
        """Say it to a person."""
        taken = f"  read now: --set {self.name}={self.value} ({self.how})"
        found = (f"  {self.how} prints now:", *(f"    {line}" for line in self.printed))
        return (taken,) if self.value else found if self.printed else ()


def suggested(
    control: Control,
    runbook: Runbook,
    missing: Missing,
    values: Mapping[str, str],
    target: Target,
) -> Suggested:
    """Find out what a parameter may be; nothing where that cannot be read."""
    parameter = missing.parameter
    known = {ParameterKind.ACCOUNT: target.account, ParameterKind.REGION: target.region}
    if value := known.get(parameter.kind, ""):
        return Suggested(missing, value, f"the target {target.name} has it")
    source = parameter.source
    step = next((one for one in runbook.steps() if one.id == source.step), None)
    argv = _read(step, values) if step is not None and not parameter.secret else None
    if step is None or argv is None:
        return Suggested(missing)
    try:
        printed = _ask(control, target, argv)
    except (Refused, Lost):
        return Suggested(missing)
    where = f"{step.span}"
    extraction = EXTRACTIONS.get(source.rule)
    if extraction is not None:
        try:
            consumer = changing(missing.step.commands, values) or ()
            facts = {
                name: _ask(control, target, read)
                for name, read in extraction.reads(consumer).items()
            }
            found = extraction.extract(printed, source.scope, facts)
            return Suggested(missing, found.value, f"{found.how}, by the command of {where}")
        except (CannotExtract, Refused, Lost):
            pass  # what it prints is shown, for a person to choose from
    lines = [line for line in printed.splitlines() if line.strip()]
    more = [] if len(lines) <= _SHOWN else [f"… and {len(lines) - _SHOWN} more"]
    return Suggested(missing, "", f"the command of {where}", (*lines[:_SHOWN], *more))


def _read(step: Step, values: Mapping[str, str]) -> tuple[str, ...] | None:
    """Give the one command of a step, where it only reads and is known word for word."""
    if len(step.commands) != 1 or step.effect > Effect.READ:
        return None
    (command,) = step.commands
    found = classify(command)
    parts = [part for word in command.words for part in word.parts]
    open_ = any(
        p.kind is PartKind.DYNAMIC or (p.kind is PartKind.PARAMETER and p.text not in values)
        for p in parts
    )
    if command.name != "aws" or command.redirects or open_ or found.secret_output:
        return None
    if found.effect > Effect.READ or found.endless or found.interactive:
        return None
    return expanded(command, values)


def _ask(control: Control, target: Target, argv: tuple[str, ...]) -> str:
    answer = ask(control.reading_world(target), Call(argv))
    if answer.exit_code:
        raise Refused(answer.stderr.decode(errors="replace"))
    return answer.text
