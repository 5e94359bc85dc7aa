"""Connections that tasks begin, in; let through, or lost on their way, out.

The kernel asks before a task's `connect` is done (seccomp's user notification, Linux 5.6);
what may not pass is sent to a hole, where nothing ever answers, as a security group drops packets.
Connections that stand go on, as tracked ones do. Where the kernel cannot ask, all pass.

https://man7.org/linux/man-pages/man2/seccomp_unotify.2.html
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/security-group-connection-tracking.html
"""

import ctypes
import fcntl
import logging
import os
import selectors
import socket
import struct
import sys
import threading
import time
from contextlib import suppress
from errno import EINPROGRESS, ETIMEDOUT
from pathlib import Path

from steadyhand.lab.network.hole import Hole

LOG = logging.getLogger("steadyhand.lab")
OFFERED = sys.platform == "linux"
RECEIVE, SEND = 0xC0502100, 0xC0182101
NOTIFICATION = struct.Struct("=QII iI Q 6Q")  # id, pid, flags; number, arch, ip, arguments
ANSWER = struct.Struct("=QqiI")
CONTINUE = 1
PIDFD_GETFD = 438
PAUSE = 0.005
RETRIES = 3  # SYNs of a connection that somebody waits for: about a quarter of a minute

Closed = frozenset[tuple[str, str, int]]  # who, host, port


class Firewall:
    """`closed` says what may not pass now; it may be replaced at any time."""

    def __init__(self) -> None:
        self.closed: Closed = frozenset()
        self.hole = Hole()
        self._selector = selectors.DefaultSelector()
        self._ending = threading.Event()
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._thread = threading.Thread(target=self._run, name="firewall", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def gate(self, who: str) -> socket.socket | None:
        """Give the end of a socket through which a program that is being started hands itself over
        (see launch.py). Whoever starts the program closes it afterwards."""
        if not OFFERED or not self._thread.is_alive():
            return None
        here, there = socket.socketpair()
        self._selector.register(here, selectors.EVENT_READ, who)
        return there

    def stop(self) -> None:
        """Answer no more. Safe before `start`."""
        self._ending.set()

    def _run(self) -> None:
        while not self._ending.is_set():
            for key, events in self._selector.select(0.5):
                try:
                    # Nobody writes here: "writable" is how a selector shows a hang-up.
                    if events & selectors.EVENT_WRITE:
                        self._leave(key.fileobj)
                    else:
                        self._serve(key)
                except OSError as error:  # whoever asked was ended meanwhile
                    LOG.debug("firewall: %s", error)
                    # Until its parent has taken note of that, the kernel goes on saying that there
                    # is a question: to ask for it without a pause would leave nobody else a turn.
                    time.sleep(PAUSE)
                except Exception:  # one that failed must not leave all others waiting
                    LOG.exception("firewall")

    def _serve(self, key: selectors.SelectorKey) -> None:
        if isinstance(key.fileobj, socket.socket):
            self._take(key.fileobj, str(key.data))
        else:
            assert isinstance(key.fileobj, int)
            self._judge(key.fileobj, str(key.data))

    def _take(self, here: socket.socket, who: str) -> None:
        try:
            _, descriptors, _, _ = socket.recv_fds(here, 1, 1)
        finally:
            self._leave(here)
        for descriptor in descriptors:
            self._selector.register(descriptor, selectors.EVENT_READ, who)

    def _leave(self, one: object) -> None:
        assert isinstance(one, socket.socket | int)
        with suppress(KeyError, ValueError):
            self._selector.unregister(one)
        if isinstance(one, int):
            os.close(one)
        else:
            one.close()

    def _judge(self, listener: int, who: str) -> None:
        """Answer one notification. Raises OSError when the program is gone."""
        asked = bytearray(NOTIFICATION.size)
        fcntl.ioctl(listener, RECEIVE, asked)
        number, pid, *_, descriptor, pointer, length, _, _, _ = NOTIFICATION.unpack(asked)
        error: int | None = 0
        try:
            host, port = _address(pid, pointer, length)
            if (who, host, port) in self.closed:
                error = self._lose(listener, number, pid, descriptor)
        except (OSError, ValueError):
            error = 0  # no address of ours: the kernel shall say what is wrong with it
        if error is not None:
            _answer(listener, number, error)

    def _lose(self, listener: int, number: int, pid: int, descriptor: int) -> int | None:
        """Begin the connection to the hole in the task's place; None: answered when it is over."""
        connection = self._socket(pid, descriptor)
        if fcntl.fcntl(connection, fcntl.F_GETFL) & os.O_NONBLOCK:
            with connection, suppress(OSError):
                connection.connect_ex(self.hole.address)
            return EINPROGRESS
        wait = threading.Thread(
            target=self._wait, args=(connection, listener, number), name="lost", daemon=True
        )
        wait.start()
        return None

    def _wait(self, connection: socket.socket, listener: int, number: int) -> None:
        with connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_SYNCNT, RETRIES)
            connection.connect_ex(self.hole.address)
        with suppress(OSError):
            _answer(listener, number, ETIMEDOUT)

    def _socket(self, pid: int, descriptor: int) -> socket.socket:
        """The task's own socket. Raises OSError."""
        process = os.pidfd_open(_leader(pid))
        try:
            copy = self._libc.syscall(PIDFD_GETFD, process, int(descriptor), 0)
        finally:
            os.close(process)
        if copy < 0:
            raise OSError(ctypes.get_errno(), "pidfd_getfd")
        return socket.socket(fileno=copy)


def _leader(thread: int) -> int:
    """The process that a thread belongs to."""
    for line in Path(f"/proc/{thread}/status").read_text().splitlines():
        if line.startswith("Tgid:"):
            return int(line.split()[1])
    raise OSError("no such thread")


def _address(pid: int, pointer: int, length: int) -> tuple[str, int]:
    """The IPv4 address at that place of a task's memory. Raises OSError, ValueError."""
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        memory.seek(pointer)
        given = memory.read(min(length, 16))
    if len(given) < 8 or struct.unpack_from("=H", given)[0] != socket.AF_INET:
        raise ValueError("not an IPv4 address")
    return socket.inet_ntoa(given[4:8]), int(struct.unpack_from("!H", given, 2)[0])


def _answer(listener: int, number: int, error: int) -> None:
    answer = ANSWER.pack(number, 0, -error, 0 if error else CONTINUE)
    fcntl.ioctl(listener, SEND, bytearray(answer))
