"""What is printed goes in as it comes; it comes out in the same order, as often as wanted.

Little is held in memory, more in a file that has no name and is gone with its holder: the size of
an output is no matter. Knows nothing of secrets: what comes in has none any more.
"""

import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from steadyhand.store.database import Unavailable
from steadyhand.store.journal import Output, Printed
from steadyhand.world.door import Stream

_IN_MEMORY = 2**20  # bytes
_PIECE = 2**16  # bytes at most, once written
_HELD = 2**16  # bytes that may wait in memory with an event that is held


class Spool:
    """Everything that a call (`number` ≥ 1) or a statement (0) printed. Made by `spooling`.

    Safe from threads.
    """

    def __init__(self, step: str, number: int, file: IO[bytes]) -> None:
        self._step = step
        self._number = number
        self._file = file
        self._pieces: list[tuple[str, int]] = []  # stream and length, in their order
        self._lock = threading.Lock()
        self._failure = ""

    def take(self, stream: Stream, chunk: bytes) -> None:
        """Keep a chunk. Never raises: whoever prints is not to blame for a full disk."""
        with self._lock:
            if self._failure:
                return
            try:
                self._file.write(chunk)
            except OSError as error:
                self._failure = f"what was printed cannot be kept: {error.strerror}"
                return
            last, length = self._pieces[-1] if self._pieces else ("", _PIECE)
            if last == stream.value and length + len(chunk) <= _PIECE:
                self._pieces[-1] = (last, length + len(chunk))
            else:
                self._pieces.append((stream.value, len(chunk)))

    def __len__(self) -> int:
        return len(self._pieces)

    def held(self, may_wait: bool) -> tuple[Printed, bool]:
        """Give what is printed, to be appended, and whether its event is held: where it may wait,
        and little enough was printed to wait with it. Raises Unavailable as iterating does.
        """
        waits = may_wait and sum(length for _, length in self._pieces) <= _HELD
        return (tuple(self) if waits else self), waits  # this is gone when it is written later

    def __iter__(self) -> Iterator[Output]:
        """Give it piece by piece. Raises Unavailable when something could not be kept."""
        if self._failure:
            raise Unavailable(self._failure)
        at = 0
        for stream, length in self._pieces:
            with self._lock:
                self._file.seek(at)
                body = self._file.read(length)
            at += length
            yield Output(self._step, self._number, stream, body)


@contextmanager
def spooling(step: str, number: int) -> Iterator[Spool]:
    """Keep what is printed for as long as this lasts."""
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as file:
        yield Spool(step, number, file)
