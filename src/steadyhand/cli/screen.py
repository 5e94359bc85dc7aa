r"""What goes to a terminal in; the same with nothing in it that the terminal would obey, out.

What a document, a program or a name of somebody else's holds could move the cursor and write over
what is to be approved. Our own colours pass, and nothing hides with them; the rest is written out:
"\x1b[2K", "\u202e". A pipe or a file gets the bytes as they are.
"""

import codecs
import re
import sys
from io import BufferedIOBase, TextIOWrapper
from threading import RLock
from typing import TYPE_CHECKING, BinaryIO

from steadyhand.model.visible import UNSEEN, visible

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

_COLOURS = r"\x1b\[(?:0|[12]|(?:[12];)?3[1-6])m"  # neither black nor white: both can be unseen
_OBEYED = re.compile(rf"({_COLOURS}|\r\n)|{UNSEEN.pattern}")


def show_what_is_there() -> None:
    """Let what this process writes to a terminal pass through a Screen."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream.isatty():
            screen = Screen(stream.buffer, stream.encoding)
            at_once = stream.write_through
            setattr(sys, name, TextIOWrapper(
                screen, stream.encoding, stream.errors,
                line_buffering=stream.line_buffering, write_through=at_once,
            ))  # fmt: skip


class Screen(BufferedIOBase):
    """A terminal's stream of bytes. Safe from several threads, as the one below it is."""

    def __init__(self, below: BinaryIO, encoding: str) -> None:
        self._below = below
        self._encoding = encoding
        self._decoder = codecs.getincrementaldecoder(encoding)("replace")
        self._held = ""  # a "\r" that may be the first half of a line's end
        self._lock = RLock()

    def write(self, data: "ReadableBuffer") -> int:
        """Write all of it; what is left of a character waits for its rest."""
        with self._lock:
            text = self._held + self._decoder.decode(bytes(data))
            self._held = text[len(text.removesuffix("\r")) :]
            shown = _OBEYED.sub(_shown, text.removesuffix("\r"))
            self._below.write(shown.encode(self._encoding, "backslashreplace"))
        return memoryview(data).nbytes

    def flush(self) -> None:
        self._below.flush()

    def fileno(self) -> int:
        return self._below.fileno()

    def isatty(self) -> bool:
        return True

    def writable(self) -> bool:
        return True


def _shown(found: re.Match[str]) -> str:
    if found[1]:
        return found[1]
    # Programs draw their progress by going back; so each state has a line.
    return visible(found[0]) + ("\n" if found[0] == "\r" else "")
