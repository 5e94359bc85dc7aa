"""A runbook, its bindings and a desk in; a row for every command line out, in document order."""

from collections.abc import Callable, Iterator
from pathlib import Path

from tests.lab.commands.bindings import Bound, Values
from tests.lab.commands.desk import Answer, Desk
from tests.lab.commands.lines import Statement, read, statements
from tests.lab.commands.verdicts import Row, judge

from steadyhand.model.document.runbook import StepKind


def commands_of(file: Path) -> set[str]:
    """The programs that a document names, by their names or paths, for the shims."""
    named = {line.command.name for s in statements(read(file)) for line in s.lines if line.command}
    return {name for name in named if name}


def rows(
    file: Path, bound: Bound, desk: Desk, wanted: Callable[[Statement], bool] = lambda _: True
) -> Iterator[Row]:
    """Run the wanted statements of a document, one fence after the other."""
    fence = -1
    for statement in statements(read(file)):
        if wanted(statement):
            answer = _run(statement, bound, desk, statement.fence != fence)
            yield from judge(statement.lines, answer)
            fence = statement.fence


def _run(statement: Statement, bound: Bound, desk: Desk, fresh: bool) -> Answer:
    number = statement.step.span.line
    for command in bound.before.get(number, ()):
        desk.value(command)
    for name, value in _values(bound.variables.get(number, {}), desk).items():
        desk.export(name, value)
    wanted = {o.parameter: bound.values[o.parameter] for o in statement.placeholders}
    text = statement.text(_values(wanted, desk))
    if statement.step.kind is StepKind.SQL:  # it goes to the psql that stands above it
        text = f"psql $DATABASE_URL <<'SQL'\n{text};\nSQL"
    return desk(text, fresh)


def _values(commands: Values, desk: Desk) -> dict[str, str]:
    """Bind each placeholder; where the session stands is not changed by it."""
    found = {}
    for name, command in commands.items():
        given = command[1:] if command.startswith("=") else desk.value(command, fresh=False)
        assert given not in {"", "None"}, f"<{name}> has no value: {command}"
        found[name] = given
    return found
