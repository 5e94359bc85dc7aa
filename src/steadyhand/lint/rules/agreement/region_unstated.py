r"""# region-unstated

## What it does

Notes that a document changes something with AWS commands and says nowhere in which region or with
which profile: no `--region`, no `--profile`, no variable, no sentence.

## Why it is bad

The commands act on whatever the shell of the person who runs them is set up for. That is how the
wrong account's database is restarted.

## Bad

```bash
aws ecs update-service --cluster shop --service web --desired-count 4
```

## Good

```bash
export AWS_PROFILE=shop-production
aws ecs update-service --cluster shop --service web --desired-count 4
```

## How to fix

Set `AWS_PROFILE` or `AWS_REGION` in the first block of the document, or say in its first lines how
one gets there, and let people look with `aws sts get-caller-identity`.

## Source

https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-envvars.html
"""

from collections.abc import Iterator

from steadyhand.lint.regions import is_set, regional, value_of
from steadyhand.lint.rule import Rule
from steadyhand.lint.subject import Subject
from steadyhand.model.document.finding import Confidence, Finding, Severity
from steadyhand.model.effect import Effect


def check(subject: Subject) -> Iterator[Finding]:
    """Report a document at most once, at its first AWS command that changes something."""
    commands = regional(subject)
    changing = [used for used in commands if used.classified.effect > Effect.READ]
    if not changing or is_set(subject):
        return
    if any(value_of(used, "--region", "--profile") is not None for used in commands):
        return
    used = changing[0]
    yield RULE.finding(
        used.step.span,
        f"nothing says in which account and region the {len(commands)} AWS commands are run",
        "set `AWS_PROFILE` or `AWS_REGION` first, or say how one gets there",
        mark=subject.mark(used.step.span, "aws"),
    )


RULE = Rule("region-unstated", Severity.NOTE, Confidence.MEDIUM, check)
