"""# unneeded-allow

## What it does

Finds an `allow` comment for which there is no finding.

## Why it is bad

It hides the next finding of that kind, which may be a real one.

## Bad

```markdown
<!-- steadyhand: allow unresolved-placeholder no longer true -->
Everything is filled in.
```

## Good

```markdown
Everything is filled in.
```

## How to fix

Take the comment out.

## Source

`docs/lint.md`, "Allowing a finding".
"""

from collections.abc import Iterator

from steadyhand.lint.rule import Rule
from steadyhand.lint.subject import Subject
from steadyhand.model.document.finding import Confidence, Finding, Severity


def check(_subject: Subject) -> Iterator[Finding]:
    """Report nothing: `lint.allow` makes these findings after every other rule has spoken."""
    return iter(())


RULE = Rule("unneeded-allow", Severity.NOTE, Confidence.HIGH, check)
