"""# keys-in-production

## What it does

Finds `KEYS` sent to a Redis or Valkey server.

## Why it is bad

`KEYS` looks at every key of the database in one go, and the server does nothing else meanwhile. On
a cache with millions of keys that is seconds in which every client waits, in the middle of an
incident.

## Bad

```bash
redis-cli -h cache.example.org KEYS "session:*"
```

## Good

```bash
redis-cli -h cache.example.org --scan --pattern "session:*"
```

## How to fix

`redis-cli --scan --pattern PATTERN` prints the same keys in small portions, one in a line. A key
may come twice.

## Source

https://valkey.io/commands/keys/
"""

from collections.abc import Iterator

from steadyhand.lint.rule import Rule
from steadyhand.lint.subject import Subject
from steadyhand.lint.tools.cache import cache_commands
from steadyhand.model.document.finding import Confidence, Finding, Severity


def check(subject: Subject) -> Iterator[Finding]:
    """Report each `KEYS`."""
    for one in cache_commands(subject.runbook):
        if one.name == "KEYS":
            span = one.step.span
            yield RULE.finding(
                span,
                "`KEYS` goes through every key while all clients wait",
                "use `--scan --pattern` in the place of `KEYS`",
                mark=subject.mark(span, one.words[0]),
            )


RULE = Rule("keys-in-production", Severity.WARNING, Confidence.HIGH, check)
