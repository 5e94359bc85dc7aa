"""# unclosed-fence

## What it does

Finds a code block that is opened and never closed.

## Why it is bad

Everything below it, headings and further procedures too, counts as part of the block: it is shown
as code, and it is not found as a procedure.

## Bad

````markdown
```bash
uptime
````

## Good

````markdown
```bash
uptime
```
````

## How to fix

Close the block with the same characters that open it, on a line of their own.

## Source

https://spec.commonmark.org/0.31.2/#fenced-code-blocks
"""

from collections.abc import Iterator

from steadyhand.lint.rule import Rule
from steadyhand.lint.subject import Subject
from steadyhand.model.document.finding import Confidence, Finding, Severity


def check(subject: Subject) -> Iterator[Finding]:
    """Report what the compiler saw while it read the document."""
    return subject.reported("unclosed-fence")


RULE = Rule("unclosed-fence", Severity.ERROR, Confidence.HIGH, check)
