"""# flush-all

## What it does

Finds `FLUSHALL` and `FLUSHDB` that nothing guards: no question to the operator (`read -p`), no
condition, no checkbox and no instruction to confirm right before.

## Why it is bad

Every key is gone at once and for good: sessions, rate limits, queues and locks too, whoever they
belong to. What was served from the cache hits the database in the same second. A comment that says
"careful" stops nobody who pastes the block.

## Bad

```bash
# Clear the cache
redis-cli -h cache.example.org FLUSHALL
```

## Good

```bash
# Clear what the product pages have cached
redis-cli -h cache.example.org --scan --pattern "page:*" |
  xargs -r redis-cli -h cache.example.org UNLINK
```

## How to fix

Delete by pattern, as above. Where everything must go, put a checkbox before the block that says
what is lost and who agreed, and use `FLUSHDB ASYNC` on the one database that is meant.

## Source

https://valkey.io/commands/flushall/
"""

import re
from collections.abc import Iterator

from steadyhand.lint.rule import Rule
from steadyhand.lint.subject import Subject
from steadyhand.lint.tools.cache import CacheCommand, cache_commands
from steadyhand.model.document.finding import Confidence, Finding, Severity
from steadyhand.model.document.runbook import StepKind

_LOSES = {"FLUSHALL": "every key of every database", "FLUSHDB": "every key of the database"}
_ASKS = re.compile(r"\bread\s+(-\w+\s+)*-\w*p|\bif\b|&&|\|\||\bselect\b")
_CONFIRMS = re.compile(r"confirm|approv|agree|permission|sign.?off|make sure|ask\b|certain", re.I)


def check(subject: Subject) -> Iterator[Finding]:
    """Report each that nothing guards."""
    for one in cache_commands(subject.runbook):
        if one.name in _LOSES and not _guarded(one):
            span = one.step.span
            yield RULE.finding(
                span,
                f"`{one.name}` deletes {_LOSES[one.name]}, and nothing guards it",
                "delete by pattern with `--scan` and `UNLINK`, or ask for a confirmation before",
                mark=subject.mark(span, one.words[0]),
            )


def _guarded(one: CacheCommand) -> bool:
    """Tell whether the block asks, or a person confirms in the step before the block."""
    steps = one.procedure.steps
    until = steps[: steps.index(one.step) + 1]
    block = [step for step in until if step.fence == one.step.fence]
    if any(_ASKS.search(step.text) for step in block):
        return True
    return any(
        step.kind in {StepKind.CHECK, StepKind.MANUAL} and _CONFIRMS.search(step.text)
        for step in until[-len(block) - 1 :]
    )


RULE = Rule("flush-all", Severity.WARNING, Confidence.HIGH, check)
