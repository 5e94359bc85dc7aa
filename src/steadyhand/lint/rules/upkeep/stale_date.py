r"""# stale-date

## What it does

Notes that by a document's own words nobody has looked at it for more than a year, or that the day
of its next review has passed.

## Why it is bad

What a runbook says about a system goes wrong without anybody touching it. After a year most have a
name, a limit or a command in them that is no longer so.

## Bad

````markdown
# Restarting the shop

- **Last reviewed**: 2023-02-01

```bash
systemctl restart shop
```
````

## Good

````markdown
# Restarting the shop

- **Last reviewed**: 2026-09-14

```bash
systemctl restart shop
```
````

## How to fix

Go through the document with somebody who has not written it, best in a drill, and put the day
down. A newer date without that is worse than an old one.

## Source

https://sre.google/workbook/on-call/
"""

from collections.abc import Iterator

from steadyhand.lint.rule import Rule
from steadyhand.lint.subject import Subject
from steadyhand.model.document.facts import Metadata
from steadyhand.model.document.finding import Confidence, Finding, Severity
from steadyhand.model.document.freshness import DAYS, last_day


def check(subject: Subject) -> Iterator[Finding]:
    """Report the newest of the dates that a document gives for itself, if that is too old."""
    dated = [(day, fact) for fact in subject.runbook.facts.metadata if (day := last_day(fact.date))]
    looked = [one for one in dated if one[1].key in {"updated", "reviewed"}]
    if looked:
        day, fact = max(looked, key=lambda one: one[0])
        age = (subject.today - day).days
        if age > DAYS:
            yield _finding(subject, fact, f"nobody has looked at it for {age} days by its own date")
    for day, fact in dated:
        if fact.key == "next review" and day < subject.today:
            late = (subject.today - day).days
            yield _finding(subject, fact, f"the review that it announces is {late} days late")


def _finding(subject: Subject, fact: Metadata, message: str) -> Finding:
    return RULE.finding(
        fact.span,
        message,
        "go through the document, best in a drill, and put down the day",
        mark=subject.mark(fact.span, fact.value),
    )


RULE = Rule("stale-date", Severity.NOTE, Confidence.HIGH, check)
