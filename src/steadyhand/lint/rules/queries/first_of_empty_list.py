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

from msgspec import Struct

from steadyhand.lint.asked import Asked, asked
from steadyhand.lint.rule import Rule
from steadyhand.lint.subject import Subject
from steadyhand.model.document.finding import Confidence, Finding, Severity
from steadyhand.model.document.shell import PartKind


class Emptiable(Struct, frozen=True):
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


class Taken(Struct, frozen=True):
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
            if _inline(subject, command, taken) or _through_variable(subject, command, taken):
                yield _finding(subject, command, listed, taken)


def _taken(command: Asked, key: str) -> Taken | None:
    query = command.text("--query") or ""
    if command.text("--output") != "text" or "||" in query:
        return None
    if re.fullmatch(rf"{key}(?:\[\*?\])?", query):
        return Taken(query, one=False)
    first = re.match(rf"{key}\[(?:0|-1)\]|{key}\[\*?\][^|]*\|\s*\[(?:0|-1)\]", query)
    return Taken(query, one=True) if first else None


def _inline(subject: Subject, command: Asked, taken: Taken) -> bool:
    """Tell whether another `aws` command has this one, and no more, in a word of its own."""
    return any(
        part.text.startswith("$(")
        and command.operation in part.text
        and taken.text in part.text
        and "|" not in _unquoted(part.text)
        for outer in subject.named("aws")
        if outer.step is command.used.step
        for word in outer.words
        for part in word.parts
    )


def _unquoted(text: str) -> str:
    return re.sub(r"'[^']*'|\"[^\"]*\"", "", text)


def _through_variable(subject: Subject, command: Asked, taken: Taken) -> bool:
    """Tell whether it goes into a variable, and from there to `aws` without a look at it."""
    step, procedure = command.used.step, command.used.procedure
    assignments = step.statement.assignments if step.statement else ()
    last = procedure.steps[-1].span.end_line
    lines = [subject.line(number) for number in range(step.span.line, last + 1)]
    return "|" not in _unquoted(step.text) and any(
        _uses(subject, assignment.name, command) and not _checked(assignment.name, lines, taken)
        for assignment in assignments
        if assignment.command == command.used.command
    )


def _uses(subject: Subject, variable: str, command: Asked) -> bool:
    spelled = re.compile(rf"\$\{{?{re.escape(variable)}\b")
    return any(
        spelled.search(part.text)
        for used in subject.named("aws")
        if used.procedure is command.used.procedure
        for word in used.words
        for part in word.parts
        if part.kind is PartKind.DYNAMIC
    )


def _checked(variable: str, lines: list[str], taken: Taken) -> bool:
    """Tell whether a line looks at the variable, has a default for it, or loops over it."""
    spelled = rf"\$\{{?{re.escape(variable)}\b"
    cared = re.compile(rf"{spelled}:?[?+-]|\bin\s+\"?{spelled}")
    looked = re.compile(rf"(?:\[|\b(?:test|case|if)\b).*{spelled}")
    text = "\n".join(lines)
    if cared.search(text):
        return True
    return looked.search(text) is not None and (not taken.one or "None" in text)


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
