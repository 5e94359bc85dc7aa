"""Code spans of an instruction in, those that are commands out."""

from collections.abc import Iterable

from steadyhand.compile.fence.line.programs import reads_as_command
from steadyhand.compile.shell import find_placeholders, parse_statement
from steadyhand.model.document.shell import Command


def mentions(texts: Iterable[str]) -> tuple[Command, ...]:
    """Read the code spans of an instruction that are commands; a program's name alone is none."""
    found: list[Command] = []
    for text in texts:
        if len(text.split()) > 1 and reads_as_command(text):
            parsed = parse_statement(text, find_placeholders(text))
            found += parsed.statement.commands if not parsed.statement.problem else ()
    return tuple(found)
