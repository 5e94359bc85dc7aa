r"""# inconsistent-region

## What it does

Notes that some of a document's AWS commands name the region and others do not, and nothing sets it.
Services that have no regions (IAM, Route 53, CloudFront, S3) need not name one, and what CloudFront
takes from `us-east-1` alone may.

## Why it is bad

On a machine that is set up for another region, half of the commands speak of one system and half of
another; "not found" then looks like an outage.

## Bad

```bash
aws elbv2 describe-load-balancers --names shop --region eu-west-1
aws ecs describe-services --cluster shop --services web
aws ecs update-service --cluster shop --service web --desired-count 4
```

## Good

```bash
export AWS_REGION=eu-west-1
aws elbv2 describe-load-balancers --names shop
aws ecs describe-services --cluster shop --services web
aws ecs update-service --cluster shop --service web --desired-count 4
```

## How to fix

Set `AWS_REGION` at the top of the document, or write `--region` in every command.

## Source

https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-quickstart.html#cli-configure-quickstart-precedence
"""

from collections.abc import Iterator

from steadyhand.lint.regions import NEEDS_VIRGINIA, is_set, regional, service, value_of
from steadyhand.lint.rule import Rule
from steadyhand.lint.subject import Subject
from steadyhand.model.document.finding import Confidence, Finding, Severity


def check(subject: Subject) -> Iterator[Finding]:
    """Report a document at most once: the first command of the smaller number."""
    commands = regional(subject)
    named = [
        (used, region)
        for used in commands
        if (region := value_of(used, "--region")) is not None
        and not (region == "us-east-1" and service(used) in NEEDS_VIRGINIA)
    ]
    silent = [used for used in commands if value_of(used, "--region", "--profile") is None]
    if not named or not silent or is_set(subject):
        return
    total = len(named) + len(silent)
    if len(named) <= len(silent):
        used, region = named[0]
        yield RULE.finding(
            used.step.span,
            f"{len(named)} of {total} AWS commands name the region, {len(silent)} do not",
            f"set `AWS_REGION={region}` once for all of them",
            mark=subject.mark(used.step.span, "--region"),
        )
    else:
        used = silent[0]
        yield RULE.finding(
            used.step.span,
            f"this AWS command does not name the region, as {len(named)} of {total} do",
            f"write `--region {named[0][1]}` here too",
        )


RULE = Rule("inconsistent-region", Severity.NOTE, Confidence.MEDIUM, check)
