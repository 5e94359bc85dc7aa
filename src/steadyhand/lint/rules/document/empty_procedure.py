r"""# empty-procedure

## What it does

Finds a heading that promises steps ("Rollback Procedure", "How to restore the database") with
nothing under it, or nothing but a word that says it is still to be written.

## Why it is bad

The table of contents says that there is a way back. Whoever needs it finds out that there is none
when the system is down.

## Bad

````markdown
# Shop

## Rollback Procedure

## Contacts

- **On-call**: +49 30 1234567
````

## Good

````markdown
# Shop

## Rollback Procedure

```bash
./deploy.sh rollback
```

## Contacts

- **On-call**: +49 30 1234567
````

## How to fix

Write the steps, link to where they are, or take the heading out.

## Source

https://sre.google/workbook/on-call/
"""

import re
from collections.abc import Iterator, Sequence

from steadyhand.lint.changes.said import in_english
from steadyhand.lint.rule import Rule
from steadyhand.lint.subject import Subject
from steadyhand.lint.writing.about import is_template
from steadyhand.lint.writing.prose import fenced_lines, prose
from steadyhand.model.document.finding import Confidence, Finding, Severity
from steadyhand.model.document.runbook import Heading

_PROMISES = re.compile(
    r"^(?:\W*\d[\d.]*\W+)?(?:how to|steps (?:to|for)|(?:restart|recover|revert|drain|troubleshoot|"
    r"verify|fail|roll)(?:ing)?|(?:restor|rotat|scal|mitigat|diagnos)(?:e|ing)|failover)\b"
    r"|\b(?:procedures?|steps|rollback|failover|recovery|restore|remediation|mitigation|resolution|"
    r"checklist|instructions|troubleshooting|diagnosis|verification)\s*(?:\([^)]*\))?\s*:?$",
    re.IGNORECASE,
)
_UNWRITTEN = re.compile(
    r"[\W_]*(?:tb[dac]|to ?do|fixme|wip|coming soon|work in progress|under construction|"
    r"to be (?:written|done|defined|added|documented|determined|completed))(?![A-Za-z]).{0,40}",
    re.IGNORECASE,
)
_NOTHING = re.compile(r"\s*(?:[-*_]{3,}|<br\s*/?>|<a [^>]*>\s*</a>)?\s*")
_PARTS = re.compile(r"\W*(?:step|part|phase|option|case|method|\d+|[a-z])\b[\W\d]", re.IGNORECASE)


def check(subject: Subject) -> Iterator[Finding]:
    """Report headings below the title that promise steps and own no line."""
    headings = subject.runbook.headings
    if is_template(subject):
        return
    for at, heading in enumerate(headings):
        if at == 0 or not _PROMISES.search(heading.text):
            continue
        behind = headings[at + 1] if at + 1 < len(headings) else None
        if behind is not None and _belongs(behind, heading):
            continue
        written = subject.derived(_written)
        end = behind.span.line if behind is not None else len(subject.runbook.lines) + 1
        own = [written[n] for n in range(heading.span.end_line + 1, end) if n in written]
        unwritten = _unwritten(own)
        if unwritten is not None and in_english(subject):
            yield RULE.finding(
                heading.span,
                f"“{heading.text}” promises steps, and " + (unwritten or "nothing stands under it"),
                "write the steps, link to where they are, or take the heading out",
                mark=subject.mark(heading.span, heading.text),
            )


def _belongs(behind: Heading, heading: Heading) -> bool:
    """Tell whether the next heading stands under this one, or is a step of it put at its level."""
    return behind.level > heading.level or _PARTS.match(behind.text) is not None


def _written(subject: Subject) -> dict[int, str]:
    """Give the lines that a reader sees something on."""
    lines = {number: subject.line(number) for number in fenced_lines(subject.runbook)}
    for number, text in prose(subject):
        line = subject.line(number)
        if not _NOTHING.fullmatch(text) or "`" in line:
            lines[number] = line
    return lines


def _unwritten(lines: Sequence[str]) -> str | None:
    """Say what stands there instead of steps: "" for nothing; None where there is something."""
    if not lines:
        return ""
    if len(lines) == 1 and _UNWRITTEN.fullmatch(lines[0].strip()):
        return f"under it stands only “{lines[0].strip()}”"
    return None


RULE = Rule("empty-procedure", Severity.WARNING, Confidence.HIGH, check)
