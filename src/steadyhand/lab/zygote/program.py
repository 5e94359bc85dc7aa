"""Orders come in over a socket; for each, a forked child becomes a task. Its own program.

`python -P program.py DOOR MODULE…`: DOOR is the number of an open socket, each MODULE is imported
before the first order. An order is a length, that many bytes of JSON, and descriptors: the child's
output, where its exit code is told, and its gate if it has one. The answer is the child's number
with a descriptor that stands for it. Single-threaded; knows libraries, and no system's code. It
ends, and every child with it, when the other side of the door is closed, however that came.
"""

import gc
import importlib
import json
import os
import runpy
import select
import socket
import struct
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from steadyhand.lab.launch import settle
from steadyhand.lab.zygote.guise import look_like

NUMBER = struct.Struct("=i")
DESCRIPTORS = 3  # at most, with an order


def main() -> None:
    """Warm up, fork and reap until the door is closed; or, in a child, be the task."""
    door = socket.socket(fileno=int(sys.argv[1]))
    for module in sys.argv[2:]:
        importlib.import_module(module)
    gc.collect()
    gc.freeze()  # what is shared is not touched by the children's collections
    order = Children(door).serve()
    if order is not None:
        run(order["argv"])


class Children:
    """The forked children, by the descriptor that becomes readable when one ends."""

    def __init__(self, door: socket.socket) -> None:
        self._door = door
        self._poll = select.poll()
        self._poll.register(door, select.POLLIN)
        self._running: dict[int, tuple[int, int]] = {}  # → its number, where its end is told

    def serve(self) -> dict[str, Any] | None:
        """Give the order to the child that is to carry it out; None when the door is closed."""
        while True:
            for ready, _ in self._poll.poll():
                if ready != self._door.fileno():
                    self._reap(ready)
                    continue
                order, descriptors = receive(self._door)
                if order is None:
                    return None
                if self._fork(descriptors):
                    self._begin(order, descriptors)
                    return order

    def _fork(self, descriptors: list[int]) -> bool:
        """Whether this is the child."""
        self._parent = os.getpid()  # before: in the child, it may be gone by the first line
        pid = os.fork()
        if pid == 0:
            return True
        output, told, *gate = descriptors
        for one in (output, *gate):
            os.close(one)
        handle = os.pidfd_open(pid)
        self._running[handle] = pid, told
        self._poll.register(handle, select.POLLIN)
        socket.send_fds(self._door, [NUMBER.pack(pid)], [handle])
        return False

    def _reap(self, handle: int) -> None:
        pid, told = self._running.pop(handle)
        self._poll.unregister(handle)
        os.close(handle)
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        with suppress(BrokenPipeError):  # nobody wants to know any more
            os.write(told, NUMBER.pack(code))
        os.close(told)

    def _begin(self, order: dict[str, Any], descriptors: list[int]) -> None:
        """In the child: be as a process is that was started with this order."""
        os.setsid()
        self._door.close()
        for handle, (_, told) in self._running.items():
            os.close(handle)
            os.close(told)
        output, told, *gate = descriptors
        os.close(told)
        for standard in (1, 2):
            os.dup2(output, standard)
        os.close(output)
        os.environ.clear()
        os.environ.update(order["environment"])
        time.tzset()
        look_like(order["argv"], order["environment"])
        settle(self._parent, order["death_signal"], gate[0] if gate else -1)
        os.chdir(order["folder"])


def receive(door: socket.socket) -> tuple[dict[str, Any] | None, list[int]]:
    """The next order; None when the other side is gone."""
    head, descriptors, _, _ = socket.recv_fds(door, NUMBER.size, DESCRIPTORS)
    if len(head) < NUMBER.size:
        return None, []
    content = bytearray()
    (length,) = NUMBER.unpack(head)
    while len(content) < length:
        part = door.recv(length - len(content))
        if not part:
            return None, []
        content += part
    order: dict[str, Any] = json.loads(content)
    return order, descriptors


def run(argv: list[str]) -> None:
    """Do what `python` does with these words: `-m module word…`, or `script word…`."""
    if argv[1] == "-m":
        sys.path.insert(0, os.getcwd())
        sys.argv = argv[2:]
        runpy.run_module(argv[2], run_name="__main__", alter_sys=True)
    else:
        sys.path.insert(0, str(Path(argv[1]).parent))
        sys.argv = argv[1:]
        runpy.run_path(argv[1], run_name="__main__")


if __name__ == "__main__":
    main()
