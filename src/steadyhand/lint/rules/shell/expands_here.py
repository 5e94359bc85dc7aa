r"""# expands-here

## What it does

Finds what the shell in front of the operator expands although it is meant for another machine: in
double quotes (or no quotes) of a command for `ssh`, `kubectl exec`, `docker exec` or
`aws ecs execute-command`, a variable that the document sets nowhere and uses nowhere else,
`$HOSTNAME`, `$(pgrep …)`; and `$1` in an `awk` program that stands in double quotes.

## Why it is bad

The other machine gets the value of this one, mostly an empty one: `psql -h  -U  -c …`. The address
that only the container knows is never asked for. `awk '{print $2}'` becomes `awk '{print }'`, which
prints whole lines, and whatever kills those "process ids" kills something else.

## Bad

```bash
kubectl exec web-0 -- sh -c "psql -h $DB_HOST -c 'SELECT 1'"
ssh web1 "kill -HUP $(pidof nginx)"
ssh web1 "ps aux | awk '{print $2}'"
```

## Good

```bash
kubectl exec web-0 -- sh -c 'psql -h "$DB_HOST" -c "SELECT 1"'
ssh web1 'kill -HUP "$(pidof nginx)"'
ssh web1 "ps aux | awk '{print \$2}'"

SERVICE=nginx
ssh web1 "systemctl restart $SERVICE"
```

## How to fix

Put the remote command into single quotes, or a backslash before the `$`. Where the value of this
machine is meant, set the variable in the same procedure.

## Source

https://www.gnu.org/software/bash/manual/bash.html#Double-Quotes
"""

import re
from collections.abc import Iterator

from steadyhand.lint.rule import Rule
from steadyhand.lint.shell.blocks import prose
from steadyhand.lint.shell.places import span_of
from steadyhand.lint.shell.remote import bare_program, for_another_machine
from steadyhand.lint.shell.variables import settings
from steadyhand.lint.subject import Subject
from steadyhand.model.document.finding import Confidence, Finding, Severity
from steadyhand.model.document.runbook import Step
from steadyhand.model.document.shell import Command, Part, PartKind

_NAME = re.compile(r"\$(\w+)|\$\{(\w+)\}")
# What these print is true of the machine they run on.
_ASKS_THE_MACHINE = re.compile(
    r"(?:\$\(|`)\s*(?:sudo\s+)?(?:pgrep|pidof|hostname|nproc|uname|ps|cat\s+/(?:proc|etc|var)/)\b"
)
_IN_AWK = re.compile(r"\bawk\b[^|;]*'[^']*$")


def check(subject: Subject) -> Iterator[Finding]:
    """Report each command once for its variables, and once for each of the other kinds."""
    steps = [step for step in subject.runbook.steps() if "$" in step.text or "`" in step.text]
    away = any(for_another_machine(command) for step in steps for command in step.commands)
    here = _meant_here(subject) if away else frozenset()
    for step in steps:
        variables: list[str] = []
        for command in step.commands:
            variables += _variables(command, here, step)
            for text, said in (*_substitutions(command), *_columns(command)):
                yield _finding(subject, step, text, said)
        if variables:
            names = " and ".join(f"`{text}`" for text in dict.fromkeys(variables))
            said = f"this machine's shell expands {names}, and nothing here sets that"
            yield _finding(subject, step, variables[0], said)


def _help(step: Step, text: str) -> str:
    """Say what to write instead; a program that is no shell would get a `$` as it is."""
    for name in filter(None, map(bare_program, step.commands)):
        return f"give it to a shell in there: `sh -c '{name} … {text} …'`"
    return f"write `\\{text}`, or put the command into single quotes"


def _meant_here(subject: Subject) -> frozenset[str]:
    """Name the variables that the document sets, speaks of, or uses on this machine."""
    steps = tuple(subject.runbook.steps())
    names = {setting.name for setting in settings(steps)}
    for step in steps:
        for command in step.commands:
            away = for_another_machine(command)
            for word in command.words:
                if not any(word is other for other in away):
                    names.update(name for part in word.parts if (name := _variable(part)))
    return frozenset(names | set(re.findall(r"\b[A-Z][A-Z0-9_]+\b", "\n".join(prose(subject)))))


def _variable(part: Part) -> str:
    if part.kind is PartKind.PARAMETER:
        return part.text
    match = _NAME.fullmatch(part.text) if part.kind is PartKind.DYNAMIC else None
    return (match.group(1) or match.group(2)) if match else ""


def _variables(command: Command, here: frozenset[str], step: Step) -> Iterator[str]:
    outside = {
        one.parameter: step.text[one.start : one.end]
        for one in step.parameters
        if _NAME.fullmatch(step.text, one.start, one.end) and one.quote != "'"
    }
    for word in for_another_machine(command):
        for part in word.parts:
            name = _variable(part)
            if name == "HOSTNAME" or (name in outside and name not in here):
                yield outside.get(name, part.text)


def _substitutions(command: Command) -> Iterator[tuple[str, str]]:
    for word in for_another_machine(command):
        for part in word.parts:
            if part.kind is PartKind.DYNAMIC and _ASKS_THE_MACHINE.match(part.text):
                yield part.text, f"`{part.text}` is run here, and tells of this machine"


def _columns(command: Command) -> Iterator[tuple[str, str]]:
    """Find the columns of an `awk` program that stands in double quotes as a whole."""
    for word in command.words:
        before = ""
        for part in word.parts:
            column = part.kind is PartKind.DYNAMIC and re.fullmatch(r"\$\d", part.text)
            if column and part.quoted and _IN_AWK.search(before):
                yield part.text, f"`{part.text}` is expanded here, to nothing, and not by `awk`"
            before += part.text


def _finding(subject: Subject, step: Step, text: str, said: str) -> Finding:
    at = step.text.find(text)
    span = span_of(step, max(at, 0))
    return RULE.finding(
        span,
        said,
        _help(step, text),
        mark=subject.mark(span, text),
    )


RULE = Rule("expands-here", Severity.WARNING, Confidence.MEDIUM, check)
