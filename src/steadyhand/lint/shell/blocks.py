"""A document in, its code blocks with the language they claim and what was made of them out.

The compiled document keeps the account of each block but not its info string; that is read here
from the line the block opens on.
"""

import re
from collections import defaultdict
from collections.abc import Iterator

from msgspec import Struct

from steadyhand.lint.shell.languages import language_of_data, language_of_file
from steadyhand.lint.subject import Subject
from steadyhand.model.document.edit import Edit
from steadyhand.model.document.runbook import Accounted, BlockKind, Step, StepKind
from steadyhand.model.document.span import Span

SHELLS = frozenset({"bash", "sh", "shell", "zsh", "ksh", "dash", "ash"})
_OPENS = re.compile(r"^[\s>]*(?:(?:[-*+]|\d+[.)])\s+)*(?:`{3,}|~{3,})\s*\{?\.?([\w+#-]*)")
_PROMPT = re.compile(r"^\s*(?:\([\w.-]+\)\s*)?(?:\[?[\w.-]+@[\w.-]+[^$#]*)?[$#%>❯]\s+\S")


class Block(Struct, frozen=True):
    """A code block: `outputs` are its lines that are neither command, SQL nor comment."""

    span: Span
    language: str  # as the info string says it, in lower case; "" without one
    steps: tuple[Step, ...]
    outputs: tuple[Accounted, ...]
    lines: tuple[tuple[int, str], ...]  # of the document, without those that open and close

    @property
    def is_shell(self) -> bool:
        return self.language in SHELLS

    @property
    def prompted(self) -> bool:
        """Tell whether it shows a session: a prompt, and what was typed behind it."""
        return any(
            _PROMPT.match(text) and not text.lstrip().startswith("#") for _, text in self.lines
        )

    @property
    def code(self) -> tuple[tuple[int, str], ...]:
        """Its lines without blank ones and comments."""
        return tuple((n, t) for n, t in self.lines if t.strip() and not t.lstrip().startswith("#"))

    @property
    def whole(self) -> str:
        """Name the language of a block that holds nothing but it; "" where some may be shell."""
        if not self.code:
            return ""
        if said := language_of_file(self.code[0][1]):
            return said
        kinds = {step.kind for step in self.steps}
        if StepKind.COMMAND in kinds or (StepKind.SQL in kinds and self.outputs):
            return ""
        return "SQL" if StepKind.SQL in kinds else language_of_data([text for _, text in self.code])


def relabelled(subject: Subject, block: Block, language: str) -> tuple[Edit, ...]:
    """Make the edits that give a block another language; () where more than its name is wrong.

    SQL's comments begin with `--`, and JSON has none. Pure.
    """
    comments = [(n, t.index("#")) for n, t in block.lines if t.lstrip().startswith("#")]
    if comments and language in {"JSON", "HTTP"}:
        return ()
    opening = Span(block.span.path, block.span.line, block.span.line)
    named = subject.replace(opening, block.language, language.lower())
    if language != "SQL" or not named:
        return named
    return (*named, *(Edit(n, at + 1, at + 2, "--") for n, at in comments))


def blocks(subject: Subject) -> Iterator[Block]:
    """Give the code blocks of a document in its order. Pure."""
    steps: dict[int, list[Step]] = defaultdict(list)
    for step in subject.runbook.steps():
        if step.fence:
            steps[step.fence].append(step)
    account = subject.runbook.account
    outputs = [entry for entry in account if entry.kind is BlockKind.OUTPUT]
    for entry in account:
        if entry.kind is not BlockKind.FENCE:
            continue
        first, last = entry.span.line, entry.span.end_line
        match = _OPENS.match(subject.line(first))
        yield Block(
            entry.span,
            match.group(1).lower() if match else "",
            tuple(steps[first]),
            tuple(o for o in outputs if first <= o.span.line <= last),
            tuple((n, subject.line(n)) for n in range(first + 1, last)),
        )


def prose(subject: Subject) -> Iterator[str]:
    """Give the lines of a document that stand outside of its code blocks. Pure."""
    code = {
        number
        for entry in subject.runbook.account
        if entry.kind is BlockKind.FENCE
        for number in range(entry.span.line, entry.span.end_line + 1)
    }
    return (line for number, line in enumerate(subject.runbook.lines, 1) if number not in code)
