"""A program in, a child of the zygote that is it out: the lab's side of the door.

`Forked` can be asked and told what a `subprocess.Popen` can, as far as the lab does.
"""

import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import weakref
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from steadyhand.lab.zygote.program import NUMBER
from steadyhand.model.early import early

PROGRAM = Path(__file__).with_name("program.py")
OFFERED = sys.platform == "linux"
PATIENCE = 60.0  # seconds, also while it warms up on a machine that is busy

# What a server of the systems imports of libraries. Nothing of a system itself: a task runs the
# code that was pushed. And nothing that few need: what is here is in every task's memory.
MODULES = (
    "fastapi",
    "fastapi.security",
    "fastapi.responses",
    "http.client",
    "psycopg",
    "psycopg_pool",
    "redis",
    "uvicorn",
    "uvicorn.lifespan.on",
    "uvicorn.loops.auto",
    "uvicorn.protocols.http.auto",
    "urllib.request",
)


class Gone(Exception):
    """The zygote does not answer any more."""


@dataclass(frozen=True)
class Order:
    """What a child is to become. `gate` is a descriptor, or -1."""

    argv: Sequence[str]
    environment: Mapping[str, str]
    folder: Path
    death_signal: int
    gate: int


class Forked:
    """A child of the zygote, which tells on a pipe how it ended."""

    def __init__(self, pid: int, handle: int, told: int, stdout: IO[bytes]) -> None:
        self.pid = pid
        self.stdout = stdout
        self.returncode: int | None = None
        self._handle = handle
        self._told = told
        self._lock = threading.Lock()
        for descriptor in (handle, told):
            weakref.finalize(self, os.close, descriptor)

    def poll(self) -> int | None:
        """Its exit code, or minus the signal; None while it runs."""
        with self._lock:
            if self.returncode is None and self._is_over(0):
                content = os.read(self._told, NUMBER.size)
                # Where nothing was told, the zygote was ended, and its children with it.
                self.returncode = NUMBER.unpack(content)[0] if content else -signal.SIGKILL
            return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Raises subprocess.TimeoutExpired."""
        self._is_over(None if timeout is None else round(timeout * 1000))
        code = self.poll()
        if code is None:
            raise subprocess.TimeoutExpired(f"process {self.pid}", timeout or 0.0)
        return code

    def send_signal(self, number: int) -> None:
        with suppress(ProcessLookupError):
            if self.poll() is None:
                signal.pidfd_send_signal(self._handle, signal.Signals(number))

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def _is_over(self, milliseconds: int | None) -> bool:
        told = select.poll()
        told.register(self._told, select.POLLIN)
        return bool(told.poll(milliseconds))


class Zygote:
    """`here` is the lab's end of the door; `environment` is what the zygote was started with."""

    def __init__(self, here: socket.socket, environment: Mapping[str, str]) -> None:
        here.settimeout(PATIENCE)
        self._door = here
        self._environment = early(environment)
        self._lock = threading.Lock()
        self._lost = False

    def takes(self, argv: Sequence[str], environment: Mapping[str, str]) -> bool:
        """Whether a child could be this program as if it had been started on its own."""
        options = argv[1].startswith("-") and argv[1] != "-m"
        same = early(environment) == self._environment
        return argv[0] == sys.executable and not options and same and not self._lost

    def fork(self, order: Order) -> Forked:
        """Raises Gone."""
        output, its_output = os.pipe()
        told, its_told = os.pipe()
        gate = [] if order.gate < 0 else [order.gate]
        try:
            pid, handle = self._ask(order, [its_output, its_told, *gate])
        except (OSError, Gone) as error:
            self._lost = True
            os.close(output)
            os.close(told)
            raise Gone(f"the zygote does not answer: {error}") from None
        finally:
            os.close(its_output)
            os.close(its_told)
        return Forked(pid, handle, told, os.fdopen(output, "rb"))

    def close(self) -> None:
        """Let it end, and what was forked from it."""
        self._lost = True
        self._door.close()

    def _ask(self, order: Order, descriptors: list[int]) -> tuple[int, int]:
        content = json.dumps(
            {
                "argv": list(order.argv),
                "environment": dict(order.environment),
                "folder": str(order.folder),
                "death_signal": int(order.death_signal),
            }
        ).encode()
        with self._lock:
            socket.send_fds(self._door, [NUMBER.pack(len(content))], descriptors)
            self._door.sendall(content)
            answer, handles, _, _ = socket.recv_fds(self._door, NUMBER.size, 1)
        if len(answer) < NUMBER.size or not handles:
            raise Gone("it has ended")
        return int(NUMBER.unpack(answer)[0]), handles[0]
