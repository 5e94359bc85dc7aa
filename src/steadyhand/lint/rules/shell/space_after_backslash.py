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

import re
from collections.abc import Iterator

from steadyhand.lint.rule import Rule
from steadyhand.lint.shell.blocks import blocks
from steadyhand.lint.subject import Subject
from steadyhand.model.edit import Edit
from steadyhand.model.finding import Confidence, Finding, Mark, Severity
from steadyhand.model.runbook import StepKind
from steadyhand.model.span import Span

_BLANK = re.compile(r"(?<!\\)(?:\\\\)*\\([ \t]+)$")


def check(subject: Subject) -> Iterator[Finding]:
    """Report the last line of a statement that was meant to go on."""
    for block in blocks(subject):
        text = dict(block.lines)
        for step in block.steps:
            number = step.span.end_line
            match = _BLANK.search(text.get(number, ""))
            follows = text.get(number + 1, "").strip()
            if match is None or step.kind is not StepKind.COMMAND or not follows:
                continue
            first, end = match.start(1) + 1, match.end(1) + 1
            yield RULE.finding(
                Span(step.span.path, number, number),
                f"a blank behind the `\\` ends the command here, and `{follows.split()[0]}` is run "
                "as one of its own",
                "delete the blank behind the `\\`",
                mark=Mark(number, first - 1, end),
                fix=(Edit(number, first, end, ""),),
            )


RULE = Rule("space-after-backslash", Severity.ERROR, Confidence.HIGH, check)
