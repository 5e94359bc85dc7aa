"""# readable-text

## What it does

Finds text that was written in UTF-8 and read as something else once (Mac OS Roman, Windows-1252),
so that `⚠️` has become a row of strange letters.

## Why it is bad

Headings lose their anchors, searches do not find the words, and nobody knows whether a command in
such a line is still what was meant.

## Bad

```markdown
## ‚ö†Ô∏è Service down
```

## Good

```markdown
## ⚠️ Service down
```

## How to fix

`steadyhand lint --fix` writes the characters that were meant. Save the file as UTF-8 from then on.

## Source

https://www.w3.org/International/questions/qa-what-is-encoding
"""

from collections.abc import Iterator

from steadyhand.lint.rule import Rule
from steadyhand.lint.subject import Subject
from steadyhand.model.document.finding import Confidence, Finding, Severity


def check(subject: Subject) -> Iterator[Finding]:
    """Report what the compiler saw while it read the document."""
    return subject.reported("readable-text")


RULE = Rule("readable-text", Severity.WARNING, Confidence.HIGH, check)
