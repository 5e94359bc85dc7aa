"""One problem in one place: the type the parser, the compiler and the rules all report."""

from dataclasses import dataclass
from enum import StrEnum

from steadyhand.model.span import Span


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True)
class Finding:
    """`rule` names it, `message` says what is wrong, `help` what to do about it."""

    rule: str
    severity: Severity
    message: str
    span: Span
    help: str = ""
