"""# space-after-backslash

## What it does

Finds a line of a shell block that ends with a backslash and a blank, where the command should go on
in the next line.

## Why it is bad

The backslash then escapes the blank and not the end of the line. The command is run without the
rest, and the rest is run as a command of its own. Nobody sees the blank.

## Bad

```bash
aws ecs update-service --cluster shop --service web \\\x20
  --desired-count 4
```

## Good

```bash
aws ecs update-service --cluster shop --service web \\
  --desired-count 4
```

## How to fix

Delete the blanks behind the backslash; `steadyhand lint --fix` does it.

## Source

https://www.gnu.org/software/bash/manual/bash.html#Escape-Character
"""

from collections.abc import Iterator

from steadyhand.lint.rule import Rule
from steadyhand.lint.subject import Subject
from steadyhand.model.document.finding import Confidence, Finding, Severity


def check(subject: Subject) -> Iterator[Finding]:
    """Report what the compiler saw while it read the document."""
    return subject.reported("space-after-backslash")


RULE = Rule("space-after-backslash", Severity.ERROR, Confidence.HIGH, check)
