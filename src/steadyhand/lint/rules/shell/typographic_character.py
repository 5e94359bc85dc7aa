"""# typographic-character

## What it does

Finds quotation marks and dashes that a word processor made of typed ones, where bash wants the
typed ones: “ ” ‘ ’ around a word, – or — at the beginning of an option.

## Why it is bad

They mean nothing to bash. What was to be one argument is split at its blanks, with the marks in it;
what was to be an option is a word like any other, and some commands take it for the name of
something.

## Bad

```bash
systemctl restart nginx –-no-block
```

## Good

```bash
systemctl restart nginx --no-block
```

## How to fix

Type them anew: `"`, `'`, `-`. Turn “smart quotes” off where the document is written.

## Source

https://www.gnu.org/software/bash/manual/bash.html#Quoting
"""

import re
from collections.abc import Iterator

from steadyhand.lint.rule import Rule
from steadyhand.lint.shell.places import mark_of, span_of
from steadyhand.lint.shell.quotes import CODE, contexts
from steadyhand.lint.subject import Subject
from steadyhand.model.document.finding import Confidence, Finding, Severity
from steadyhand.model.document.runbook import Step, StepKind

_MADE = re.compile(r"(?:(?<=[\s=(|;&])|^)(?:[“”„‘’‚«]\S|-?[–—]-?\w)", re.MULTILINE)


def check(subject: Subject) -> Iterator[Finding]:
    """Report each place outside of quotes, comments and placeholders."""
    for step in subject.runbook.steps():
        if step.kind is StepKind.COMMAND:
            yield from _in_step(subject, step)


def _in_step(subject: Subject, step: Step) -> Iterator[Finding]:
    for found in _MADE.finditer(step.text):
        start, end = found.start(), found.end() - 1
        in_placeholder = any(one.start <= start < one.end for one in step.parameters)
        if contexts(step.text)[start] != CODE or in_placeholder:
            continue
        yield RULE.finding(
            span_of(step, start),
            f"`{step.text[start:end]}` means nothing to bash: a word processor made it",
            "type `\"`, `'` or `-` in its place",
            mark=mark_of(subject, step, start, end),
        )


RULE = Rule("typographic-character", Severity.ERROR, Confidence.HIGH, check)
