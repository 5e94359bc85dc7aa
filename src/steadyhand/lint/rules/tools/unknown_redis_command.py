"""# unknown-redis-command

## What it does

Finds a command for Redis or Valkey that no version has, and one with a number of arguments that no
version takes. Commands of modules (`JSON.GET`) are not judged.

## Why it is bad

The server answers with an error, `redis-cli` ends with exit code 0 all the same, and a script goes
on as if it had been done.

## Bad

```bash
redis-cli -h cache.example.org CONFIG GTE maxmemory
```

## Good

```bash
redis-cli -h cache.example.org CONFIG GET maxmemory
```

## How to fix

Take the name that the message offers, or look the command up. With `-e` (since Redis 7),
`redis-cli` ends with an exit code that says what the server said.

## Source

https://valkey.io/commands/
"""

from collections.abc import Iterator

from steadyhand.lint.rule import Rule
from steadyhand.lint.subject import Subject
from steadyhand.lint.tools.cache import cache_commands
from steadyhand.lint.tools.redis import check_redis
from steadyhand.model.document.finding import Confidence, Finding, Severity


def check(subject: Subject) -> Iterator[Finding]:
    """Report each command that a server would refuse."""
    for one in cache_commands(subject.runbook):
        for problem in () if one.typed else check_redis(one.words, more=one.more):
            span = one.step.span
            mark = subject.mark(span, problem.subject)
            yield RULE.finding(span, problem.message, problem.help, mark=mark)


RULE = Rule("unknown-redis-command", Severity.ERROR, Confidence.HIGH, check)
