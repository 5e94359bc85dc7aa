r"""# missing-severity-in-reference

## What it does

Notes a list of severities that leaves one out which the document defines elsewhere: the quick
reference has P0 to P2, the table at the end has P3 too.

## Why it is bad

Who looks up the short list at night takes the next severity that is on it, and wakes somebody for
what has time until Monday, or the other way round.

## Bad

````markdown
# Shop

## Response times

- **P1**: response in 15 minutes
- **P2**: response in 1 hour

## Escalation

| Severity | Response time | Escalation path |
|---|---|---|
| P1 | 15 minutes | On-call → manager |
| P2 | 1 hour | On-call |
| P3 | 1 day | Ticket |
````

## Good

````markdown
# Shop

## Response times

- **P1**: response in 15 minutes
- **P2**: response in 1 hour
- **P3**: response in 1 day

## Escalation

| Severity | Response time | Escalation path |
|---|---|---|
| P1 | 15 minutes | On-call → manager |
| P2 | 1 hour | On-call |
| P3 | 1 day | Ticket |
````

## How to fix

Put the missing severity in, or keep one list and link to it.

## Source

https://sre.google/workbook/incident-response/
"""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from steadyhand.lint.rule import Rule
from steadyhand.lint.subject import Subject
from steadyhand.lint.writing.levels import response_levels
from steadyhand.model.document.facts import SeverityLevel
from steadyhand.model.document.finding import Confidence, Finding, Severity

_NUMBER = re.compile(r"-?\d$")


def check(subject: Subject) -> Iterator[Finding]:
    """Report each list of two severities or more that lacks one of its scale, at its last line."""
    levels = response_levels(subject.runbook)
    for _, stretch in groupby(enumerate(levels), lambda one: one[1].span.line - one[0]):
        group = [level for _, level in stretch]  # on lines one after the other
        scale, here = _scale(group[0]), {level.name for level in group}
        lacking = [one for one in levels if _scale(one) == scale and one.name not in here]
        # One whose answer is no number of minutes ("next business day") is in the list as well.
        lacking = [one for one in lacking if not _is_named(one.name, _around(subject, group))]
        if len(group) > 1 and lacking:
            name, last = lacking[0].name, group[-1]
            yield RULE.finding(
                last.span,
                f"the list leaves out `{name}`, which line {lacking[0].span.line} defines",
                f"put `{name}` in, or link to the one list that has them all",
                mark=subject.mark(last.span, last.name),
            )


def _around(subject: Subject, group: Sequence[SeverityLevel]) -> str:
    """Give the lines of a list with those that stand right before and behind it."""
    first, last = group[0].span.line, group[-1].span.end_line
    while subject.line(first - 1).strip():
        first -= 1
    while subject.line(last + 1).strip():
        last += 1
    return "\n".join(subject.line(number) for number in range(first, last + 1))


def _is_named(name: str, text: str) -> bool:
    pattern = re.sub(r"-?(\d)", r"[-\\s]?\1", name)
    return re.search(rf"\b{pattern}\b", text, re.IGNORECASE) is not None


def _scale(level: SeverityLevel) -> str:
    """Name a level's scale: "P" of P1, "SEV" of SEV-2, "" of words."""
    return _NUMBER.sub("", level.name) if _NUMBER.search(level.name) else ""


RULE = Rule("missing-severity-in-reference", Severity.NOTE, Confidence.MEDIUM, check)
