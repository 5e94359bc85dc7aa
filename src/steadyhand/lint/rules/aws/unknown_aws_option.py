"""# unknown-aws-option

## What it does

Reads the words of an AWS CLI command as the CLI's own parser does, and reports what it would
refuse: an option that the command does not have, an abbreviation that fits several, an option
without its value or with one too many, and words that belong to no option.

## Why it is bad

The command ends before anything is sent. Often the name is nearly right: singular for plural, or
the option of the operation next door.

## Bad

```bash
aws rds wait db-instance-available --db-instance-identifiers shop
aws ecs list-tasks --cluster shop --services web
```

## Good

```bash
aws rds wait db-instance-available --db-instance-identifier shop
aws ecs list-tasks --cluster shop --service-name web
```

## How to fix

Take the option that is suggested. A waiter has the options of the operation that it asks.

## Source

https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-options.html
"""

from collections.abc import Iterator

from steadyhand.lint.aws.findings import finding, problems
from steadyhand.lint.aws.problems import Kind, Problem
from steadyhand.lint.rule import Rule
from steadyhand.lint.subject import Subject
from steadyhand.model.document.finding import Confidence, Finding, Severity

_KINDS = frozenset(
    {
        Kind.UNKNOWN_OPTION,
        Kind.AMBIGUOUS_OPTION,
        Kind.UNEXPECTED_WORD,
        Kind.MISSING_VALUE,
        Kind.UNWANTED_VALUE,
    }
)


def check(subject: Subject) -> Iterator[Finding]:
    """Report each option and word that the AWS CLI would not take."""
    for used, problem in problems(subject, _KINDS):
        yield finding(RULE, subject, used, problem, safe=_is_slip(problem))


def _is_slip(problem: Problem) -> bool:
    """Whether only a plural's `s` or the case is wrong, so that nothing else can be meant."""
    wrong, right = problem.wrong.casefold(), problem.right.casefold()
    return problem.kind is Kind.UNKNOWN_OPTION and wrong.removesuffix("s") == right.removesuffix(
        "s"
    )


RULE = Rule("unknown-aws-option", Severity.ERROR, Confidence.HIGH, check)
