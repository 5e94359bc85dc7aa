r"""# unevaluated-substitution

## What it does

Finds a shell substitution in prose, where no shell ever reads it: `$(date)` as the day of the last
update, `$VERSION` as the document's version.

## Why it is bad

It was meant to be filled in when the text was made, and it was not. The document has no date, and
looks as if it had one.

## Bad

````markdown
# Restarting the shop

**Last Updated**: $(date)
````

## Good

````markdown
# Restarting the shop

**Last Updated**: 2026-09-14

Name the snapshot `before-$(date +%F)`.
````

## How to fix

Write the value. If a program is to put it in, let it do so before the document is published.

## Source

https://www.gnu.org/software/bash/manual/bash.html#Command-Substitution
"""

import re
from collections.abc import Iterator, Sequence

from steadyhand.lint.rule import Rule
from steadyhand.lint.subject import Subject
from steadyhand.lint.writing.about import is_template
from steadyhand.lint.writing.prose import prose
from steadyhand.model.document.finding import Confidence, Finding, Severity
from steadyhand.model.document.span import Span

_COMMAND = re.compile(
    r"\$\((?:date|whoami|hostname|uname|git|id|pwd|cat|basename|curl|aws|kubectl|gcloud)\b[^()]*\)"
)
# The whole value of a field is a variable. `$Date$` is what a version control system fills in.
_VARIABLE = re.compile(r"\$\{?[A-Za-z_]\w*\}?")


def check(subject: Subject) -> Iterator[Finding]:
    """Report substitutions outside of code; a variable only where it is a field's whole value."""
    if is_template(subject):
        return
    lines = dict(prose(subject))
    found = {
        number: one.group() for number, text in lines.items() for one in _COMMAND.finditer(text)
    }
    front = _front_matter(subject.runbook.lines)
    for fact in subject.runbook.facts.metadata:
        number = fact.span.line
        if (
            number > front
            and _VARIABLE.fullmatch(fact.value)
            and fact.value in lines.get(number, "")
        ):
            found[number] = fact.value
    for number, text in sorted(found.items()):
        span = Span(subject.runbook.path, number, number)
        yield RULE.finding(
            span,
            f"nobody ever evaluates `{text}`: this is prose",
            "write the value",
            mark=subject.mark(span, text),
        )


def _front_matter(lines: Sequence[str]) -> int:
    """Give the last line of what stands above a document for the program that publishes it, which
    may well put in a variable; 0 where there is none."""
    if not lines or lines[0].rstrip() != "---":
        return 0
    return next((n for n, line in enumerate(lines[1:], 2) if line.rstrip() == "---"), 0)


RULE = Rule("unevaluated-substitution", Severity.WARNING, Confidence.HIGH, check)
