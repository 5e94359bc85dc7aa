"""An address that drops whatever is sent to it: a connection to it is never made, nor refused."""

import socket
from contextlib import suppress

from steadyhand.lab.loopback import LOOPBACK

FILLERS = 4


class Hole:
    """A listener whose queue is full and stays so: the kernel drops every further SYN."""

    def __init__(self) -> None:
        self._listener = socket.socket()
        self._listener.bind((LOOPBACK, 0))
        self._listener.listen(0)
        self.address: tuple[str, int] = self._listener.getsockname()
        self._fillers = [socket.socket() for _ in range(FILLERS)]
        for filler in self._fillers:
            filler.setblocking(False)
            with suppress(BlockingIOError):
                filler.connect(self.address)

    def close(self) -> None:
        for one in (*self._fillers, self._listener):
            one.close()
