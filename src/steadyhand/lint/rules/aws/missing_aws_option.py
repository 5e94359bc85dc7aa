"""# missing-aws-option

## What it does

Finds an AWS CLI command that lacks an option which its operation requires.

## Why it is bad

The CLI refuses the command. Whoever reads the runbook has to find out which value belongs there,
and at that hour there is nobody to ask. `ecs execute-command` is the usual case: the service takes
no command without `--interactive`.

## Bad

```bash
aws ecs execute-command --cluster shop --task 0a1b2c --command /bin/sh
```

## Good

```bash
aws ecs execute-command --cluster shop --task 0a1b2c --interactive --command /bin/sh
```

## How to fix

Add the option. Where the values come from a file, `--cli-input-json file://…` makes all of them
optional, and nothing is reported; neither is anything where a variable may hold more options.

## Source

https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-commandstructure.html
"""

from collections.abc import Iterator

from steadyhand.lint.aws.findings import finding, problems
from steadyhand.lint.aws.problems import Kind
from steadyhand.lint.rule import Rule
from steadyhand.lint.subject import Subject
from steadyhand.model.document.finding import Confidence, Finding, Severity

_KINDS = frozenset({Kind.MISSING_OPTION})


def check(subject: Subject) -> Iterator[Finding]:
    """Report each command that lacks required options, with all of them."""
    for used, problem in problems(subject, _KINDS):
        yield finding(RULE, subject, used, problem)


RULE = Rule("missing-aws-option", Severity.ERROR, Confidence.HIGH, check)
