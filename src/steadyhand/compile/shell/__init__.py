"""Lines of a shell fence in, statements out: placeholders first, then extents, then grammar."""

from steadyhand.compile.shell.extent import end_of_statement
from steadyhand.compile.shell.grammar import Parsed
from steadyhand.compile.shell.inner import parse_statement
from steadyhand.compile.shell.placeholders import Found, find_placeholders, masked

__all__ = [
    "Found",
    "Parsed",
    "end_of_statement",
    "find_placeholders",
    "masked",
    "parse_statement",
]
