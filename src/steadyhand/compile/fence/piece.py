"""What a code block is cut into."""

from enum import StrEnum

from msgspec import Struct


class PieceKind(StrEnum):
    COMMAND = "command"
    SQL = "sql"
    TYPED = "typed"  # for the prompt of another program: redis-cli, mongosh, Python
    COMMENT = "comment"
    OUTPUT = "output"


class Piece(Struct, frozen=True):
    """Consecutive lines of a block; `first` is the index of the first of them.

    `close` says that no blank line stands between it and the piece before. `lines` are without
    prompts; `count` is how many lines of the block they are. `asked` names the program whose prompt
    stood before it, "shell" for a shell's, "" where there was none.
    """

    kind: PieceKind
    first: int
    lines: tuple[str, ...]
    close: bool = False
    asked: str = ""

    @property
    def text(self) -> str:
        return "\n".join(self.lines).rstrip()

    @property
    def count(self) -> int:
        return len(self.lines)
