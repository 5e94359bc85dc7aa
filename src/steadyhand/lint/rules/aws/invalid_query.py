"""# invalid-query

## What it does

Reads the JMESPath of `--query` and follows it along the shape of the operation's answer: its
syntax, its functions, and fields, indexes and projections that the answer does not have. Where a
step is not clear, it follows no further.

## Why it is bad

Wrong syntax fails at once. A wrong field does not: the command prints `None` and ends with 0, and
the next command gets `None` as its argument.

## Bad

```bash
aws ecs describe-services --cluster shop --services web --query 'services[0].desiredCuont'
aws ec2 describe-instances --query 'Instances[].InstanceId'
```

## Good

```bash
aws ecs describe-services --cluster shop --services web --query 'services[0].desiredCount'
aws ec2 describe-instances --query 'Reservations[].Instances[].InstanceId'
```

## How to fix

Names are those of the API's answer, in its case. A list wants `[]` or an index before the next
name; a text to compare with stands in single quotes.

## Source

https://jmespath.org/specification.html
"""

from collections.abc import Iterator

from msgspec.structs import replace

from steadyhand.lint.aws.findings import finding, problems
from steadyhand.lint.aws.problems import Kind
from steadyhand.lint.rule import Rule
from steadyhand.lint.subject import Subject
from steadyhand.model.document.finding import Confidence, Finding, Severity

_KINDS = frozenset({Kind.QUERY_SYNTAX, Kind.QUERY_FIELD})


def check(subject: Subject) -> Iterator[Finding]:
    """Report each query that fails, and each that asks for what is not there."""
    for used, problem in problems(subject, _KINDS):
        found = finding(RULE, subject, used, problem)
        if problem.kind is Kind.QUERY_FIELD:
            found = replace(found, severity=Severity.WARNING)
        yield found


RULE = Rule("invalid-query", Severity.ERROR, Confidence.HIGH, check)
