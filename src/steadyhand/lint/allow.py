"""Comments of the document that allow a finding in, the findings that are left out.

`<!-- steadyhand: allow rule-name the reason -->` (in a code block: `# steadyhand: allow …`) at the
end of a line speaks of that line; alone on its line, of the block below it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from steadyhand.lint.rule import Rule
from steadyhand.lint.subject import Subject
from steadyhand.lint.writing.prose import fenced_lines
from steadyhand.model.document.finding import Finding
from steadyhand.model.document.span import Span

_ALLOW = re.compile(
    r"(?:<!--|\{/\*|#|//|--)\s*steadyhand:\s*allow\s+(?P<rule>\w[\w-]*\w)(?:[\s:,–—]|-(?!->))*"
    r"(?P<reason>.*?)\s*(?:-->|\*/\}|$)"
)
UNKNOWN, REASONLESS, UNNEEDED = "unknown-allow", "allow-without-reason", "unneeded-allow"


class Allow(Struct, frozen=True):
    """One comment: which rule it allows, in which lines, and why."""

    rule: str
    reason: str
    span: Span  # of the comment
    first: int  # the lines it speaks of
    last: int


def allowed(
    subject: Subject, found: Iterable[Finding], rules: Mapping[str, Rule]
) -> Iterator[Finding]:
    """Leave out what the document allows; report comments that are wrong or do nothing. Pure."""
    allows = list(_allows(subject))
    needed: set[Allow] = set()
    for finding in found:
        hits = [a for a in allows if _covers(a, finding)]
        needed.update(hits)
        if not hits:
            yield finding
    for allow in allows:
        if allow.rule not in rules:
            yield rules[UNKNOWN].finding(
                allow.span,
                f"there is no rule `{allow.rule}`",
                "`steadyhand rules` lists the rules",
                mark=subject.mark(allow.span, allow.rule),
            )
        elif not allow.reason:
            yield rules[REASONLESS].finding(
                allow.span,
                f"`allow {allow.rule}` gives no reason",
                "write why it is right here, after the rule's name",
            )
        elif allow not in needed:
            yield rules[UNNEEDED].finding(
                allow.span, f"nothing here needs `allow {allow.rule}`", "take the comment out"
            )


def _covers(allow: Allow, finding: Finding) -> bool:
    line = finding.mark.line if finding.mark else finding.span.line
    return allow.rule == finding.rule and allow.first <= line <= allow.last


def _allows(subject: Subject) -> Iterator[Allow]:
    for number, line in enumerate(subject.runbook.lines, 1):
        if "steadyhand" not in line:
            continue
        for match in _ALLOW.finditer(line):
            span = Span(subject.runbook.path, number, number)
            alone = not _ALLOW.sub("", line).strip(" \t>*-")
            in_code = line[match.start()] not in "<{"
            if not in_code and (
                number in subject.derived(_fenced) or line.count("`", 0, match.start()) % 2
            ):
                continue  # a document that shows how it is written
            first, last = (number, number)
            if alone:
                first, last = _next_line(subject, number) if in_code else _below(subject, number)
            yield Allow(match["rule"], match["reason"], span, first, last)


def _fenced(subject: Subject) -> frozenset[int]:
    return fenced_lines(subject.runbook)


def _next_line(subject: Subject, number: int) -> tuple[int, int]:
    """Give the lines of the step that a comment in a code block stands above."""
    for step in subject.runbook.steps():
        if step.span.end_line > number:
            return number, step.span.end_line
    return number, number + 1


def _below(subject: Subject, number: int) -> tuple[int, int]:
    """Give the lines of the block below a comment: the whole code block, table or paragraph."""
    lines = subject.runbook.lines
    first = number + 1
    while first <= len(lines) and (
        not lines[first - 1].strip() or _ALLOW.search(lines[first - 1]) is not None
    ):
        first += 1
    ends = [e.span.end_line for e in subject.runbook.account if e.span.line == first]
    return number, max(ends, default=first)
