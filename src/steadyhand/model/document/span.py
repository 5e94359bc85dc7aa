"""Where something was written. Everything compiled from a document carries one."""

from msgspec import Struct


class Span(Struct, frozen=True, order=True):
    """A range of lines of one document; both ends 1-based and inclusive."""

    path: str
    line: int
    end_line: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"
