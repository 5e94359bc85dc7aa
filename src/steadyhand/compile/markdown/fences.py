"""A code block as Markdown has it in, the blocks that were meant out: language, margins, splits."""

import re
from collections.abc import Iterator, Sequence

from steadyhand.compile.markdown.blocks import Fence
from steadyhand.model.document.span import Span

_WORD = re.compile(r"[\s{.]*([\w+#-]+(?:\.[\w+#-]+)*)")
_CLASS = re.compile(r"(?:^|[\s{])\.([\w+#-]+)")
TEMPLATES = frozenset("markdown md mdx gfm".split())
# How a line that opens a block looks, with the word that says its language.
OPENS = re.compile(r"[ ]{0,3}(`{3,}|~{3,})[ \t]*([\w+#.{}-]+)[ \t]*$")
BARE = re.compile(r"[ ]{0,3}(`{3,}|~{3,})[ \t]*$")


def language_of(info: str) -> str:
    """Read the language out of what stands behind a fence: `bash`, `{.bash}`, `bash title="x"`."""
    if info.startswith("{") and (named := _CLASS.search(info)) is not None:
        return named.group(1).lower()
    match = _WORD.match(info)
    return match.group(1).lower() if match is not None else ""


def fence_of(
    span: Span, info: str, lines: Sequence[str], markup: str, item: int | None
) -> Iterator[Fence]:
    """Make the blocks of one fenced block.

    A line inside it that opens another, ```` ```text ````, was meant to close the first.
    """
    closed = span.end_line - span.line - 1 == len(lines)
    at, first, language = span.line, span.line + 1, language_of(info)
    begun = 0
    faults: tuple[tuple[str, int], ...] = ()
    if language not in TEMPLATES:
        for index, line in enumerate(lines):
            match = opener(line, markup)
            if match is None:
                continue
            end = span.line + index
            yield Fence(
                Span(span.path, at, end), language, tuple(lines[begun:index]), first, True, item,
                faults=faults,
            )  # fmt: skip
            at, first, begun, language = end + 1, end + 2, index + 1, language_of(match.group(2))
            faults = (("opens", end + 1),)
    if not closed:
        faults = (*faults, ("", at))
    rest = tuple(lines[begun:])
    yield Fence(Span(span.path, at, span.end_line), language, rest, first, closed, item,
                faults=faults)  # fmt: skip


def opener(line: str, markup: str) -> re.Match[str] | None:
    """Find a line in a block that looks as if it opened another of the same kind."""
    match = OPENS.fullmatch(line)
    if match is None or match.group(1)[0] != markup[0] or len(match.group(1)) < len(markup):
        return None
    return match


def margins_of(fence: Fence, document: Sequence[str]) -> tuple[int, ...]:
    """Say how much further right each line of a block stands in the document; () for not at all."""
    found = []
    for index, line in enumerate(fence.lines):
        number = fence.first + index
        whole = document[number - 1] if 0 < number <= len(document) else ""
        found.append(len(whole) - len(line) if whole.endswith(line) else -1)
    return tuple(found) if any(found) else ()
