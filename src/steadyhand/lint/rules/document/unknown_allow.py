"""# unknown-allow

## What it does

Finds an `allow` comment that names a rule which does not exist.

## Why it is bad

It allows nothing, and whoever wrote it believes that it does.

## Bad

```markdown
<!-- steadyhand: allow unresolved-placeholders filled in by the deployment tool -->
```

## Good

```markdown
<!-- steadyhand: allow unresolved-placeholder filled in by the deployment tool -->
```

## How to fix

`steadyhand rules` lists the names.

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


RULE = Rule("unknown-allow", Severity.WARNING, Confidence.HIGH, check)
