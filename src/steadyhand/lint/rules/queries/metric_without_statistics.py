r"""# metric-without-statistics

## What it does

Finds `aws cloudwatch get-metric-statistics` with neither `--statistics` nor
`--extended-statistics`, and with both.

## Why it is bad

CloudWatch refuses the call (`InvalidParameterCombination`): exactly one of them says what is to be
computed. The CLI does not check it, so it comes out when somebody needs the number.

## Bad

```bash
aws cloudwatch get-metric-statistics --namespace AWS/SQS \
  --metric-name NumberOfMessagesSent --dimensions Name=QueueName,Value=orders \
  --start-time "$(date -u -d '1 hour ago' +%FT%TZ)" --end-time "$(date -u +%FT%TZ)" --period 300
```

## Good

```bash
aws cloudwatch get-metric-statistics --namespace AWS/SQS \
  --metric-name NumberOfMessagesSent --dimensions Name=QueueName,Value=orders \
  --start-time "$(date -u -d '1 hour ago' +%FT%TZ)" --end-time "$(date -u +%FT%TZ)" --period 300 \
  --statistics Sum
```

## How to fix

Add `--statistics` with one or more of Average, Sum, Minimum, Maximum, SampleCount, or
`--extended-statistics` with percentiles such as p99, and not both.

## Source

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricStatistics.html
"""

from collections.abc import Iterator

from steadyhand.lint.asked import asked
from steadyhand.lint.rule import Rule
from steadyhand.lint.subject import Subject
from steadyhand.model.document.finding import Confidence, Finding, Severity

OPERATION = "get-metric-statistics"


def check(subject: Subject) -> Iterator[Finding]:
    """Report a request that says no statistic, or both kinds."""
    for command in asked(subject, "cloudwatch", OPERATION):
        plain = "--statistics" in command.options
        extended = "--extended-statistics" in command.options
        if command.lacks("--statistics", "--extended-statistics"):
            message = f"`{OPERATION}` says neither `--statistics` nor `--extended-statistics`"
            help = "add what is wanted, for example --statistics Average"
        elif plain and extended:
            message = f"`{OPERATION}` takes `--statistics` or `--extended-statistics`, not both"
            help = "ask twice, or use get-metric-data"
        else:
            continue
        mark = command.mark(subject, OPERATION)
        yield RULE.finding(command.used.step.span, message, help, mark=mark)


RULE = Rule("metric-without-statistics", Severity.ERROR, Confidence.HIGH, check)
