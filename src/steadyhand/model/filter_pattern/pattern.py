"""A filter pattern as data: terms, a condition on JSON, or the fields of a line.

Only `parse` makes these; nothing here reads text or looks at a log event.
"""

import re
from enum import StrEnum

from msgspec import Struct


class BadPattern(Exception):
    """A pattern that CloudWatch Logs refuses: why, where (a 1-based column), and what to write."""

    def __init__(self, message: str, column: int, help: str) -> None:
        super().__init__(message)
        self.message = message
        self.column = column
        self.help = help


class Text(Struct, frozen=True):
    """A value written as text; outside of a term `*` stands for any text."""

    text: str
    quoted: bool = False


class Number(Struct, frozen=True):
    """A number without quotes; `text` is how it was written."""

    value: float
    text: str


class Regex(Struct, frozen=True):
    """What stood between percent signs, and the same for Python.

    `unlisted` are its escapes that AWS's page does not name.
    """

    source: str
    compiled: re.Pattern[str]
    unlisted: tuple[str, ...] = ()


# --- terms -------------------------------------------------------------------------------------


class Sign(StrEnum):
    REQUIRED = ""
    OPTIONAL = "?"
    EXCLUDED = "-"


class Term(Struct, frozen=True):
    """A word, a phrase or a regular expression; `glued` to the text before it without a space."""

    sign: Sign
    value: Text | Regex
    column: int
    glued: bool = False


class Terms(Struct, frozen=True):
    """Terms anywhere in the event; none at all match every event."""

    terms: tuple[Term, ...]

    def of(self, sign: Sign) -> tuple[Term, ...]:
        return tuple(term for term in self.terms if term.sign is sign)


# --- conditions --------------------------------------------------------------------------------

Step = str | int | None  # a key, an index, or None for the wildcard


class Selector(Struct, frozen=True):
    """Where in a JSON document: `$.users[0].id`."""

    steps: tuple[Step, ...]
    text: str
    column: int


class Compare(Struct, frozen=True):
    """`selector` is None for a field of a line, whose name stands in the field."""

    selector: Selector | None
    operator: str  # = != < > <= >=
    value: Text | Number | Regex
    column: int


class State(StrEnum):
    NULL = "NULL"
    TRUE = "TRUE"
    FALSE = "FALSE"


class Is(Struct, frozen=True):
    selector: Selector
    state: State


class Missing(Struct, frozen=True):
    """`NOT EXISTS`."""

    selector: Selector


class Every(Struct, frozen=True):
    """Parts between `&&`."""

    parts: "tuple[Condition, ...]"


class Some(Struct, frozen=True):
    """Parts between `||`."""

    parts: "tuple[Condition, ...]"


Condition = Compare | Is | Missing | Every | Some


class JsonPattern(Struct, frozen=True):
    condition: Condition


class Field(Struct, frozen=True):
    """One field of a line; the name "..." stands for any number of them, "" for one without."""

    name: str
    condition: Condition | None
    column: int


ELLIPSIS = "..."


class FieldsPattern(Struct, frozen=True):
    fields: tuple[Field, ...]


Pattern = Terms | JsonPattern | FieldsPattern
