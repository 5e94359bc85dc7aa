"""# listener-without-targets

## What it does

Finds a load balancer that is switched to a target group for a service which the procedure has just
created without `--load-balancers`, so that none of its tasks is in any group.

## Why it is bad

The listener forwards to a group with no healthy target: every request is answered with 503, and the
old service is often deleted one step later.

## Bad

```bash
aws ecs create-service --cluster shop --service-name web-green --task-definition web:7
aws elbv2 modify-listener --listener-arn "$LISTENER" \\
  --default-actions "Type=forward,TargetGroupArn=$GREEN"
```

## Good

```bash
aws ecs create-service --cluster shop --service-name web-green --task-definition web:7 \\
  --load-balancers "targetGroupArn=$GREEN,containerName=web,containerPort=8080"
aws elbv2 modify-listener --listener-arn "$LISTENER" \\
  --default-actions "Type=forward,TargetGroupArn=$GREEN"
```

## How to fix

Create the service with `--load-balancers`, and look at the group with `describe-target-health`
before the switch.

## Source

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-load-balancing.html
"""

from collections.abc import Iterator

from steadyhand.lint.changes.calls import Call, calls
from steadyhand.lint.rule import Rule
from steadyhand.lint.subject import Subject
from steadyhand.model.document.finding import Confidence, Finding, Severity

_SWITCHES = frozenset(
    {("elbv2", "modify-listener"), ("elbv2", "modify-rule"), ("elbv2", "create-listener")}
)
_GIVES = ("--load-balancers", "--cli-input-json", "--cli-input-yaml", "--service-registries")


def check(subject: Subject) -> Iterator[Finding]:
    """Report each switch of traffic to a group that the new service is not in."""
    every = calls(subject)
    if any(_registers(call) for call in every):
        return
    created: dict[str, int] = {}  # by procedure
    for call in every:
        if call.operation == ("ecs", "create-service") and not call.has(*_GIVES):
            created[call.procedure.id] = call.step.span.line
        elif call.procedure.id in created and _switches(call):
            yield RULE.finding(
                call.step.span,
                "the traffic goes to a target group, but the service made in line "
                f"{created[call.procedure.id]} has no `--load-balancers` and is in none",
                "create the service with `--load-balancers`",
                mark=subject.mark(call.step.span, call.last_verb),
            )


def _switches(call: Call) -> bool:
    return call.operation in _SWITCHES and "TargetGroupArn" in " ".join(call.argv)


def _registers(call: Call) -> bool:
    """Tell whether a command puts targets into a group by hand, or gives a service one later."""
    return call.operation == ("elbv2", "register-targets") or (
        call.operation == ("ecs", "update-service") and call.has("--load-balancers")
    )


RULE = Rule("listener-without-targets", Severity.WARNING, Confidence.MEDIUM, check)
