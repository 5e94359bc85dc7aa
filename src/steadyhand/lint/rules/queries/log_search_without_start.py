r"""# log-search-without-start

## What it does

Finds `aws logs filter-log-events` without `--start-time`, over a whole log group.

## Why it is bad

It begins at the oldest event that is kept. In a group of some weeks it pages for minutes before it
reaches today, and with `--max-items` or `--limit` it shows the oldest matches, not those of the
incident.

## Bad

```bash
aws logs filter-log-events --log-group-name /shop/api --filter-pattern ERROR
```

## Good

```bash
aws logs filter-log-events --log-group-name /shop/api --filter-pattern ERROR \
  --start-time "$(( $(date +%s) - 3600 ))000"
aws logs tail /shop/api --filter-pattern ERROR
```

## How to fix

Give `--start-time` in milliseconds: `--start-time "$(( $(date +%s) - 3600 ))000"` is an hour ago.
Or use `aws logs tail --since 1h`, which begins ten minutes ago when `--since` is left out.

## Source

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html
"""

from collections.abc import Iterator

from steadyhand.lint.asked import asked
from steadyhand.lint.rule import Rule
from steadyhand.lint.subject import Subject
from steadyhand.model.document.finding import Confidence, Finding, Severity

# A stream is as long as its task lived, and a page's token has its search behind it.
BOUNDS = (
    "--start-time",
    "--log-stream-names",
    "--log-stream-name-prefix",
    "--next-token",
    "--starting-token",
)
OPERATION = "filter-log-events"


def check(subject: Subject) -> Iterator[Finding]:
    """Report a search of a whole group from its beginning."""
    for command in asked(subject, "logs", OPERATION):
        if command.lacks(*BOUNDS):
            yield RULE.finding(
                command.used.step.span,
                f"`{OPERATION}` without `--start-time` begins at the oldest event of the group",
                'add --start-time "$(( $(date +%s) - 3600 ))000" for the last hour',
                mark=command.mark(subject, OPERATION),
            )


RULE = Rule("log-search-without-start", Severity.WARNING, Confidence.HIGH, check)
