"""# delete-of-unnamed-resource

## What it does

Finds a delete command whose target nothing else in the documents names, in a procedure that creates
or uses another one of nearly the same name: the procedure makes `web-green` and, at its end,
deletes `web-blue`, of which nobody has heard before.

## Why it is bad

Either the command fails, because there is no such thing, and the old one stays and costs money; or
there is one, and it is something else than meant.

## Bad

```bash
aws ecs create-service --cluster shop --service-name web-green --task-definition web:7
aws ecs delete-service --cluster shop --service web-blue --force
```

## Good

```bash
# The service in use is web-blue
aws ecs describe-services --cluster shop --services web-blue web-green

aws ecs create-service --cluster shop --service-name web-green --task-definition web:7
aws ecs delete-service --cluster shop --service web-blue --force
```

## How to fix

Read the name first, with a command whose answer shows it, or name the thing where the system is
described.

## Source

https://docs.aws.amazon.com/cli/latest/reference/ecs/delete-service.html
"""

import re
from collections.abc import Iterator

from steadyhand.actions.words import known
from steadyhand.lint.changes.calls import Call, calls
from steadyhand.lint.rule import Rule
from steadyhand.lint.subject import Subject
from steadyhand.model.document.finding import Confidence, Finding, Severity

# What is named by these options is deleted, or made.
_NAMED_BY = (
    "--service --service-name --db-instance-identifier --db-cluster-identifier --cluster-name "
    "--function-name --table-name --replication-group-id --cache-cluster-id --stack-name --name "
    "--repository-name --auto-scaling-group-name --cluster"
).split()
_VERBS = re.compile(r"\b(?:create|delete)\b")
_PART = re.compile(r"[-_.]")


def check(subject: Subject) -> Iterator[Finding]:
    """Report each delete of a name that stands nowhere else beside one that is nearly the same."""
    made: dict[tuple[str, str], set[str]] = {}
    for call in calls(subject):
        if not _VERBS.search(" ".join(call.argv[:6])):
            continue
        verb, kind, name = _names(call)
        place = (call.procedure.id, kind)
        if verb == "create" and name:
            made.setdefault(place, set()).add(name)
        elif verb == "delete" and name:
            near = sorted(other for other in made.get(place, ()) if _near(name, other))
            if near and _times(subject, name) == 1:
                yield RULE.finding(
                    call.step.span,
                    f"nothing else here names `{name}`; this procedure makes `{near[0]}`",
                    "read the name with a command first, or name it where the system is described",
                    mark=subject.mark(call.step.span, name),
                )


def _names(call: Call) -> tuple[str, str, str]:
    """Say what a command does to what: verb, kind and name; the name "" where it is not known."""
    if call.name in {"kubectl", "oc"} and len(call.words) > 2:
        verb, kind, name = call.words[:3]
    else:
        verb, _, kind = call.operation[1].partition("-")
        name = next((value for option in _NAMED_BY if (value := call.get(option))), "")
    return verb, kind, name if known(name) else ""


def _near(name: str, other: str) -> bool:
    """Tell whether two names differ in their last part alone, or one lacks it."""
    first, second = tuple(_PART.split(name)), tuple(_PART.split(other))
    return bool({first, first[:-1]} & {second, second[:-1]} - {()})


def _times(subject: Subject, name: str) -> int:
    """Count how often a name stands in the documents."""
    whole = re.compile(rf"(?<![\w-]){re.escape(name)}(?![\w-])")
    documents = subject.folder or (subject.runbook,)
    return sum(len(whole.findall(runbook.text)) for runbook in documents)


RULE = Rule("delete-of-unnamed-resource", Severity.WARNING, Confidence.MEDIUM, check)
