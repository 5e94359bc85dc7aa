"""What is wrong with a code block or a statement of it in, the finding with its place out."""

import re
from collections.abc import Iterator

from steadyhand.compile.fence.piece import Piece, PieceKind
from steadyhand.compile.markdown import Fence
from steadyhand.compile.shell import Parsed
from steadyhand.compile.shell.trouble import BROKEN, ELIDED, UNREAD
from steadyhand.model.document.edit import Edit
from steadyhand.model.document.finding import Finding, Mark, Severity
from steadyhand.model.document.span import Span

_UNCLOSED = {
    "": "this code block is never closed, so everything below counts as part of it",
    "list": "this code block is never closed inside the list item or quote it stands in: "
    "the line that should close it opens another block",
    "opens": "a fence with a word behind it closes nothing: for Markdown the block above goes on",
    "nested": "the first code block inside closes this one, which needs a longer fence",
}
_HELP = {
    "": "close it with the same characters it opens with",
    "list": "indent the closing fence as far as the opening one",
    "opens": "take the word out, or close the block above first",
    "nested": "open and close it with one more of the fence's characters",
}
_OPTION = re.compile(r"\s*(--[a-z][a-z-]+)(?:[\s=]|$)")


def unclosed(fence: Fence) -> Iterator[Finding]:
    """Report what is wrong with the fences of a block."""
    for kind, line in fence.faults:
        yield Finding(
            "unclosed-fence",
            Severity.ERROR,
            _UNCLOSED[kind],
            Span(fence.span.path, line, line),
            _HELP[kind],
        )


def refused(fence: Fence, piece: Piece, parsed: Parsed, span: Span) -> Iterator[Finding]:
    """Report a statement that bash does not accept, or of which a part is missing."""
    problem = parsed.statement.problem
    if not problem or problem.startswith(UNREAD):
        return
    if problem.startswith(ELIDED):
        help_ = "write the command so that it can be run as it stands"
        yield Finding("elided-command", Severity.ERROR, problem, span, help_)
    elif problem.startswith(BROKEN):
        yield from _broken(fence, piece, span)
    elif fence.language != "zsh":  # it takes more than bash does
        mark = _mark(fence, piece, parsed.at, span)
        help_ = "write the command so that it can be run as it stands"
        yield Finding("shell-syntax", Severity.ERROR, problem, span, help_, mark=mark)


def orphaned(piece: Piece, before: Piece | None, span: Span) -> Iterator[Finding]:
    """Report a line that begins with an option, right below a command that has ended."""
    match = _OPTION.match(piece.lines[0])
    if match is None or before is None or not piece.close or before.asked:
        return
    if before.kind is not PieceKind.COMMAND:
        return
    line = Span(span.path, span.line, span.line)
    yield Finding(
        "shell-syntax",
        Severity.ERROR,
        f"no command begins with `{match.group(1)}`, and the line above has ended its own",
        line,
        "end the line above with a backslash",
    )


def _mark(fence: Fence, piece: Piece, at: int, span: Span) -> Mark | None:
    """Find the place in the document of an offset in a piece; None where columns have moved."""
    if at < 0 or at > len(piece.text):
        return None
    row = piece.text.count("\n", 0, at)
    margin = _margin(fence, piece, row)
    if margin is None:
        return None
    column = at - (piece.text.rfind("\n", 0, at) + 1)
    rest = piece.lines[row][column:]
    match = re.match(r"\s+|[\w$./-]+|\S", rest)
    length = len(match.group()) if match else 1
    start = margin + column + 1
    return Mark(span.line + row, start, start + length)


def _margin(fence: Fence, piece: Piece, row: int) -> int | None:
    """Give by how many columns a line stands further right in the document."""
    index = piece.first + row
    if index >= len(fence.lines) or fence.lines[index] != piece.lines[row]:
        return None
    margin = fence.margins[index] if fence.margins else 0
    return margin if margin >= 0 else None


def _broken(fence: Fence, piece: Piece, span: Span) -> Iterator[Finding]:
    """Report each line whose backslash has blanks behind it."""
    for row, (line, below) in enumerate(zip(piece.lines, piece.lines[1:], strict=False)):
        match = re.search(r"(?<![^\s])\\([ \t]+)$", line)
        if match is None or not below.strip():
            continue
        margin = _margin(fence, piece, row)
        number, word = span.line + row, below.split()[0]
        mark, fix = None, None
        if margin is not None:
            start, end = margin + match.start(1), margin + len(line) + 1
            mark, fix = Mark(number, start, end), Edit(number, start + 1, end, "")
        yield Finding(
            "space-after-backslash",
            Severity.ERROR,
            f"a blank behind the `\\` ends the command here, and `{word}` is run as one of its own",
            Span(span.path, number, number),
            "delete the blank behind the `\\`",
            mark=mark,
            fix=(fix,) if fix else (),
        )
