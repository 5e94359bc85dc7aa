"""# shell-syntax

## What it does

Finds a statement that bash's grammar does not accept.

## Why it is bad

Bash reads a block before it runs it: one wrong statement and nothing after it is done, or half of
it is.

## Bad

```bash
if systemctl is-active nginx; then
  systemctl reload nginx
```

## Good

```bash
if systemctl is-active nginx; then
  systemctl reload nginx
fi
```

## How to fix

`bash -n` on the block says where bash gives up. What is not shell belongs into a block of its own
language.

## Source

https://www.gnu.org/software/bash/manual/bash.html#Shell-Syntax
"""

from collections.abc import Iterator

from steadyhand.lint.rule import Rule
from steadyhand.lint.subject import Subject
from steadyhand.model.finding import Confidence, Finding, Severity


def check(subject: Subject) -> Iterator[Finding]:
    """Report what the compiler saw while it read the document."""
    return subject.reported("shell-syntax")


RULE = Rule("shell-syntax", Severity.ERROR, Confidence.HIGH, check)
