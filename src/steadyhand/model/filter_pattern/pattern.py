"""A filter pattern as data: terms, a condition on JSON, or the fields of a line.

Only `parse` makes these; nothing here reads text or looks at a log event.
"""

import re
from dataclasses import dataclass
from enum import StrEnum


class BadPattern(Exception):
    """A pattern that CloudWatch Logs refuses: why, where (a 1-based column), and what to write."""

    def __init__(self, message: str, column: int, help: str) -> None:
        super().__init__(message)
        self.message = message
        self.column = column
        self.help = help


@dataclass(frozen=True)
class Text:
    """A value written as text; outside of a term `*` stands for any text."""

    text: str
    quoted: bool = False


@dataclass(frozen=True)
class Number:
    """A number without quotes; `text` is how it was written."""

    value: float
    text: str


@dataclass(frozen=True)
class Regex:
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


@dataclass(frozen=True)
class Term:
    """A word, a phrase or a regular expression; `glued` to the text before it without a space."""

    sign: Sign
    value: Text | Regex
    column: int
    glued: bool = False


@dataclass(frozen=True)
class Terms:
    """Terms anywhere in the event; none at all match every event."""

    terms: tuple[Term, ...]

    def of(self, sign: Sign) -> tuple[Term, ...]:
        return tuple(term for term in self.terms if term.sign is sign)


# --- conditions --------------------------------------------------------------------------------

Step = str | int | None  # a key, an index, or None for the wildcard


@dataclass(frozen=True)
class Selector:
    """Where in a JSON document: `$.users[0].id`."""

    steps: tuple[Step, ...]
    text: str
    column: int


@dataclass(frozen=True)
class Compare:
    """`selector` is None for a field of a line, whose name stands in the field."""

    selector: Selector | None
    operator: str  # = != < > <= >=
    value: Text | Number | Regex
    column: int


class State(StrEnum):
    NULL = "NULL"
    TRUE = "TRUE"
    FALSE = "FALSE"


@dataclass(frozen=True)
class Is:
    selector: Selector
    state: State


@dataclass(frozen=True)
class Missing:
    """`NOT EXISTS`."""

    selector: Selector


@dataclass(frozen=True)
class Every:
    """Parts between `&&`."""

    parts: "tuple[Condition, ...]"


@dataclass(frozen=True)
class Some:
    """Parts between `||`."""

    parts: "tuple[Condition, ...]"


Condition = Compare | Is | Missing | Every | Some


@dataclass(frozen=True)
class JsonPattern:
    condition: Condition


@dataclass(frozen=True)
class Field:
    """One field of a line; the name "..." stands for any number of them, "" for one without."""

    name: str
    condition: Condition | None
    column: int


ELLIPSIS = "..."


@dataclass(frozen=True)
class FieldsPattern:
    fields: tuple[Field, ...]


Pattern = Terms | JsonPattern | FieldsPattern
