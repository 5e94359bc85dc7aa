"""What is shown, written by a thread of its own: whoever shows it never waits and never fails.

For what must go on while a disk is full, a pipe is closed or a terminal is stopped.
"""

import io
import os
from collections import deque
from threading import Condition, Thread
from typing import TextIO

_MOST = 10_000  # pieces that wait


class Aside(io.TextIOBase):
    """A text file in front of another one.

    Of what comes while `most` pieces wait, and of what could not be written, only the number is
    kept; it is said in that place as soon as something can be written again.
    """

    def __init__(self, file: TextIO, most: int = _MOST) -> None:
        self._file, self._most = file, most
        self._changed = Condition()
        self._waiting: deque[tuple[int, str]] = deque()  # how many were lost before it, and it
        self._lost = 0  # after the last that waits
        self._over = False
        self._thread = Thread(target=self._go, name="show", daemon=True)
        self._thread.start()

    def write(self, text: str) -> int:
        with self._changed:
            if len(self._waiting) < self._most:
                self._waiting.append((self._lost, text))
                self._lost = 0
            else:
                self._lost += 1
            self._changed.notify()
        return len(text)

    def isatty(self) -> bool:
        return self._file.isatty()

    def end(self, seconds: float) -> bool:
        """Write what waits, for so long at most; tells whether the thread has come to its end."""
        with self._changed:
            self._over = True
            self._changed.notify()
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _go(self) -> None:
        lost = 0
        while (piece := self._next()) is not None:
            before, text = piece
            lost += before
            try:
                self._put(f"… {lost} lines could not be shown\n{text}" if lost else text)
                lost = 0
            except (OSError, ValueError):  # a file that was closed is the latter
                lost += bool(text)

    def _next(self) -> tuple[int, str] | None:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._lost or self._over)
            if self._waiting:
                return self._waiting.popleft()
            lost, self._lost = self._lost, 0
            return (lost, "") if lost else None

    def _put(self, text: str) -> None:
        try:
            descriptor = self._file.fileno()
        except io.UnsupportedOperation:  # inside another program, that keeps what is written
            self._file.write(text)
            return
        # Past its buffer: a lock that is held there for ever would stop the end of the program.
        left = text.encode(self._file.encoding, "replace")
        while left:
            left = left[os.write(descriptor, left) :]
