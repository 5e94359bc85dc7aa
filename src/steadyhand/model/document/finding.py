"""One problem in one place: the type the parser, the compiler and the rules all report."""

from enum import StrEnum

from msgspec import Struct

from steadyhand.model.document.edit import Edit
from steadyhand.model.document.span import Span


class Severity(StrEnum):
    ERROR = "error"  # it fails, or does harm, when somebody runs it
    WARNING = "warning"  # it may, or it says something else than is meant
    NOTE = "note"  # worth knowing; never makes a check fail


class Confidence(StrEnum):
    """How sure a rule can be from the text alone."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Mark(Struct, frozen=True):
    """The part of one line that is meant; columns 1-based, the end exclusive."""

    line: int
    column: int
    end_column: int


class Finding(Struct, frozen=True):
    """`rule` names it, `message` says what is wrong, `help` what to do about it.

    `fix` is a safe edit: it changes nothing but what the message names, and makes the finding go.
    `fingerprint` stays while the line and its neighbours move; `lint` alone gives it.
    """

    rule: str
    severity: Severity
    message: str
    span: Span
    help: str = ""
    confidence: Confidence = Confidence.HIGH
    mark: Mark | None = None
    fix: tuple[Edit, ...] = ()
    fingerprint: str = ""
