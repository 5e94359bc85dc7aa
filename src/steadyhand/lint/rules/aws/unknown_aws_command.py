"""# unknown-aws-command

## What it does

Holds the words after `aws` against everything the AWS CLI has: services, their operations and
waiters as botocore's models list them, and the commands that the CLI adds by hand. What version 2
alone has is known; what version 2 has no more is reported as a warning.

## Why it is bad

The CLI prints a list of all that it knows and does nothing. In the middle of a procedure nobody
wants to read four hundred names.

## Bad

```bash
aws ecs restart-service --cluster shop --service web
aws rds wait db-instance-ready --db-instance-identifier shop
```

## Good

```bash
aws ecs update-service --cluster shop --service web --force-new-deployment
aws rds wait db-instance-available --db-instance-identifier shop
```

## How to fix

Take the name that is suggested, or look the service up in the reference. If the command is an
alias of your own, allow it and say so.

## Source

https://docs.aws.amazon.com/cli/latest/reference/
"""

from collections.abc import Iterator

from msgspec.structs import replace

from steadyhand.lint.aws.findings import finding, problems
from steadyhand.lint.aws.problems import Kind
from steadyhand.lint.rule import Rule
from steadyhand.lint.subject import Subject
from steadyhand.model.document.finding import Confidence, Finding, Severity

_KINDS = frozenset(
    {
        Kind.UNKNOWN_SERVICE,
        Kind.UNKNOWN_OPERATION,
        Kind.UNKNOWN_WAITER,
        Kind.MISSING_OPERATION,
        Kind.V1_ONLY,
    }
)


def check(subject: Subject) -> Iterator[Finding]:
    """Report each command that the AWS CLI does not have."""
    for used, problem in problems(subject, _KINDS):
        found = finding(RULE, subject, used, problem)
        # A service that is like no other may be newer than the models, or an alias.
        unsure = problem.kind is Kind.UNKNOWN_SERVICE and not problem.right
        if unsure or problem.kind is Kind.V1_ONLY:
            found = replace(found, severity=Severity.WARNING, confidence=Confidence.MEDIUM)
        yield found


RULE = Rule("unknown-aws-command", Severity.ERROR, Confidence.HIGH, check)
