"""# look-alike-letter

## What it does

Finds words of a command in which a Cyrillic or Greek letter stands among Latin ones.

## Why it is bad

Many of them look like a Latin letter and are another: a keyboard was still switched, or somebody
wants one name to be taken for another. Bash finds no such program, and a service no such cluster.

## Bad

```bash
systemctl restart ngin\u0445
```

## Good

```bash
systemctl restart nginx
```

## How to fix

Type the word anew.

## Source

https://www.unicode.org/reports/tr39/#Mixed_Script_Detection
"""

import re
import unicodedata
from collections.abc import Iterator

from steadyhand.lint.rule import Rule
from steadyhand.lint.shell.places import mark_of, span_of
from steadyhand.lint.shell.quotes import COMMENT, contexts
from steadyhand.lint.subject import Subject
from steadyhand.model.document.finding import Confidence, Finding, Severity
from steadyhand.model.document.runbook import StepKind

_FOREIGN = r"[\u0370-\u03ff\u0400-\u04ff]"
_MIXED = re.compile(rf"[A-Za-z]+({_FOREIGN})[^\W_]*|({_FOREIGN})+[A-Za-z][^\W_]*")


def check(subject: Subject) -> Iterator[Finding]:
    """Report each word once where it stands."""
    for step in subject.runbook.steps():
        for found in _MIXED.finditer(step.text if step.kind is StepKind.COMMAND else ""):
            if contexts(step.text)[found.start()] == COMMENT:
                continue
            letter = found[1] or found[2]
            yield RULE.finding(
                span_of(step, found.start()),
                f"`{letter}` in `{found[0]}` is {unicodedata.name(letter).lower()}",
                "type the word anew",
                mark=mark_of(subject, step, *found.span()),
            )


RULE = Rule("look-alike-letter", Severity.ERROR, Confidence.MEDIUM, check)
