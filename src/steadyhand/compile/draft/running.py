"""Runbooks in, the lines of `[run]` out: what an operator must have at hand for their commands.

Names of variables stand in the documents, so they are written; where the working copy is, no
document can say. Pure.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePath

from steadyhand.compile.draft.toml import comment, quoted
from steadyhand.model.document.runbook import Parameter, Runbook, SourceKind, Step, StepKind
from steadyhand.model.document.shell import REFUSED_VARIABLES, Command, PartKind
from steadyhand.model.document.span import Span

# Programs that work on the files of the folder they are started in.
_ON_FILES = frozenset({"git", "terraform", "make", "npm", "poetry", "docker-compose"})
_A_FILE = re.compile(r"(?:file|fileb)://(?!/)\S+")


def running(runbooks: Sequence[Runbook]) -> Iterator[str]:
    """Write `[run]`; nothing where no command needs anything."""
    named = _variables(runbooks)
    folder = next(filter(None, map(_in_a_folder, _steps(runbooks))), None)
    sql = next((step for step in _steps(runbooks) if step.kind is StepKind.SQL), None)
    if not named and folder is None and sql is None:
        return
    yield "[run]"
    if folder is not None:
        step, what = folder
        yield comment(f'folder = ""  # {_at(step.span)}: {what} is in a working copy: say where')
    for key, secret in (("variables", False), ("secrets", True)):
        mine = [parameter for parameter in named if parameter.secret is secret]
        if mine:
            places = ", ".join(f"{p.name} {_at(p.spans[0])}" for p in mine)
            yield f"{key} = [{', '.join(quoted(p.name) for p in mine)}]  {comment(places)}"
    if sql is not None:
        yield _sql(runbooks, sql, {parameter.name for parameter in named})


def _steps(runbooks: Sequence[Runbook]) -> Iterator[Step]:
    for runbook in runbooks:
        yield from runbook.steps()


def _variables(runbooks: Sequence[Runbook]) -> list[Parameter]:
    """Give each variable that commands expand and no step sets, where it stands first."""
    found: dict[str, Parameter] = {}
    for runbook in runbooks:
        for parameter in (p for procedure in runbook.procedures for p in procedure.parameters):
            name = parameter.name
            taken = parameter.source.kind is SourceKind.ENVIRONMENT and name.isidentifier()
            if taken and name not in REFUSED_VARIABLES:
                kept = found.setdefault(name, parameter)
                if parameter.secret and not kept.secret:
                    found[name] = parameter
    return list(found.values())


def _in_a_folder(step: Step) -> tuple[Step, str] | None:
    """Say what of a step is a file of a working copy; None where nothing is."""
    for command in step.commands:
        name, words = command.name or "", [word.literal or "" for word in command.words]
        if "/" in name and not name.startswith("/"):
            return step, name
        if name == "cd" and words[1:2] and not words[1].startswith(("/", "~", "$")):
            return step, words[1] or "what it changes to"
        if name in _ON_FILES:
            return step, f"what {name} works on"
        if (file := _A_FILE.search(" ".join(words))) is not None:
            return step, file.group()
    return None


def _sql(runbooks: Sequence[Runbook], step: Step, named: set[str]) -> str:
    """Name the variable that psql is given elsewhere in the documents, if it is one."""
    given = {
        name
        for one in _steps(runbooks)
        for command in one.commands
        if (name := _connection(command)) and name in named
    }
    at = _at(step.span)
    if len(given) == 1:
        return (
            f"sql = {quoted(given.pop())}  {comment(f'{at}: SQL, and this is what psql is given')}"
        )
    why = f"psql is given {len(given)} different ones" if given else "no command says which one"
    return comment(f'sql = ""  # {at}: SQL is for a database, and {why}; name a variable of these')


def _connection(command: Command) -> str:
    if command.name != "psql" or len(command.words) < 2 or len(command.words[1].parts) != 1:
        return ""
    part = command.words[1].parts[0]
    return part.text.strip("${}") if part.kind is not PartKind.LITERAL else ""


def _at(span: Span) -> str:
    return f"{PurePath(span.path).name}:{span.line}"
