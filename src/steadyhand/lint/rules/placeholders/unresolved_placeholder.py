"""# unresolved-placeholder

## What it does

Finds a placeholder in a command for which nothing says where its value comes from: no earlier
command prints it, no setting holds it, it has no default, and no sentence around speaks of it. A
variable of the shell that nothing in the document sets or mentions is one too; that is a warning,
for bash puts nothing in its place and goes on. One finding for each name.

## Why it is bad

Whoever runs the procedure at night has to stop and find out what belongs there.

## Bad

```bash
aws ecs describe-tasks --cluster shop --tasks <task-arn>
psql -h "$DB_HOST" -c 'SELECT 1'
```

## Good

```bash
# Which tasks are running?
aws ecs list-tasks --cluster shop

# What is wrong with one of them?
aws ecs describe-tasks --cluster shop --tasks <task-arn>

DB_HOST=$(aws rds describe-db-instances --query 'DBInstances[0].Endpoint.Address' --output text)
psql -h "$DB_HOST" -c 'SELECT 1'
```

## How to fix

Put the command that prints the value before the one that needs it, or set the variable in the
block, or give it a default (`${PORT:-5432}`), or say in a sentence where the value is found. What
is the same every time belongs into `steadyhand.toml`.

## Source

https://www.gnu.org/software/bash/manual/bash.html#Shell-Parameter-Expansion
"""

import re
from collections.abc import Iterator

from steadyhand.lint.changes.said import prose
from steadyhand.lint.rule import Rule
from steadyhand.lint.subject import Subject
from steadyhand.model.finding import Confidence, Finding, Severity
from steadyhand.model.runbook import Parameter, Procedure, SourceKind, StepKind

# Words of a name that say nothing about what is meant.
_EMPTY = frozenset(
    "a an the your my our this that new old current existing target source name id ids arn url uri "
    "value number key of to for in no x xx xxx y z".split()
)


def check(subject: Subject) -> Iterator[Finding]:
    """Report each parameter of which nobody speaks once, where it is used first."""
    reported: set[str] = set()
    for procedure in subject.runbook.procedures:
        used = _used(procedure)
        for parameter in procedure.parameters:
            if (
                parameter.name in used - reported
                and parameter.default is None
                and not _told(subject, procedure, parameter)
            ):
                found = list(_unresolved(subject, parameter))
                reported.update(parameter.name for _ in found)
                yield from found


def _used(procedure: Procedure) -> frozenset[str]:
    return frozenset(o.parameter for step in procedure.steps for o in step.parameters)


def _told(subject: Subject, procedure: Procedure, parameter: Parameter) -> bool:
    """Tell whether a sentence speaks of the value: by its very name, or, in the procedure, by all
    the words of it."""
    inner = parameter.spelling.strip("<>[]{}()$%\"' ")
    if parameter.source.kind is SourceKind.ENVIRONMENT:
        sets = rf"(?<![\w$]){re.escape(inner)}\+?=|\bread\b[^\n]*\s{re.escape(inner)}\b"
        names = rf"(?<![\w$-])(?<!\$\{{){re.escape(inner)}(?![\w-])"
        every = "\n".join(subject.runbook.lines)
        return bool(re.search(sets, every) or re.search(names, subject.derived(_every_word)))
    if re.search(rf"(?<![\w-]){re.escape(inner)}(?![\w-])", subject.derived(_every_word)):
        return True
    words = [w for w in re.findall(r"[a-z]+|\d+", _apart(inner).lower()) if w not in _EMPTY]
    said = " ".join((*procedure.parents, procedure.title, prose(subject, procedure))).lower()
    return bool(words) and all(re.search(rf"\b{word}", said) for word in words)


def _apart(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)


def _every_word(subject: Subject) -> str:
    """Give the lines of the document that belong to no command."""
    mute = {
        number
        for step in subject.runbook.steps()
        if step.kind in {StepKind.COMMAND, StepKind.SQL}
        for number in range(step.span.line, step.span.end_line + 1)
    }
    return "\n".join(text for n, text in enumerate(subject.runbook.lines, 1) if n not in mute)


def _unresolved(subject: Subject, parameter: Parameter) -> Iterator[Finding]:
    span = parameter.spans[0]
    mark = subject.mark(span, parameter.spelling)
    give = f"give it with --set {parameter.name}=VALUE"
    match parameter.source.kind:
        case SourceKind.PERSON:
            yield RULE.finding(
                span,
                f"nothing says where the value of `{parameter.spelling}` comes from",
                f"put the command that prints it before this one, or {give}",
                mark=mark,
            )
        case SourceKind.DOCUMENT:
            there = {step.id: step.span for step in subject.runbook.steps()}[parameter.source.step]
            yield RULE.finding(
                span,
                f"nothing in this procedure prints the value of `{parameter.spelling}`",
                f"line {there.line} does: put that command before this one, or {give}",
                mark=mark,
            )
        case SourceKind.ENVIRONMENT:
            yield RULE.finding(
                span,
                f"`{parameter.spelling}` is set nowhere in this document",
                f"set it in the block, or {give}",
                mark=mark,
            )
        case SourceKind.STEP | SourceKind.CONFIGURATION:
            return


RULE = Rule("unresolved-placeholder", Severity.WARNING, Confidence.MEDIUM, check)
