"""# allow-without-reason

## What it does

Finds an `allow` comment that does not say why.

## Why it is bad

Nobody can tell later whether the reason still holds.

## Bad

```markdown
<!-- steadyhand: allow unresolved-placeholder -->
```

## Good

```markdown
<!-- steadyhand: allow unresolved-placeholder the ticket system fills it in -->
```

## How to fix

Write the reason after the rule's name.

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


RULE = Rule("allow-without-reason", Severity.WARNING, Confidence.HIGH, check)
