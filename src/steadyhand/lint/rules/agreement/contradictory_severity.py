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

import re
from collections.abc import Iterator
from dataclasses import replace

from steadyhand.lint.rule import Rule
from steadyhand.lint.subject import Subject
from steadyhand.lint.writing.duration import spoken
from steadyhand.lint.writing.places import over, section
from steadyhand.model.facts import SeverityLevel
from steadyhand.model.finding import Confidence, Finding, Severity
from steadyhand.model.runbook import Runbook

# A time that is no response time, or one that holds at certain hours only.
_ANOTHER = re.compile(
    r"\b(?:resol\w+|restor\w+|mitigat\w+|updates?|communicat\w+|fix|recover\w*|review|"
    r"post-?mortems?|business|working|office|after|off|hours?\)|nights?|weekends?|gold|silver|"
    r"bronze|premium|basic|enterprise|tier)\b",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"[A-Z]+-?\d")


def check(subject: Subject) -> Iterator[Finding]:
    """Report each severity once that the document gives two times, and one that others differ in.

    "Immediately" is no number, and contradicts none.
    """
    own = _levels(subject.runbook)
    first: dict[str, SeverityLevel] = {}
    for level in own:
        other = first.setdefault(level.name, level)
        if other.response_seconds != level.response_seconds:
            yield RULE.finding(
                level.span,
                f"`{level.name}` is answered within {_time(level)} here and within "
                f"{_time(other)} by line {other.span.line}",
                "keep one list of severities and link to it",
                mark=subject.mark(level.span, level.name),
            )
    yield from _elsewhere(subject, first)


def _levels(runbook: Runbook) -> list[SeverityLevel]:
    return [level for level in runbook.facts.severities if _is_response(runbook, level)]


def _is_response(runbook: Runbook, level: SeverityLevel) -> bool:
    if not level.response_seconds:
        return False
    head = level.text.partition(":")[0]
    if any(heading.span == level.span for heading in runbook.headings):
        return not _ANOTHER.search(level.text)
    if " | " in level.text:  # the header says which of its times is the response
        return not _ANOTHER.search(section(runbook, level.span.line))
    return not (_ANOTHER.search(head) or _ANOTHER.search(over(runbook, level.span.line)))


def _elsewhere(subject: Subject, own: dict[str, SeverityLevel]) -> Iterator[Finding]:
    """Report the first of the document's severities that another document sees otherwise."""
    others = [
        (runbook.path, {level.name: level for level in reversed(_levels(runbook))})
        for runbook in subject.folder
        if runbook.path != subject.runbook.path
    ]
    for differs in (_another_time, _another_place):
        found = [
            (level, path, theirs[name])
            for name, level in own.items()
            for path, theirs in others
            if _NUMBERED.fullmatch(name) and name in theirs and differs(level, theirs[name])
        ]
        if found:
            yield _note(subject, *found[0])
            return


def _another_time(one: SeverityLevel, other: SeverityLevel) -> bool:
    return one.response_seconds != other.response_seconds


def _another_place(one: SeverityLevel, other: SeverityLevel) -> bool:
    return one.rank is not None and other.rank is not None and one.rank != other.rank


def _note(subject: Subject, level: SeverityLevel, path: str, other: SeverityLevel) -> Finding:
    where = f"in `{path}`, line {other.span.line}"
    if _another_time(level, other):
        said = f"`{level.name}` is answered within {_time(level)} here and {_time(other)} {where}"
    else:
        places = ("the highest", "the second", "the third", "the fourth", "the lowest")
        said = (
            f"`{level.name}` is {places[level.rank or 0]} severity here and "
            f"{places[other.rank or 0]} {where}"
        )
    found = RULE.finding(
        level.span,
        said,
        "keep one list of severities for all documents and link to it",
        mark=subject.mark(level.span, level.name),
    )
    return replace(found, severity=Severity.NOTE)


def _time(level: SeverityLevel) -> str:
    return spoken(level.response_seconds or 0)


RULE = Rule("contradictory-severity", Severity.WARNING, Confidence.MEDIUM, check)
