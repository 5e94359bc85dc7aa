"""Edits of a text's lines in, the edited text out: what a finding offers as its safe fix. Pure."""

import re
from collections.abc import Iterable

from msgspec import Struct


class Edit(Struct, frozen=True, order=True):
    """Replace `line[column:end_column]`; lines and columns 1-based, the end exclusive."""

    line: int
    column: int
    end_column: int
    text: str


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """Apply edits to a text, keeping its line ends.

    Of two edits that touch the same columns the first in order is done and the other left for the
    next time. An edit outside the text is left out.
    """
    lines = split_lines(text)
    last = (0, 0)
    wanted = []
    for edit in sorted(set(edits)):
        if (edit.line, edit.column) < last or not 0 < edit.line <= len(lines):
            continue
        wanted.append(edit)
        last = (edit.line, max(edit.end_column, edit.column + 1))
    for edit in reversed(wanted):
        body = lines[edit.line - 1]
        lines[edit.line - 1] = body[: edit.column - 1] + edit.text + body[edit.end_column - 1 :]
    return "".join(lines)


def split_lines(text: str) -> list[str]:
    """Split where Markdown does (LF, CRLF, CR), keeping the line ends.

    `str.splitlines` would also split at form feeds and Unicode's separators.
    """
    return re.findall(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+$", text)
