"""A document in, the lines of it that are neither code nor comment out. Knows no meaning."""

import re

from steadyhand.lint.subject import Subject
from steadyhand.model.document.runbook import BlockKind, Runbook

_CODE_SPAN = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)")
_COMMENT = re.compile(r"<!--.*?(?:-->|$)|\{/\*.*?\*/\}")


def prose(subject: Subject) -> tuple[tuple[int, str], ...]:
    """Give the numbers and texts of the lines outside code blocks and HTML comments. Pure.

    What stands in code marks is put out with as many spaces, so that columns stay.
    """
    return subject.derived(_prose)


def fenced_lines(runbook: Runbook) -> frozenset[int]:
    """Give the numbers of the lines of code blocks."""
    return frozenset(
        number
        for entry in runbook.account
        if entry.kind is BlockKind.FENCE
        for number in range(entry.span.line, entry.span.end_line + 1)
    )


def _prose(subject: Subject) -> tuple[tuple[int, str], ...]:
    fenced = fenced_lines(subject.runbook)
    found = []
    commented = False
    for number, line in enumerate(subject.runbook.lines, 1):
        if number in fenced:
            continue
        if commented:
            head, end, rest = line.partition("-->")
            line = " " * len(head + end) + rest
            commented = not end
        if not commented:
            commented = line.count("<!--") > line.count("-->")
            found.append((number, _CODE_SPAN.sub(_blank, _COMMENT.sub(_blank, line))))
    return tuple(found)


def _blank(match: re.Match[str]) -> str:
    return " " * len(match.group())
