r"""# contradictory-severity

## What it does

Finds a severity with two response times in one document. Across the documents that are checked
together, notes once for each document that a severity has another response time, or another place
on the scale, than in one of the others: `P1` is the highest here and the second there.

## Why it is bad

Whoever hears "P1" has to know which document the caller has read. Between 15 minutes and an hour
lies the difference between waking somebody and finishing lunch.

## Bad

````markdown
# Shop

## Response times

- **P1**: 15 minutes
- **P2**: 1 hour

## Severity levels

| Severity | Response time | Example |
|---|---|---|
| P1 | 1 hour | The shop is down |
| P2 | 4 hours | Search is slow |
````

## Good

````markdown
# Shop

## Response times

- **P1**: 15 minutes
- **P2**: 1 hour

## Severity levels

| Severity | Response time | Example |
|---|---|---|
| P1 | 15 min | The shop is down |
| P2 | 60 min | Search is slow |
````

## How to fix

Keep one table of severities for all and link to it. Where two teams do have two scales, give them
two sets of names.

## Source

https://sre.google/workbook/incident-response/
"""

from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from steadyhand.lint.rule import Rule
from steadyhand.lint.subject import Subject
from steadyhand.lint.writing.levels import response_levels
from steadyhand.model.document.facts import SeverityLevel
from steadyhand.model.document.finding import Confidence, Finding, Severity
from steadyhand.model.document.runbook import Runbook


def check(subject: Subject) -> Iterator[Finding]:
    """Report each severity once that the document gives two times, and one that others differ in.

    "Immediately" is no number, and contradicts none.
    """
    first: dict[str, SeverityLevel] = {}
    for level in _levels(subject.runbook)[1]:
        other = first.setdefault(level.name, level)
        if other.response_seconds != level.response_seconds:
            yield RULE.finding(
                level.span,
                f"`{level.name}` has another time in line {other.span.line}: “{other.text}”",
                "keep one list of severities and link to it",
                mark=subject.mark(level.span, level.name),
            )
    yield from _elsewhere(subject, first)


def _levels(runbook: Runbook) -> tuple[str, list[SeverityLevel]]:
    return runbook.path, [level for level in response_levels(runbook) if level.response_seconds]


def _elsewhere(subject: Subject, own: Mapping[str, SeverityLevel]) -> Iterator[Finding]:
    """Report the first of the document's severities that another document sees otherwise: a time
    first, else a place on the scale.
    """
    for differs in (_another_time, _another_place):
        for level in own.values():
            for path, theirs in subject.in_folder(_levels):
                other = next((one for one in theirs if one.name == level.name), level)
                if differs(level, other):
                    yield _note(subject, level, path, other)
                    return


def _another_time(one: SeverityLevel, other: SeverityLevel) -> bool:
    return one.response_seconds != other.response_seconds


def _another_place(one: SeverityLevel, other: SeverityLevel) -> bool:
    return one.rank != other.rank


def _note(subject: Subject, level: SeverityLevel, path: str, other: SeverityLevel) -> Finding:
    found = RULE.finding(
        level.span,
        f"`{level.name}` means something else in `{path}`, line {other.span.line}: “{other.text}”",
        "keep one list of severities for all documents and link to it",
        mark=subject.mark(level.span, level.name),
    )
    return replace(found, severity=Severity.NOTE)


RULE = Rule("contradictory-severity", Severity.WARNING, Confidence.MEDIUM, check)
