"""# unresolved-placeholder

## What it does

Finds a placeholder in a command for which nothing says where its value comes from: no earlier
command of the same procedure prints it, no setting holds it, and it has no default. A variable
that no command of the procedure sets, and that the operator must therefore have, is one too.

## Why it is bad

Whoever runs the procedure at night has to stop and find out what belongs there. Some spellings are
worse: bash reads `-h <endpoint> ping` as two redirections, so the command talks to another host
than anyone meant.

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
block, or give it a default (`${PORT:-5432}`). What is the same every time belongs into
`steadyhand.toml`.

## Source

https://www.gnu.org/software/bash/manual/bash.html#Redirections
"""

from collections.abc import Iterator
from dataclasses import replace

from steadyhand.lint.rule import Rule
from steadyhand.lint.subject import Subject
from steadyhand.model.finding import Confidence, Finding, Severity
from steadyhand.model.runbook import Parameter, Procedure, SourceKind


def check(subject: Subject) -> Iterator[Finding]:
    """Report each parameter once for each procedure, where it is used first."""
    for procedure in subject.runbook.procedures:
        used = _used(procedure)
        for parameter in procedure.parameters:
            if parameter.name in used and parameter.default is None:
                yield from _unresolved(subject, parameter)


def _used(procedure: Procedure) -> frozenset[str]:
    return frozenset(o.parameter for step in procedure.steps for o in step.parameters)


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
            steps = subject.runbook.steps()
            there = next(step.span for step in steps if step.id == parameter.source.step)
            yield RULE.finding(
                span,
                f"nothing in this procedure prints the value of `{parameter.spelling}`",
                f"line {there.line} does: put that command before this one, or {give}",
                mark=mark,
            )
        case SourceKind.ENVIRONMENT:
            found = RULE.finding(
                span,
                f"`{parameter.spelling}` is set nowhere in this procedure",
                f"set it in the block, or {give}",
                mark=mark,
            )
            yield replace(found, severity=Severity.WARNING)
        case SourceKind.STEP | SourceKind.CONFIGURATION:
            return


RULE = Rule("unresolved-placeholder", Severity.ERROR, Confidence.HIGH, check)
