r"""# two-names-for-one-value

## What it does

Notes that a document has two placeholders for one value: `<endpoint>` and `<cache-endpoint>`, both
given to `redis-cli -h`.

## Why it is bad

Whoever fills them in looks the value up twice, and once takes another one. A program that fills
them in asks twice.

## Bad

```bash
redis-cli -h <cache-endpoint> ping
redis-cli -h <endpoint> info stats
```

## Good

```bash
redis-cli -h <cache-endpoint> ping
redis-cli -h <cache-endpoint> info stats
psql -h <primary-endpoint> -c 'SELECT 1'
psql -h <replica-endpoint> -c 'SELECT 1'
```

## How to fix

Use the longer of the two names in both places, or two names that say how the values differ.

## Source

https://developers.google.com/style/placeholders
"""

import re
from collections.abc import Iterator

from steadyhand.lint.rule import Rule
from steadyhand.lint.subject import Subject
from steadyhand.model.document.finding import Confidence, Finding, Severity
from steadyhand.model.document.runbook import Alias

SAME = "the same procedure"
_KINDS = frozenset("id ids identifier identifiers arn arns name names".split())


def check(subject: Subject) -> Iterator[Finding]:
    """Report each pair once, where the second name stands first."""
    for alias in subject.runbook.aliases:
        if _of_two_kinds(alias):
            continue
        (first, second), (before, span) = alias.names[:2], alias.spans[:2]
        yield RULE.finding(
            span,
            f"`{second}` seems to be what line {before.line} calls `{first}`",
            f"write `{max(alias.names, key=len)}` in both places",
            mark=subject.mark(span, second),
        )


def _of_two_kinds(alias: Alias) -> bool:
    """Tell whether two names differ in the kind of name only: the ID of one task, and the ARN of
    another, or a worker's ID and its name.
    """
    said = [frozenset(re.findall(r"[a-z0-9]+", name.lower())) for name in alias.names]
    alike = len({words - _KINDS for words in said}) == 1
    return alike and (alias.where != SAME or all(words & _KINDS for words in said))


RULE = Rule("two-names-for-one-value", Severity.NOTE, Confidence.MEDIUM, check)
