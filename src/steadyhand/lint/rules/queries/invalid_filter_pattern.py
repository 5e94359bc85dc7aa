r"""# invalid-filter-pattern

## What it does

Finds a log filter pattern that CloudWatch Logs does not accept: a sign outside of double quotes, a
brace or quote that is never closed, an operator that does not exist, a regular expression with
groups.

## Why it is bad

The search ends with `InvalidParameterException` and shows nothing. The usual cause is the shell:
`--filter-pattern "level=ERROR"` hands over `level=ERROR` without quotes, but everything besides
letters, digits and `_` needs quotes that arrive.

## Bad

```bash
aws logs tail /shop/api --since 1h --filter-pattern "ERROR|CRITICAL"
aws logs tail /shop/api --since 1h --filter-pattern "level=ERROR"
aws logs tail /shop/api --since 1h --filter-pattern '{ $.status == 500 }'
```

## Good

```bash
aws logs tail /shop/api --since 1h --filter-pattern '?ERROR ?CRITICAL'
aws logs tail /shop/api --since 1h --filter-pattern '"level=ERROR"'
aws logs tail /shop/api --since 1h --filter-pattern '{ $.status = 500 }'
```

## How to fix

Put the pattern into single quotes for the shell, and texts with signs into double quotes inside.
One term of several is written `?a ?b`, a regular expression `%a|b%` (without parentheses), a
condition on JSON `{ $.status >= 500 && $.method = "POST" }`, one on the words of a line
`[time, level=ERROR, ...]`.

## Source

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
"""

from collections.abc import Iterator

from steadyhand.lint.asked import PATTERN_OPTIONS, asked, for_shell
from steadyhand.lint.rule import Rule
from steadyhand.lint.subject import Subject
from steadyhand.model.document.finding import Confidence, Finding, Severity
from steadyhand.model.filter_pattern import BadPattern, parse_pattern


def check(subject: Subject) -> Iterator[Finding]:
    """Report each pattern that is known and refused."""
    for command in asked(subject, "logs", *PATTERN_OPTIONS):
        pattern = command.text(PATTERN_OPTIONS[command.operation])
        if pattern is None:
            continue
        try:
            parse_pattern(pattern)
        except BadPattern as bad:
            yield RULE.finding(
                command.used.step.span,
                f"CloudWatch Logs refuses the filter pattern `{pattern}`: {bad.message}",
                for_shell(bad.help),
                mark=command.mark(subject, pattern),
            )


RULE = Rule("invalid-filter-pattern", Severity.ERROR, Confidence.HIGH, check)
