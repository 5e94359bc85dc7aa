"""What a rule looks at: one compiled document, the others beside it, and a few plain facts.

Rules get everything from here: they do no I/O and read no clock.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar, cast

from msgspec import Struct

from steadyhand.actions import classify
from steadyhand.lint.aws.known.models import Models, installed
from steadyhand.model.document.edit import Edit
from steadyhand.model.document.finding import Finding, Mark
from steadyhand.model.document.runbook import Procedure, Runbook, Step
from steadyhand.model.document.shell import Command, Word
from steadyhand.model.document.span import Span
from steadyhand.model.effect import Classified
from steadyhand.model.once import once

T = TypeVar("T")


class Used(Struct, frozen=True, dict=True):
    """A command where it stands. `command` may be one that another command runs (`watch '…'`)."""

    procedure: Procedure
    step: Step
    command: Command

    @property
    def words(self) -> tuple[Word, ...]:
        return self.command.words

    @once
    def name(self) -> str:
        """The program's name without its folder; "" where bash or a parameter decides it."""
        return (self.command.name or "").rpartition("/")[2]

    @once
    def argv(self) -> tuple[str | None, ...]:
        """The words' values; None for a word that waits for bash or a parameter."""
        return tuple(word.literal for word in self.words)

    @once
    def classified(self) -> Classified:
        return classify(self.command)


@dataclass(frozen=True)
class Subject:
    """One document under the rules. Only `lint` makes one.

    `folder` holds every document checked together, this one included; `targets` says of each
    relative link of the document whether there is such a file.
    """

    runbook: Runbook
    today: date
    folder: tuple[Runbook, ...] = ()
    compiled: tuple[Finding, ...] = ()  # what compiling reported
    targets: Mapping[str, bool] = field(default_factory=dict)
    aws: Callable[[], Models | None] = installed  # what is known of AWS, read when it is asked for
    # What was worked out from the folder; all subjects of one folder may share it.
    shared: dict[object, object] = field(default_factory=dict, compare=False, repr=False)
    _derived: dict[object, object] = field(default_factory=dict, compare=False, repr=False)

    @once
    def used(self) -> tuple[Used, ...]:
        """Every command of the document in its order, the ones inside other commands too."""
        return tuple(
            Used(procedure, step, command)
            for procedure in self.runbook.procedures
            for step in procedure.steps
            for outer in step.commands
            for command in _with_inner(outer)
        )

    def derived(self, make: "Callable[[Subject], T]") -> T:
        """Work something out from this subject once, for every rule that asks for it."""
        if make not in self._derived:
            self._derived[make] = make(self)
        return cast("T", self._derived[make])

    def in_folder(self, make: Callable[[Runbook], T]) -> tuple[T, ...]:
        """Work something out from each document checked together, once for all of them."""
        if make not in self.shared:
            folder = self.folder or (self.runbook,)
            self.shared[make] = tuple(make(runbook) for runbook in folder)
        return cast("tuple[T, ...]", self.shared[make])

    def named(self, *names: str) -> Iterator[Used]:
        """Give the commands whose program is one of these."""
        return (used for used in self.used if used.name in names)

    def line(self, number: int) -> str:
        """Give a line of the document by its 1-based number; "" outside of it."""
        lines = self.runbook.lines
        return lines[number - 1] if 0 < number <= len(lines) else ""

    def mark(self, span: Span, text: str, nth: int = 0) -> Mark | None:
        """Find where a text stands in the lines of a span, as a word of its own if it can be.

        `nth` counts from 0. None where it is not there as it is written: quoted otherwise, or over
        two lines.
        """
        if not text:
            return None
        for whole in (True, False):
            found = [
                Mark(number, at + 1, at + len(text) + 1)
                for number in range(span.line, span.end_line + 1)
                for at in places(text, self.line(number), whole)
            ]
            if nth < len(found):
                return found[nth]
        return None

    def replace(self, span: Span, old: str, new: str) -> tuple[Edit, ...]:
        """Make the edit that puts `new` where `old` stands; () where it does not stand once."""
        first, second = self.mark(span, old), self.mark(span, old, 1)
        if first is None or second is not None:
            return ()
        return (Edit(first.line, first.column, first.end_column, new),)

    def reported(self, rule: str) -> Iterator[Finding]:
        """Give what compiling reported under a rule's name."""
        return (finding for finding in self.compiled if finding.rule == rule)


def places(text: str, line: str, whole: bool = True) -> Iterator[int]:
    """Give where a text stands in a line, one after the other; `whole`: as a word of its own. Pure.

    A regex for each text would cost more to compile than it saves.
    """
    at = line.find(text)
    while at >= 0:
        end = at + len(text)
        fits = not whole or not (_in_word(line[at - 1 : at]) or _in_word(line[end : end + 1]))
        if fits:
            yield at
        at = line.find(text, end if fits else at + 1)


def _in_word(sign: str) -> bool:
    return sign.isalnum() or sign in ("_", "-")


def _with_inner(command: Command) -> Iterator[Command]:
    yield command
    for inner in getattr(command, "inner", ()):
        yield from _with_inner(inner)
