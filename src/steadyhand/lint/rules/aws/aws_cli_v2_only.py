"""# aws-cli-v2-only

## What it does

Says once in a document for each command and option that version 2 of the AWS CLI has and version 1
has not, such as `aws logs tail`.

## Why it is bad

It is not, with version 2. On a machine with version 1, which is still in many images, the command
fails; so a runbook should say which version it is written for.

## Bad

```bash
aws logs tail /shop/web --since 10m
```

## Good

```bash
aws logs filter-log-events --log-group-name /shop/web --start-time 1767225600000
```

## How to fix

Write once what the runbook needs, for example beside its other prerequisites, and ignore the rule
in `steadyhand.toml`; or use what both versions have.

## Source

https://docs.aws.amazon.com/cli/latest/userguide/cliv2-migration-changes.html
"""

from collections import Counter
from collections.abc import Iterator

from msgspec.structs import replace

from steadyhand.lint.aws.findings import finding, problems
from steadyhand.lint.aws.problems import Kind
from steadyhand.lint.rule import Rule
from steadyhand.lint.subject import Subject
from steadyhand.model.document.finding import Confidence, Finding, Severity

_KINDS = frozenset({Kind.V2_ONLY})


def check(subject: Subject) -> Iterator[Finding]:
    """Report the first use of each command and option of version 2, and how many more there are."""
    found = list(problems(subject, _KINDS))
    uses = Counter(problem.message for _, problem in found)
    for used, problem in found:
        if (count := uses.pop(problem.message, 0)) == 0:
            continue
        times = "once more" if count == 2 else f"{count - 1} more times"
        more = f" (and {times} below)" if count > 1 else ""
        one = finding(RULE, subject, used, problem)
        yield replace(one, message=one.message + more)


RULE = Rule("aws-cli-v2-only", Severity.NOTE, Confidence.HIGH, check)
