r"""# first-of-empty-list

## What it does

Finds a value that is taken out of a list (`taskArns[0]`, or all of `taskArns[]`) and handed to the
next `aws` command, where the list is empty in just the case that matters: no task runs, no instance
has the tag. Only where nothing checks for it.

## Why it is bad

`--output text` prints the word `None` for an element that is not there, and nothing for an empty
list. The next command then complains about a task called `None`, or about a missing argument, while
the outage that it was to diagnose is that no task runs.

## Bad

```bash
aws ecs describe-tasks --cluster shop \
  --tasks $(aws ecs list-tasks --cluster shop --query 'taskArns[0]' --output text)
```

## Good

```bash
TASK=$(aws ecs list-tasks --cluster shop --service-name web --query 'taskArns[0]' --output text)
[ "$TASK" != "None" ] || echo "no task runs: look at the service's events"
aws ecs describe-tasks --cluster shop --tasks "$TASK"
```

## How to fix

Keep the value in a variable and stop where it is `None` (for one element) or empty (for a list):
`[ "$TASK" != "None" ] || exit 1`. For tasks, look at stopped ones (`--desired-status STOPPED`) and
at the service's events instead.

## Source

https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-output-format.html
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from steadyhand.lint.asked import Asked, asked
from steadyhand.lint.rule import Rule
from steadyhand.lint.subject import Subject, Used
from steadyhand.model.finding import Confidence, Finding, Severity
from steadyhand.model.runbook import Step
from steadyhand.model.shell import PartKind


@dataclass(frozen=True)
class Emptiable:
    """A list that may be empty without an error; with one of `sure` AWS reports what is absent."""

    key: str
    when: str
    sure: tuple[str, ...] = ()


LISTS: Mapping[tuple[str, str], Emptiable] = {
    ("ecs", "list-tasks"): Emptiable("taskArns", "no task runs"),
    ("ecs", "list-container-instances"): Emptiable(
        "containerInstanceArns", "no instance is registered"
    ),
    ("ec2", "describe-instances"): Emptiable(
        "Reservations", "no instance fits", ("--instance-ids",)
    ),
    ("autoscaling", "describe-auto-scaling-groups"): Emptiable(
        "AutoScalingGroups", "there is no such group"
    ),
    ("ssm", "describe-instance-information"): Emptiable(
        "InstanceInformationList", "no instance is managed"
    ),
    ("rds", "describe-db-snapshots"): Emptiable(
        "DBSnapshots", "there is no snapshot", ("--db-snapshot-identifier",)
    ),
    ("ec2", "describe-images"): Emptiable("Images", "no image fits", ("--image-ids",)),
    ("ec2", "describe-snapshots"): Emptiable("Snapshots", "no snapshot fits", ("--snapshot-ids",)),
}


@dataclass(frozen=True)
class Taken:
    """What a query takes: one element (`None` when there is none) or a whole list."""

    text: str
    one: bool


def check(subject: Subject) -> Iterator[Finding]:
    """Report each such value that an `aws` command gets unchecked."""
    for (service, operation), listed in LISTS.items():
        for command in asked(subject, service, operation):
            taken = _taken(command, listed.key)
            if taken is None or not command.lacks(*listed.sure):
                continue
            if command.used.command.nested and _handed_on(subject, command.used, taken):
                yield _finding(subject, command, listed, taken)


def _taken(command: Asked, key: str) -> Taken | None:
    query = command.text("--query")
    if query is None or command.text("--output") != "text" or "||" in query:
        return None
    whole = re.fullmatch(rf"{key}(?:\[\*?\])?", query)
    if whole is not None:
        return Taken(query, one=False)
    first = re.match(rf"{key}\[(?:0|-1)\]|{key}\[\*?\][^|]*\|\s*\[(?:0|-1)\]", query)
    return Taken(query, one=True) if first is not None else None


def _handed_on(subject: Subject, used: Used, taken: Taken) -> bool:
    """Tell whether the value reaches an `aws` command without a look at it."""
    step = used.step
    if any(_holds(outer, used) for outer in subject.used if outer.step is step):
        return True
    variable = _variable(step, used)
    if variable is None:
        return False
    steps = used.procedure.steps
    after = steps[steps.index(step) :]
    lines = [subject.line(n) for n in range(step.span.end_line + 1, after[-1].span.end_line + 1)]
    text = "\n".join([step.text, *lines])
    return _uses(subject, variable, after) and not _checked(variable, text, taken)


def _holds(outer: Used, inner: Used) -> bool:
    """Tell whether an outer `aws` command has the inner one in a word of its own."""
    if outer.name != "aws" or outer.command.nested:
        return False
    query = [word.literal for word in inner.words if word.literal is not None]
    return any(
        part.kind is PartKind.DYNAMIC
        and part.text.startswith(("$(", "`"))
        and all(text in part.text for text in query)
        and "||" not in re.sub(r"'[^']*'|\"[^\"]*\"", "", part.text)
        and "|" not in re.sub(r"'[^']*'|\"[^\"]*\"|\|\|", "", part.text)
        for word in outer.words
        for part in word.parts
    )


def _variable(step: Step, used: Used) -> str | None:
    """Give the variable that the step puts the command's output into."""
    if step.statement is None:
        return None
    for assignment in step.statement.assignments:
        if assignment.command is not None and assignment.command.words == used.command.words:
            return assignment.name
    return None


def _uses(subject: Subject, variable: str, steps: tuple[Step, ...]) -> bool:
    spelled = re.compile(rf"\$\{{?{re.escape(variable)}\b")
    return any(
        spelled.search(part.text) is not None
        for used in subject.named("aws")
        if used.step in steps
        for word in used.words
        for part in word.parts
        if part.kind is PartKind.DYNAMIC
    )


def _checked(variable: str, text: str, taken: Taken) -> bool:
    """Tell whether a later line looks at the variable before it is used."""
    name = re.escape(variable)
    if re.search(rf"\$\{{{name}:?[?+-]", text) or re.search(rf"\bin\s+\"?\$\{{?{name}\b", text):
        return True  # a default, an abort, or a loop
    looks = re.search(rf"(?:\[|\b(?:test|case|if)\b)[^\n]*\$\{{?{name}\b", text)
    if looks is None:
        return False
    return not taken.one or "None" in text


def _finding(subject: Subject, command: Asked, listed: Emptiable, taken: Taken) -> Finding:
    if taken.one:
        message = f"`{taken.text}` is the word `None` when {listed.when}"
        help = 'keep it in a variable and stop at None: [ "$X" != "None" ] || exit 1'
    else:
        message = f"`{taken.text}` is empty when {listed.when}, and the option gets no value"
        help = 'keep it in a variable and stop when it is empty: [ -n "$X" ] || exit 1'
    mark = command.mark(subject, taken.text)
    return RULE.finding(command.used.step.span, message, help, mark=mark)


RULE = Rule("first-of-empty-list", Severity.WARNING, Confidence.MEDIUM, check)
