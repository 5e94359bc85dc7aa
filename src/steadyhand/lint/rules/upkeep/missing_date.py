r"""# missing-date

## What it does

Notes that a runbook does not say when somebody last looked whether it is still right: no field for
an update or a review.

## Why it is bad

At night nobody can tell instructions that were tried last month from some that are older than the
system they speak of. The date of the last commit does not say it either: that may have mended a
comma.

## Bad

````markdown
# Restarting the shop

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

Put a line with the date of the last review below the title, or into the front matter.

## Source

https://sre.google/workbook/on-call/
"""

import re
from collections.abc import Iterator

from steadyhand.lint.rule import Rule
from steadyhand.lint.subject import Subject
from steadyhand.lint.writing.about import is_runbook, is_sample, title_span
from steadyhand.lint.writing.places import section
from steadyhand.lint.writing.prose import prose
from steadyhand.model.document.finding import Confidence, Finding, Severity

_KEYS = frozenset({"updated", "reviewed", "next review", "created"})
_SAYS = re.compile(
    r"\b(?:last|date) (?:updated?|reviewed?|modified|changed|tested|verified|revised|edited)\b"
    r"|\b(?:updated|reviewed|revised|tested|verified|written|published|as of|valid|effective)\b"
    r".{0,30}\b(?:19|20)\d\d\b"
    r"|\|\s*(?:date|updated|reviewed)\s*\|"
    r"|^\W*(?:(?:document|change|revision|version|review) (?:log|history)|change-?log)\W*$",
    re.IGNORECASE,
)


def check(subject: Subject) -> Iterator[Finding]:
    """Report a runbook at most once: where the field is empty, else at its title."""
    fields = [fact for fact in subject.runbook.facts.metadata if fact.key in _KEYS]
    if any(fact.filled or fact.value.startswith("$") for fact in fields) or not is_runbook(subject):
        return
    own = [fact for fact in fields if not is_sample(section(subject.runbook, fact.span.line))]
    if not own and any(_SAYS.search(line) for _, line in prose(subject)):
        return
    yield RULE.finding(
        own[0].span if own else title_span(subject),
        "the document does not say when it was last reviewed",
        "put a line such as “**Last reviewed**: 2026-09-14” below the title",
    )


RULE = Rule("missing-date", Severity.NOTE, Confidence.MEDIUM, check)
