"""A step's text with its parameters' values: one pass, each value quoted for where it stands. Pure.

One pass, so that one value can never rewrite another; quoted, so that a value is one word whatever
is in it.
"""

import re
import shlex
from collections.abc import Mapping

from steadyhand.model.document.runbook import Step


class Unbound(Exception):
    """A parameter of the step has no value yet; the message is its name."""


class Unfit(Exception):
    """A value that cannot stand where its parameter does; the message says which, and why."""


_BARE = re.compile(
    r"[-+]?\w[\w.:+]*(?:-\w[\w.:+]*)*"
)  # in SQL, other signs could be more than a value
_IN_QUOTES = '"\\$`'


def render(step: Step, values: Mapping[str, str]) -> str:
    """Put values into a step's text. Raises Unbound, Unfit."""
    text = ""
    position = 0
    for occurrence in sorted(step.parameters, key=lambda o: o.start):
        if occurrence.parameter not in values:
            raise Unbound(occurrence.parameter)
        text += step.text[position : occurrence.start]
        value, quote = values[occurrence.parameter], occurrence.quote
        if quote.startswith("<<") and _ends(value, quote):
            raise Unfit(f"<{occurrence.parameter}> has a line that ends the text it stands in")
        if quote == "sql" and _BARE.fullmatch(value) is None:
            raise Unfit(f"<{occurrence.parameter}> is neither a name nor a number, and not quoted")
        if quote.startswith("sql") and quote[3:] and quote[3:] in value:
            raise Unfit(f"<{occurrence.parameter}> has the quote that it stands in")
        text += _quoted(value, quote)
        position = occurrence.end
    return text + step.text[position:]


def _quoted(value: str, quote: str) -> str:
    match quote:
        case '"':
            return _escaped(value, _IN_QUOTES)
        case '"{':  # in the default of a variable, which a quote or a brace would end
            return f'"{_escaped(value, _IN_QUOTES)}"'
        case _ if quote.startswith("<<'"):
            return value
        case _ if quote.startswith("<<"):
            return _escaped(value, "\\$`")
        case "'" | "sql" | "sql'" | 'sql"':  # bash reads a statement of SQL in single quotes
            return value.replace("'", "'\\''")
        case _:
            return shlex.quote(value)


def _escaped(value: str, signs: str) -> str:
    return "".join(f"\\{sign}" if sign in signs else sign for sign in value)


def _ends(value: str, quote: str) -> bool:
    """Tell whether a line of a value may be the one at which bash ends a heredoc."""
    word = quote.removeprefix("<<").removeprefix("'")
    return any(line.strip() == word for line in value.split("\n"))
