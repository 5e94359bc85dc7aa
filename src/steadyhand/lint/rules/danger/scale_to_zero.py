"""# scale-to-zero

## What it does

Finds a command that scales something to zero while nothing in the document says how many there
were: no command before it shows the count, no later one sets it back, no sentence tells to note it.

## Why it is bad

Scaling to zero is the quickest way to stop writes, and the count is gone with it. An hour later
somebody has to guess, and a service that comes back too small fails again under the first load.

## Bad

```bash
kubectl scale deployment/web --replicas=0
```

## Good

```bash
# Note the number of replicas, for the way back
kubectl get deployment/web -o jsonpath='{.spec.replicas}'

kubectl scale deployment/web --replicas=0
```

## How to fix

Read the count into a variable or onto the screen first, and add the command that sets it again.

## Source

https://docs.aws.amazon.com/cli/latest/reference/ecs/update-service.html
"""

import re
from collections.abc import Iterator

from msgspec import Struct

from steadyhand.actions.words import option
from steadyhand.lint.changes.calls import Call, calls, calls_in
from steadyhand.lint.changes.said import (
    earlier,
    in_english,
    mark_first,
    prose,
    rehearses,
    told_before,
)
from steadyhand.lint.rule import Rule
from steadyhand.lint.subject import Subject
from steadyhand.model.document.finding import Confidence, Finding, Severity

# Which read shows the count that a command sets.
_SHOWN_BY = {
    "aws ecs update-service": r"aws ecs describe-services$",
    "aws autoscaling set-desired-capacity": r"aws autoscaling describe-auto-scaling-groups$",
    "aws autoscaling update-auto-scaling-group": r"aws autoscaling describe-auto-scaling-groups$",
    "docker service scale": r"docker (?:service (?:ls|inspect|ps)|stack services)$",
    "docker service update": r"docker (?:service (?:ls|inspect|ps)|stack services)$",
    "kubectl scale": r"(?:kubectl|oc) (?:get|describe)$",
    "oc scale": r"(?:kubectl|oc) (?:get|describe)$",
}
_NOTED = re.compile(
    r"\b(?:note|record|write down|remember|save|keep|current|previous|original|normal(?:ly)?|usual"
    r"(?:ly)?|default|runs?|expected)\b[^.\n]*\b(?:counts?|replicas?|tasks?|size|instances?|pods?|"
    r"capacity|number|scale)\b|\b\d+\s+(?:replicas?|tasks?|instances?|pods?)\b|"
    r"--(?:desired-count|desired-capacity|replicas)[= ]\d*[1-9]|\b(?:back|up) to \d",
    re.IGNORECASE,
)
_FOR_GOOD = re.compile(
    r"\b(?:decommission\w*|tear(?:ing)?[- ]?down|uninstall\w*|delet\w+|remov\w+|retir\w+|"
    r"clean(?:ing)?[- ]?up|migrat\w+ away|sunset\w*)\b",
    re.IGNORECASE,
)


def check(subject: Subject) -> Iterator[Finding]:
    """Report each scaling to zero of which nothing says how to take it back."""
    if not in_english(subject):
        return
    for call in calls(subject):
        scaled = _scaled(call)
        if scaled is not None and scaled.count == "0" and not _known(subject, call, scaled):
            yield RULE.finding(
                call.step.span,
                f"`{call.short}` sets the count to 0, and nothing says what it was",
                "show the count before, and add the command that sets it again",
                mark=mark_first(subject, call.step, *scaled.spellings),
            )


class _Scaled(Struct, frozen=True):
    name: str
    count: str
    option: str

    @property
    def spellings(self) -> tuple[str, ...]:
        return f"{self.option} {self.count}", f"{self.option}={self.count}", self.option


def _scaled(call: Call) -> _Scaled | None:
    """Say what a command scales, and to how many."""
    if call.short not in _SHOWN_BY:
        return None
    if call.aws is not None:
        name = call.get("--service") or call.get("--auto-scaling-group-name") or ""
        for count in ("--desired-count", "--desired-capacity", "--max-size"):
            if (value := call.get(count)) is not None:
                return _Scaled(name, value, count)
        return None
    last = call.words[-1]
    if call.short == "docker service scale":
        name, _, value = last.partition("=")
        return _Scaled(name, value, name)
    replicas = option(call.argv, "--replicas")
    return None if replicas is None else _Scaled(last.rpartition("/")[2], replicas, "--replicas")


def _known(subject: Subject, call: Call, scaled: _Scaled) -> bool:
    """Tell whether the count that was is shown, noted, or set again."""
    procedure = call.procedure
    here = f"{procedure.title}\n{call.step.title}\n{call.step.section}"
    said = told_before(subject, procedure, call.step)
    said += "\n" + prose(subject, procedure, call.step.span.end_line + 1)
    return (
        rehearses(procedure)
        or _FOR_GOOD.search(here) is not None
        or _NOTED.search(said) is not None
        or any(_shows(call, other) for other in _read_before(subject, call))
        or any(_sets_again(scaled, _scaled(other)) for other in calls(subject))
    )


def _read_before(subject: Subject, call: Call) -> Iterator[Call]:
    """Give what runs before a command in its procedure, and in the ones before it."""
    procedure = call.procedure
    for step in procedure.steps[: procedure.steps.index(call.step) + 1]:
        yield from calls_in(procedure, step)
    for other in earlier(subject, procedure):
        for step in other.steps:
            yield from calls_in(other, step)


def _shows(call: Call, other: Call) -> bool:
    return re.match(_SHOWN_BY[call.short], other.short) is not None


def _sets_again(scaled: _Scaled, other: _Scaled | None) -> bool:
    return other is not None and other.name == scaled.name and other.count != "0"


RULE = Rule("scale-to-zero", Severity.WARNING, Confidence.HIGH, check)
