"""# unresolved-placeholder

## What it does

Finds a placeholder in a command for which nothing says where its value comes from: no earlier
command prints it, no setting holds it, it has no default, and no sentence explains it. To be named
is not to be explained: "call the warm-up endpoint" says nothing of `<endpoint>`, and "the endpoint
from the page of the cluster" does. A variable of the shell that nothing in the document sets or
mentions is one too, for bash puts nothing in its place and goes on. One finding for each name.

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
from collections.abc import Iterable, Iterator

from steadyhand.lint.changes.said import in_english, introduction, prose, title
from steadyhand.lint.rule import Rule
from steadyhand.lint.shell.remote import for_another_machine
from steadyhand.lint.shell.sequences import sequences
from steadyhand.lint.subject import Subject
from steadyhand.lint.writing.explained import (
    bare,
    explained,
    explains_itself,
    mentioned,
    refers_back,
)
from steadyhand.model.document.finding import Confidence, Finding, Severity
from steadyhand.model.document.runbook import Parameter, Procedure, SourceKind, Step, StepKind
from steadyhand.model.document.shell import PartKind, Word

# What may be left out stands in brackets, and no program takes brackets there.
_SYNOPSIS = re.compile(r"(?<=\s)\[(?:-{1,2}[\w-]+[ =])?<[^<>\n]+>[^\[\]\n]*\](?=\s|$|\[)")

_ASSIGNED = re.compile(r"(?<![\w$])(\w+)\+?=")
_DEMANDED = re.compile(r"\$\{(\w+):?\?(?=[^}\s])")
_READS = re.compile(r"\bread\b[^\n]*")
_WORD = re.compile(r"\s(\w+)")
_NAMES = re.compile(r"(`?)(?<![\w$-])(?<!\$\{)(\w+)(?![\w-])")
_SMALL = re.compile(r"[a-z]+")


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
    """Tell whether the document says where the value comes from, or what it is."""
    if parameter.source.kind is SourceKind.ENVIRONMENT:
        return (
            parameter.name in subject.derived(_set)
            or parameter.name in subject.derived(_named)
            or _expanded_elsewhere(procedure, parameter)
        )
    if parameter.source.kind is SourceKind.DOCUMENT and _printed_before(
        subject, procedure, parameter.source.step
    ):
        return True
    everything = subject.derived(_every_word)
    if not in_english(subject):
        return all(word in everything.lower() for word in _parts(parameter.spelling))
    if explains_itself(parameter.spelling) or _in_synopsis(procedure, parameter):
        return True
    if mentioned(parameter.spelling, everything) or _back(subject, procedure, parameter):
        return True
    own = prose(subject, procedure)
    return explained(parameter.spelling, (own, introduction(subject, procedure)))


def _set(subject: Subject) -> frozenset[str]:
    """Give the variables that something sets, or speaks of when nothing has (`${X:?set X}`)."""
    text = subject.runbook.text
    read = (word for match in _READS.finditer(text) for word in _WORD.findall(match[0]))
    return frozenset((*_ASSIGNED.findall(text), *_DEMANDED.findall(text), *read))


def _named(subject: Subject) -> frozenset[str]:
    """Give the variables that are named; a word of small letters has to stand in code marks."""
    found = _NAMES.findall(subject.derived(_every_word))
    return frozenset(name for mark, name in found if mark or not _SMALL.fullmatch(name))


def _expanded_elsewhere(procedure: Procedure, parameter: Parameter) -> bool:
    """Tell whether a variable is meant for other machines only: `expands-here` says it then."""
    used = [step for step in procedure.steps if _uses(step, parameter.name)]
    words = [word for step in used for command in step.commands for word in command.words]
    away = [w for step in used for c in step.commands for w in for_another_machine(c)]
    here = [word for word in words if not any(word is other for other in away)]
    return _holds(away, parameter.name) and not _holds(here, parameter.name)


def _holds(words: Iterable[Word], name: str) -> bool:
    return any(p.kind is PartKind.PARAMETER and p.text == name for w in words for p in w.parts)


def _printed_before(subject: Subject, procedure: Procedure, step: str) -> bool:
    """Tell whether a reader comes past a step on the way: in an earlier "Step N", or right above
    the headings of the procedure."""
    printing = step.rpartition("/")[0]
    sequence = next(one for one in sequences(subject) if procedure in one)
    above = (other for other in subject.runbook.procedures if other.title in procedure.parents)
    passed = (*sequence[: sequence.index(procedure)], *above)
    return any(other.id == printing for other in passed)


def _back(subject: Subject, procedure: Procedure, parameter: Parameter) -> bool:
    """Tell whether the words at a step that uses it take the value from what has been shown."""
    for step in procedure.steps:
        if _uses(step, parameter.name):
            above = subject.line(step.span.line - 1)
            comments = re.findall(r"(?:^|\s)#(.*)", step.text)
            said = (title(step), *([above] if re.match(r"\s*#", above) else ()), *comments)
            if any(refers_back(text) for text in said):
                return True
    return False


def _in_synopsis(procedure: Procedure, parameter: Parameter) -> bool:
    """Tell whether only the way to call a program is shown: `npm view [<package> ...]`."""
    used = [step for step in procedure.steps if _uses(step, parameter.name)]
    return all(_SYNOPSIS.search(step.text) for step in used)


def _uses(step: Step, name: str) -> bool:
    return any(occurrence.parameter == name for occurrence in step.parameters)


def _parts(spelling: str) -> list[str]:
    return re.findall(r"[^\W_]+", bare(spelling).lower()) or [spelling]


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
