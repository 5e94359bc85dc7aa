"""# invalid-aws-value

## What it does

Checks the values of an AWS CLI command's options against botocore's models: their type, shorthand
and JSON, the keys in them and the ones they must have, the choices, ranges and lengths, and the
characters that a name may have. A range that only the documentation states counts where it is
written in one fixed form ("Constraints: Minimum 20, maximum 100"). Values that are known only
later, or that look made up, are left alone.

## Why it is bad

Some of these the CLI refuses; the others the service refuses, with a message that names the
parameter of its own interface instead of the option. Two values joined by a comma are the best
hidden case: the CLI takes them for one.

## Bad

```bash
aws rds describe-db-snapshots --db-instance-identifier shop --max-records 5
aws ecs run-task --task-definition migrate --launch-type FARGAET
aws ec2 describe-instances --filters Name=vpc-id,Value=vpc-1
```

## Good

```bash
aws rds describe-db-snapshots --db-instance-identifier shop --max-items 5
aws ecs run-task --task-definition migrate --launch-type FARGATE
aws ec2 describe-instances --filters Name=vpc-id,Values=vpc-1
```

## How to fix

Take the value that is suggested. Values of a list stand apart with blanks between them; to see
fewer results, use `--max-items`, which the CLI itself applies.

## Source

https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-parameters-types.html
"""

from collections.abc import Iterator

from msgspec.structs import replace

from steadyhand.lint.aws.findings import finding, problems
from steadyhand.lint.aws.problems import Kind, Problem
from steadyhand.lint.rule import Rule
from steadyhand.lint.subject import Subject
from steadyhand.model.document.finding import Confidence, Finding, Severity

_KINDS = frozenset(
    {
        Kind.WRONG_TYPE,
        Kind.WRONG_SYNTAX,
        Kind.INVALID_CHOICE,
        Kind.OUT_OF_RANGE,
        Kind.WRONG_LENGTH,
        Kind.WRONG_FORM,
        Kind.UNKNOWN_KEY,
        Kind.MISSING_KEY,
    }
)
# What the CLI leaves to the service, and the model may have wrong.
_MODEL_ALONE = frozenset(
    {Kind.INVALID_CHOICE, Kind.OUT_OF_RANGE, Kind.WRONG_LENGTH, Kind.WRONG_FORM}
)


def check(subject: Subject) -> Iterator[Finding]:
    """Report each value that the AWS CLI or the service would refuse."""
    for used, problem in problems(subject, _KINDS):
        found = finding(RULE, subject, used, problem, safe=_is_spelling(problem))
        if problem.kind in _MODEL_ALONE:
            found = replace(found, confidence=Confidence.MEDIUM)
        if problem.kind is Kind.INVALID_CHOICE and _is_case(problem):
            found = replace(found, severity=Severity.WARNING)  # some services take any case
        yield found


def _is_spelling(problem: Problem) -> bool:
    """Whether only case or commas are wrong, so that nothing else can be meant."""
    spaced = problem.wrong.replace(",", " ").split() == problem.right.split()
    return problem.kind is Kind.INVALID_CHOICE and (spaced or _is_case(problem))


def _is_case(problem: Problem) -> bool:
    return problem.right != "" and problem.wrong.casefold() == problem.right.casefold()


RULE = Rule("invalid-aws-value", Severity.ERROR, Confidence.HIGH, check)
