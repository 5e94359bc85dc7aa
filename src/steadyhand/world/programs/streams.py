"""What a program prints in, chunks to a sink out, until it has ended or its time is over.

Knows file descriptors and clocks; not which program it is, nor what its text means.
"""

import os
import selectors
import socket
import time
from collections.abc import Mapping

from steadyhand.world.door import Sink, Stream

_CHUNK = 65536


def pump(files: Mapping[int, Stream], sink: Sink, over: int | None, deadline: float | None) -> bool:
    """Pass chunks on, in order, until every file is at its end or `over` becomes readable.

    `deadline` is of `time.monotonic`. Returns False when it came first. What was printed before
    `over` became readable is passed on; what somebody in the background prints later is not.
    """
    with selectors.DefaultSelector() as selector:
        for file in files:
            selector.register(file, selectors.EVENT_READ)
        if over is not None:
            selector.register(over, selectors.EVENT_READ)
        unread, ended = len(files), False
        while unread:
            wait = 0.0 if ended else _left(deadline)
            ready = selector.select(wait)
            if not ready:
                return ended
            for key, _ in ready:
                if key.fd == over:
                    ended = True
                    selector.unregister(key.fd)
                elif chunk := os.read(key.fd, _CHUNK):
                    sink(files[key.fd], chunk)
                else:
                    selector.unregister(key.fd)
                    unread -= 1
    return True


def _left(deadline: float | None) -> float | None:
    return None if deadline is None else max(0.0, deadline - time.monotonic())


def exactly(connection: socket.socket, size: int) -> bytes:
    """Read so many bytes. Raises EOFError when the other side went away."""
    got = bytearray()
    while len(got) < size:
        chunk = connection.recv(min(_CHUNK, size - len(got)))
        if not chunk:
            raise EOFError("the other side went away")
        got += chunk
    return bytes(got)
