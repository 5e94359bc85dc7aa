"""# task-without-network

## What it does

Finds `aws ecs run-task` or `create-service` on Fargate without `--network-configuration`. Where the
command names no launch type, but the document's others on that cluster run on Fargate, it is a
warning.

## Why it is bad

Fargate tasks have a network interface of their own, and the service refuses the call: "Network
Configuration must be provided when networkMode 'awsvpc' is specified".

## Bad

```bash
aws ecs run-task --cluster shop --task-definition migrate --launch-type FARGATE
```

## Good

```bash
aws ecs run-task --cluster shop --task-definition migrate --launch-type FARGATE \\
  --network-configuration "awsvpcConfiguration={subnets=[$SUBNETS],securityGroups=[$GROUPS]}"
```

## How to fix

Give the subnets and security groups; those of the service can be read with
`describe-services --query 'services[0].networkConfiguration'`.

## Source

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-networking.html
"""

from collections.abc import Iterator
from itertools import pairwise

from msgspec.structs import replace

from steadyhand.actions.words import HOLE
from steadyhand.lint.changes.calls import Call, calls
from steadyhand.lint.rule import Rule
from steadyhand.lint.subject import Subject
from steadyhand.model.document.finding import Confidence, Finding, Severity

_STARTS = frozenset({("ecs", "run-task"), ("ecs", "create-service")})
_SAYS = ("--launch-type", "--capacity-provider-strategy")
_GIVES = ("--network-configuration", "--cli-input-json", "--cli-input-yaml")
_SEVERITY = {True: Severity.ERROR, False: Severity.WARNING}  # by whether it says FARGATE


def check(subject: Subject) -> Iterator[Finding]:
    """Report each start of a Fargate task that has no network."""
    started = [call for call in calls(subject) if call.operation in _STARTS]
    on_fargate = {call.get("--cluster") for call in started if _fargate(call)}
    mixed = {call.get("--cluster") for call in started if _on_machines(call)}
    for call in started:
        sure = _fargate(call)
        likely = not call.has(*_SAYS) and call.get("--cluster") in on_fargate - mixed
        if not (sure or likely) or call.has(*_GIVES) or _open(call):
            continue
        found = RULE.finding(
            call.step.span,
            f"`{call.short}` gives no network, and a task on Fargate needs one",
            "add `--network-configuration` with subnets and security groups",
            mark=subject.mark(call.step.span, call.last_verb),
        )
        yield replace(found, severity=_SEVERITY[sure])


def _fargate(call: Call) -> bool:
    provider = call.get("--capacity-provider-strategy") or ""
    return call.get("--launch-type") == "FARGATE" or "FARGATE" in provider


def _on_machines(call: Call) -> bool:
    return call.get("--launch-type") in {"EC2", "EXTERNAL"}


def _open(call: Call) -> bool:
    """Tell whether a word stands there that bash may turn into options."""
    return any(word == HOLE and not before.startswith("--") for before, word in pairwise(call.argv))


RULE = Rule("task-without-network", Severity.ERROR, Confidence.HIGH, check)
