"""A runbook in, its command lines in the order of the document out: every simple command, those
inside `$( )` too, and every assignment of one.
"""

import re
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from msgspec.structs import replace

from steadyhand.compile import compile_runbook, parse
from steadyhand.model.document.runbook import Occurrence, Runbook, SourceKind, Step, StepKind
from steadyhand.model.document.shell import Command
from steadyhand.run.render import render

LONGEST = 76  # characters of a line that are shown


@dataclass(frozen=True)
class Line:
    """One command line. `command` is None for an assignment."""

    number: int  # of the document's line that its statement begins on
    nth: int  # within the statement
    shown: str
    nested: bool
    command: Command | None = None


@dataclass(frozen=True)
class Statement:
    """What bash is given at once, and the lines in it. `fence` is the line its block begins on."""

    step: Step
    fence: int
    lines: tuple[Line, ...]
    environment: frozenset[str]  # parameters that are variables of the operator

    def text(self, values: Mapping[str, str]) -> str:
        """The statement with its placeholders bound; variables stay bash's to expand."""
        return render(_without(self.step, self.environment), values)

    @property
    def placeholders(self) -> list[Occurrence]:
        return [o for o in self.step.parameters if o.parameter not in self.environment]


def read(file: Path) -> Runbook:
    return compile_runbook(parse(str(file), file.read_text()))[0]


def statements(runbook: Runbook) -> Iterator[Statement]:
    """Every command and every SQL statement, in the order of the document."""
    for procedure in runbook.procedures:
        variables = frozenset(
            p.name for p in procedure.parameters if p.source.kind is SourceKind.ENVIRONMENT
        )
        for step in procedure.steps:
            if step.kind is StepKind.COMMAND:
                yield Statement(step, step.fence, tuple(lines_of(step)), variables)
            elif step.kind is StepKind.SQL:
                line = Line(step.span.line, 1, _short(step.text), False)
                yield Statement(step, step.fence, (line,), variables)


def lines_of(step: Step) -> Iterator[Line]:
    """The command lines of a step that is a statement of bash."""
    assert step.statement is not None
    nth = 0
    if all(command.nested for command in step.commands):  # or it is `export`'s
        for assignment in step.statement.assignments:
            nth += 1
            yield Line(step.span.line, nth, f"{assignment.name}=…", False)
    for command in step.commands:
        if command.words:
            nth += 1
            shown = " ".join(word.shown for word in command.words)
            yield Line(step.span.line, nth, _short(shown), command.nested, command)


def _short(text: str) -> str:
    return textwrap.shorten(re.sub(r"[|`]", " ", text), LONGEST, placeholder=" …")


def _without(step: Step, names: frozenset[str]) -> Step:
    return replace(step, parameters=tuple(o for o in step.parameters if o.parameter not in names))
