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

from steadyhand.lint.rule import Rule
from steadyhand.lint.subject import Subject
from steadyhand.model.facts import SeverityLevel
from steadyhand.model.finding import Confidence, Finding, Severity

_NUMBERED = re.compile(r"([A-Z]+-?)(\d)")


def check(subject: Subject) -> Iterator[Finding]:
    """Report each list of two severities or more that lacks one of its scale, at its last line."""
    levels = [s for s in subject.runbook.facts.severities if _NUMBERED.fullmatch(s.name)]
    for group in _lists(levels):
        scale = _scale(group[0])
        if len(group) < 2 or any(_scale(level) != scale for level in group):
            continue
        here = {level.name for level in group}
        lacking = [one for one in levels if _scale(one) == scale and one.name not in here]
        if lacking:
            last = group[-1]
            yield RULE.finding(
                last.span,
                f"the list leaves out `{lacking[0].name}`, which line {lacking[0].span.line} "
                "defines",
                f"put `{lacking[0].name}` in, or link to the one list that has them all",
                mark=subject.mark(last.span, last.name),
            )


def _lists(levels: Sequence[SeverityLevel]) -> Iterator[Sequence[SeverityLevel]]:
    """Give the severities that stand on lines one after the other."""
    group: list[SeverityLevel] = []
    for level in levels:
        if group and level.span.line != group[-1].span.end_line + 1:
            yield group
            group = []
        group.append(level)
    if group:
        yield group


def _scale(level: SeverityLevel) -> str:
    match = _NUMBERED.fullmatch(level.name)
    return match.group(1).rstrip("-") if match else ""


RULE = Rule("missing-severity-in-reference", Severity.NOTE, Confidence.MEDIUM, check)
