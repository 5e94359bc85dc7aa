"""What a program prints in, chunks to a sink out, until it has ended or its time is over.

Knows file descriptors and clocks; not which program it is, nor what its text means.
"""

import os
import selectors
import socket
import sys
import termios
import time
from collections.abc import Iterator, Mapping
from fcntl import ioctl

from steadyhand.world.door import Sink, Stream

_CHUNK = 65536
_INT = 4  # bytes of a C int, in which the kernel says how much there is


def pump(files: Mapping[int, Stream], sink: Sink, over: int | None, deadline: float | None) -> bool:
    """Pass chunks on, in order, until `over` is readable; without it, until every file has ended.

    `deadline` is of `time.monotonic`. Returns False when it came first. What was printed before
    `over` became readable is passed on; what somebody in the background prints later is not.
    """
    with selectors.DefaultSelector() as selector:
        for file in (*files, *([] if over is None else [over])):
            selector.register(file, selectors.EVENT_READ)
        unread = set(files)
        while unread or over is not None:
            left = _left(deadline)
            ready = [key.fd for key, _ in selector.select(left)]
            if over in ready:
                for file in files:
                    for chunk in waiting(file):
                        sink(files[file], chunk)
                return True
            # Looked at in every turn: somebody may print without end, and faster than it is read.
            if not ready or left == 0.0:
                return False
            for file in ready:
                if chunk := os.read(file, _CHUNK):
                    sink(files[file], chunk)
                else:
                    selector.unregister(file)
                    unread.discard(file)
    return True


def waiting(file: int) -> Iterator[bytes]:
    """Give what is in a pipe now, and nothing of what is printed into it meanwhile."""
    left = int.from_bytes(ioctl(file, termios.FIONREAD, bytes(_INT)), sys.byteorder)
    while left > 0 and (chunk := os.read(file, min(_CHUNK, left))):
        left -= len(chunk)
        yield chunk


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
