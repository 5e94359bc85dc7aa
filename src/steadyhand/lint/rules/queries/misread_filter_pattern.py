r"""# misread-filter-pattern

## What it does

Finds a log filter pattern that CloudWatch Logs accepts and reads differently than a person would:
`"ERROR|WARN"` in quotes is that text and no choice, `ERROR WARN` and `ERROR OR WARN` want all the
words in one event, `?ERROR timeout` ignores what has the question mark, `order-17` excludes every
event with `17`, `[ERROR]` only names a field and matches everything.

## Why it is bad

The search runs and finds nothing, or everything. Both look like an answer.

## Bad

```bash
aws logs tail /shop/api --since 1h --filter-pattern '"ERROR|WARN"'
aws logs tail /shop/api --since 1h --filter-pattern "ERROR OR WARN"
aws logs tail /shop/api --since 1h --filter-pattern "?ERROR timeout"
aws logs tail /shop/api --since 1h --filter-pattern "order-17"
aws logs tail /shop/api --since 1h --filter-pattern "[ERROR]"
```

## Good

```bash
aws logs tail /shop/api --since 1h --filter-pattern '?ERROR ?WARN'
aws logs tail /shop/api --since 1h --filter-pattern 'ERROR timeout'
aws logs tail /shop/api --since 1h --filter-pattern '"order-17"'
aws logs tail /shop/api --since 1h --filter-pattern '"[ERROR]"'
```

## How to fix

Write what is meant: `?a ?b` for events with any of the words, `a b` for events with all of them,
`"a b"` for the exact text, `%a|b%` for a regular expression.

## Source

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
"""

from collections.abc import Iterator

from msgspec.structs import replace

from steadyhand.lint.asked import PATTERN_OPTIONS, Asked, asked, for_shell
from steadyhand.lint.rule import Rule
from steadyhand.lint.subject import Subject
from steadyhand.model.document.finding import Confidence, Finding, Severity
from steadyhand.model.filter_pattern import (
    BadPattern,
    Remark,
    RemarkKind,
    parse_pattern,
    remarks,
)

# Words side by side are what AWS's page shows first; nobody is surprised by what they find.
EXPECTED = frozenset({RemarkKind.SEVERAL_TERMS})
SEVERITIES = {RemarkKind.UNLISTED_ESCAPE: Severity.NOTE}


def check(subject: Subject) -> Iterator[Finding]:
    """Report each pattern that is known, for what it means besides what it looks like."""
    for command in asked(subject, "logs", *PATTERN_OPTIONS):
        pattern = command.text(PATTERN_OPTIONS[command.operation])
        if pattern is None:
            continue
        try:
            found = remarks(parse_pattern(pattern))
        except BadPattern:
            continue  # `invalid-filter-pattern` says it
        for remark in found:
            if remark.kind not in EXPECTED:
                yield _finding(subject, command, pattern, remark)


def _finding(subject: Subject, command: Asked, pattern: str, remark: Remark) -> Finding:
    found = RULE.finding(
        command.used.step.span,
        remark.message,
        for_shell(remark.help),
        mark=command.mark(subject, pattern),
    )
    return replace(found, severity=SEVERITIES.get(remark.kind, RULE.severity))


RULE = Rule("misread-filter-pattern", Severity.WARNING, Confidence.HIGH, check)
