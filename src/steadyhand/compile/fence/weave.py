"""A code block's pieces in, steps out, with the comments as titles, instructions or expectations.

A comment directly above a command is its title; one without a command of its own is a step that a
person does, unless it says what is printed or what a file contains.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from msgspec import Struct
from msgspec.structs import replace

from steadyhand.compile.drafts import Context, Part
from steadyhand.compile.fence import reports
from steadyhand.compile.fence.language import language_reason
from steadyhand.compile.fence.line.opened import (
    LEAVES,
    as_call,
    close_before,
    lasts,
    opens,
    shown,
    tells_of_leaving,
    whole,
)
from steadyhand.compile.fence.line.programs import is_program, program
from steadyhand.compile.fence.mentions import mentions
from steadyhand.compile.fence.pieces import Piece, PieceKind, pieces
from steadyhand.compile.markdown import Fence
from steadyhand.compile.shell import Found, find_placeholders, parse_statement
from steadyhand.compile.shell.placeholders import Form
from steadyhand.compile.wording import (
    announces_content,
    announces_output,
    by_hand,
    condition,
    describes,
    numbered,
)
from steadyhand.model.document.runbook import BlockKind, Cause, Reason, StepKind
from steadyhand.model.document.span import Span

_SOLUTION = re.compile(r"(?:solution|fix|remedy|resolution)\s*:\s*(.+)", re.IGNORECASE)
_SPANS = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
_DECORATION = re.compile(r"^[\s#=*~_.+-]*$|^\s*#!|^\s*#\s*(?:shellcheck|vim?:|-\*-)")


class Note(Struct, frozen=True):
    """Comment lines that belong together: one title, instruction or expectation."""

    first: int
    last: int
    text: str


def compile_fence(part: Part, fence: Fence, context: Context) -> None:
    """Turn one code block into steps of its part, and account for every line of it."""
    part.findings += reports.unclosed(fence)
    reason = language_reason(fence)
    if reason is not None:
        part.left(BlockKind.FENCE, fence.span, reason)
        return
    before = len(part.steps)
    _Weaver(part, fence, replace(context, fence=fence.span.line)).weave()
    made = [f"step:{step.id}" for step in part.steps[before:]]
    for step in part.steps[before:]:
        if (match := _SOLUTION.match(step.title)) is not None and step.section != part.title:
            part.causes.append(Cause(step.section, match.group(1), step.span))
    if made:
        part.made(BlockKind.FENCE, fence.span, made)
    else:
        part.left(BlockKind.FENCE, fence.span, Reason.EXAMPLE)


@dataclass
class _Weaver:
    part: Part
    fence: Fence
    context: Context
    notes: list[Note] = field(default_factory=list)  # waiting for the command below them
    heading: tuple[str, ...] = ()  # the title above the last command, for those directly below it
    mine: bool = False  # a step of this block has been made
    opened: list[tuple[str, ...]] = field(default_factory=list)  # each by one command
    carried: int = 0  # so many of them by blocks above this one
    over: str = ""  # a condition that the numbered comments below it have in common
    starts: list[int] = field(default_factory=list)  # the offset each line begins at

    def weave(self) -> None:
        every = pieces(self.fence)
        self.opened = list(self.part.opened)
        self.carried = len(self.opened)
        self.starts = [0, *accumulate(len(line) + 1 for line in self.fence.lines)]
        found = find_placeholders("\n".join(self.fence.lines))
        statements = sum(p.kind in {PieceKind.COMMAND, PieceKind.SQL} for p in every)
        if statements > 1 and self.context.title == self.context.section:
            self.context = replace(self.context, title="")  # a label is no title for several
        at = 0
        while at < len(every):
            piece = every[at]
            if piece.kind is PieceKind.COMMENT:
                end = _block_end(every, at)
                self._comments(every[at:end], every[end] if end < len(every) else None)
                at = end
                continue
            if piece.kind is PieceKind.OUTPUT:
                self._output(piece, every[at - 1] if at else None)
            else:
                self._statement(piece, found)
            at += 1
        self._by_hand(self.notes)
        self.part.opened = [one for one in self.opened if lasts(one)]

    def span(self, first: int, last: int) -> Span:
        return Span(self.fence.span.path, self.fence.first + first, self.fence.first + last)

    def _statement(self, piece: Piece, found: Sequence[Found]) -> None:
        span = self.span(piece.first, piece.first + piece.count - 1)
        if self.opened and LEAVES.fullmatch(piece.text.strip()):
            self.opened.pop()
            self.part.left(BlockKind.OUTPUT, span, Reason.DECORATION)
            return
        title, says = self._title(piece)
        opened = self._opened(piece)
        says = (*says, self.over, *self.context.says)
        context = replace(self.context, title=title, says=says, opened=shown(opened))
        match piece.kind:
            case PieceKind.SQL:
                self.part.sql(piece.text, span, context)
            case PieceKind.TYPED:
                self._typed(piece, span, context)
            case _:
                parsed = self.part.command(piece.text, self._within(found, piece), span, context)
                self.part.findings += reports.refused(self.fence, piece, parsed, span)
                waits = self.part.steps[-1].classified.interactive
                if waits and (further := opens(parsed.statement)):
                    self.opened.append(further)
        self.context = replace(self.context, title="")
        self.mine = True

    def _opened(self, piece: Piece) -> tuple[str, ...]:
        """Say what is open where a piece stands, after closing what it cannot be meant for."""
        if piece.kind is PieceKind.COMMAND:
            name = program(piece.text.split()[0]) if piece.text.split() else ""
            asks_shell = piece.asked == "shell" or is_program(name)
            close_before(name, self.opened, self.carried, asks_shell)
        every = whole(self.opened)
        asked = piece.asked if piece.asked != "shell" else ""
        return every if not asked or every[-1:] == (asked,) else (*every, asked)

    def _typed(self, piece: Piece, span: Span, context: Context) -> None:
        """Make a step for a person of what is typed at the prompt of another program."""
        call = as_call(piece.asked, piece.text)
        said = replace(context, title="")
        named = parse_statement(call, find_placeholders(call)).statement.commands if call else ()
        self.part.person(StepKind.MANUAL, piece.text, span, said, named)

    def _within(self, found: Sequence[Found], piece: Piece) -> tuple[Found, ...]:
        """Give the placeholders of a block that stand in one piece, with the piece's offsets."""
        lines = self.fence.lines[piece.first : piece.first + len(piece.lines)]
        if "\n".join(lines).rstrip() != piece.text:  # a prompt was taken off
            return find_placeholders(piece.text)
        start = self.starts[piece.first]
        end = start + len(piece.text)
        first = bisect_left(found, start, key=lambda one: one.start)
        last = bisect_left(found, end, key=lambda one: one.start)
        return tuple(
            replace(one, start=one.start - start, end=one.end - start)
            for one in found[first:last]
            if one.end <= end
        )

    def _title(self, piece: Piece) -> tuple[str, tuple[str, ...]]:
        """Take the title of a statement and the texts that may make it conditional."""
        if self.notes:
            note = self.notes.pop()
            self._by_hand(self.notes)
            self.notes = []
            self.part.left(BlockKind.COMMENT, self.span(note.first, note.last), Reason.TITLE)
            self.heading = (note.text.split("\n")[0], note.text)
        elif not (piece.close and self.heading):
            self.heading = ()
        if not self.heading:
            self.heading = (self.context.title,)
        return self.heading[0], self.heading[1:]

    def _comments(self, block: Sequence[Piece], below: Piece | None) -> None:
        """Judge a block of comment lines, as a whole and then one by one."""
        lines = [piece.text for piece in block]
        if any(map(tells_of_leaving, lines)):
            del self.opened[: self.carried]
            self.carried = 0
        first, last = block[0].first, block[-1].first
        plain = [re.sub(r"^\s*(?:#+|--+)", "", line).strip() for line in lines]
        speaks = next((text for text in plain if not _DECORATION.match(text)), "")
        if announces_content(speaks) and not announces_output(speaks):
            self.part.left(BlockKind.COMMENT, self.span(first, last), Reason.EXAMPLE)
            return
        if announces_output(speaks) and self.mine and not self._titles(block, below, speaks):
            self._expects("\n".join(plain), self.span(first, last))
            return
        closely = below is not None and below.close and below.kind is not PieceKind.OUTPUT
        if describes(speaks) and not closely:
            self.part.left(BlockKind.COMMENT, self.span(first, last), Reason.NARRATIVE)
            return
        notes = list(self._notes(block, plain))
        if not (notes and numbered(notes[0].text)):
            self.over = ""
        if len(notes) > 1 and notes[0].text.endswith(":") and condition(notes[0].text):
            over, *notes = notes
            self.over = over.text
            self.part.left(BlockKind.COMMENT, self.span(over.first, over.last), Reason.TITLE)
        if closely and notes:
            notes = _split_by_hand(notes)
        self._by_hand(self.notes)
        self.notes = notes
        if not closely and (len(notes) > 1 or (notes and numbered(notes[0].text) and not below)):
            self._by_hand(self.notes)
            self.notes = []

    def _titles(self, block: Sequence[Piece], below: Piece | None, speaks: str) -> bool:
        """Tell whether a comment that speaks of output is nevertheless the title of a command."""
        if below is None or below.kind is PieceKind.OUTPUT or not below.close:
            return False
        return not block[0].close or numbered(speaks)

    def _notes(self, block: Sequence[Piece], plain: Sequence[str]) -> Iterator[Note]:
        """Cut a block of comments: a numbered line begins a new one; decoration belongs to none."""
        current: list[int] = []
        for index, piece in enumerate(block):
            if _DECORATION.match(piece.lines[0]):
                self.part.left(
                    BlockKind.COMMENT, self.span(piece.first, piece.first), Reason.DECORATION
                )
                continue
            if current and numbered(plain[index]):
                yield _note(block, plain, current)
                current = []
            current.append(index)
        if current:
            yield _note(block, plain, current)

    def _by_hand(self, notes: Sequence[Note]) -> None:
        """Make steps for a person of comments that no command stands below."""
        for note in notes:
            span = self.span(note.first, note.last)
            context = replace(self.context, title="", says=(self.over, *self.context.says))
            named = mentions(_SPANS.findall(note.text))
            step = self.part.person(StepKind.MANUAL, note.text, span, context, named)
            self.part.made(BlockKind.COMMENT, span, [step])
            for one in find_placeholders(note.text):
                if one.form not in {Form.UPPERCASE, Form.SAMPLE}:
                    self.part.loose.append((one, span))
            self.mine = True

    def _expects(self, text: str, span: Span) -> None:
        step = self.part.steps[-1]
        said = f"{step.expects}\n{text}".strip()
        self.part.steps[-1] = replace(step, expects=said)
        self.part.made(BlockKind.COMMENT, span, [f"step:{step.id}"])

    def _output(self, piece: Piece, before: Piece | None) -> None:
        span = self.span(piece.first, piece.first + piece.count - 1)
        orphaned = list(reports.orphaned(piece, before, span))
        self.part.findings += orphaned
        waiting, self.notes = self.notes, []
        expected = bool(waiting) and announces_output(waiting[-1].text)
        if self.mine and not orphaned and (expected or (piece.close and not waiting)):
            step = self.part.steps[-1]
            self.part.steps[-1] = replace(step, expects=f"{step.expects}\n{piece.text}".strip())
            self.part.made(BlockKind.OUTPUT, span, [f"step:{step.id}"])
        elif piece.text.lstrip()[:1] in '{["':
            self.part.left(BlockKind.OUTPUT, span, Reason.EXAMPLE)
        else:
            self.part.left(BlockKind.OUTPUT, span, Reason.NOT_SHELL)
        self._by_hand(waiting)


def _note(block: Sequence[Piece], plain: Sequence[str], indexes: Sequence[int]) -> Note:
    text = "\n".join(plain[i] for i in indexes)
    return Note(block[indexes[0]].first, block[indexes[-1]].first, text)


def _block_end(every: Sequence[Piece], at: int) -> int:
    end = at + 1
    while end < len(every) and every[end].kind is PieceKind.COMMENT and every[end].close:
        end += 1
    return end


def _split_by_hand(notes: list[Note]) -> list[Note]:
    """Take the lines of a title that say what a person does as notes of their own, before it."""
    *others, title = notes
    lines = title.text.split("\n")
    own = [i for i, line in enumerate(lines) if i and by_hand(line)]
    if not own:
        return notes
    kept = [line for i, line in enumerate(lines) if i not in own]
    manual = [Note(title.first + i, title.first + i, lines[i]) for i in own]
    return [*others, *manual, Note(title.first, title.first + own[0] - 1, "\n".join(kept))]
