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
from steadyhand.lint.shell.blocks import blocks
from steadyhand.lint.subject import Subject
from steadyhand.model.document.finding import Confidence, Finding, Severity


def check(subject: Subject) -> Iterator[Finding]:
    """Report what the compiler saw; not where `wrong-fence-language` says that it is no shell."""
    reported = list(subject.reported("shell-syntax"))
    other: set[int] = set()
    for block in blocks(subject) if reported else ():
        if block.whole:
            other.update(number for number, _ in block.lines)
    yield from (finding for finding in reported if finding.span.line not in other)


RULE = Rule("shell-syntax", Severity.ERROR, Confidence.HIGH, check)
