"""# elided-command

## What it does

Finds a command of which a part is left out: `...` among its words, or a continued line whose
continuation is a comment.

## Why it is bad

The command cannot be run as it stands. After a backslash, a comment ends the command without a word
of warning, and what is there is run without the rest.

## Bad

```bash
aws ecs register-task-definition --family shop \\
  # ... other parameters
```

## Good

```bash
aws ecs register-task-definition --family shop --cli-input-json file://shop.json
```

## How to fix

Write the command out, or name the file that holds the rest.

## Source

https://www.gnu.org/software/bash/manual/bash.html#Comments
"""

from collections.abc import Iterator

from steadyhand.lint.rule import Rule
from steadyhand.lint.subject import Subject
from steadyhand.model.document.finding import Confidence, Finding, Severity


def check(subject: Subject) -> Iterator[Finding]:
    """Report what the compiler saw while it read the document."""
    return subject.reported("elided-command")


RULE = Rule("elided-command", Severity.ERROR, Confidence.HIGH, check)
