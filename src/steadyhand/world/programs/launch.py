"""A local program in, what it prints and its exit status out. Its own group, its own environment.

Knows no tool and no secret. The kernel ends a program when this process is killed (Linux, where
there is a C compiler or `setpriv`); what that program itself started is ended with its group by
`end_all`.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path

from msgspec import Struct, field

from steadyhand.world.door import Refused, Sink, Stream
from steadyhand.world.programs.compiled import compiled
from steadyhand.world.programs.environment import SYSTEM_PATH
from steadyhand.world.programs.streams import pump

_GRACE = 2.0  # seconds between asking a program to end and ending it


class Program(Struct, frozen=True):
    """What is to be started. `argv[0]` is a name on the system's path, or a path itself."""

    argv: tuple[str, ...]
    cwd: str
    env: Mapping[str, str] = field(default_factory=dict)
    timeout: float | None = None
    terminal: str = ""  # the path of the terminal that it has, for all three streams


# A session's leader that opens a terminal has it from then on.
_AT_TERMINAL = ("/bin/sh", "-c", 'exec <>"$0" >&0 2>&0 && exec "$@"')


class Launcher:
    """Starts programs and knows which are running, so that they can be ended. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[bytes]] = set()
        self._closed = False

    def at_terminal(self, program: Program, begun: Callable[[Callable[[], None]], None]) -> int:
        """Run to the end at a terminal and return the exit status; `begun` is given its end."""
        deadline = None if program.timeout is None else time.monotonic() + program.timeout
        process = self._start(program, None)
        try:
            begun(lambda: _kill(process, signal.SIGKILL))
            return _wait(process, deadline)
        finally:
            _kill(process, signal.SIGKILL)
            process.wait()
            with self._lock:
                self._running.discard(process)

    def run(self, program: Program, sink: Sink, stdin: int | None = None) -> int:
        """Run to the end and return the exit status, 128 + n for a signal.

        Raises Refused when it cannot be started. Whoever calls waits: the thread that starts a
        program must outlive it, or the kernel takes that for the death of its parent.
        """
        deadline = None if program.timeout is None else time.monotonic() + program.timeout
        process = self._start(program, stdin)
        try:
            return _follow(process, sink, deadline)
        finally:
            _kill(process, signal.SIGKILL)  # whatever it left behind
            process.wait()
            with self._lock:
                self._running.discard(process)
            for stream in (process.stdout, process.stderr):
                if stream is not None:
                    stream.close()

    def end_all(self) -> None:
        """Kill everything that is running and start nothing more. Idempotent."""
        with self._lock:
            self._closed = True
            running = list(self._running)
        for process in running:
            _kill(process, signal.SIGKILL)

    def _start(self, program: Program, stdin: int | None) -> subprocess.Popen[bytes]:
        name = program.argv[0]
        path = installed(name)
        if path is None:
            raise Refused(f"`{name}` is not installed here")
        with self._lock:
            if self._closed:
                raise Refused("this world was closed")
            try:
                terminal = (*_AT_TERMINAL, program.terminal) if program.terminal else ()
                streams = subprocess.DEVNULL if program.terminal else subprocess.PIPE
                process = subprocess.Popen(
                    [*dies_with_us(), *terminal, path, *program.argv[1:]],
                    cwd=program.cwd,
                    env=dict(program.env),
                    stdin=subprocess.DEVNULL if stdin is None else stdin,
                    stdout=streams,
                    stderr=streams,
                    start_new_session=True,
                )
            except (OSError, ValueError) as error:
                raise Refused(f"`{name}` cannot be started: {error}") from None
            self._running.add(process)
            return process


def installed(name: str) -> str | None:
    """Find a program on the system's path; never in the operator's own folders."""
    return shutil.which(name, path=SYSTEM_PATH)


def dies_with_us() -> list[str]:
    """Give the words to put before a command, so that it ends with this process; none on others.

    What the kernel takes for this process is the thread that starts the command.
    """
    if tether := _tether():
        return [tether, str(os.getpid())]
    setpriv = installed("setpriv")
    return [setpriv, "--pdeathsig", "KILL"] if setpriv else []


@cache
def _tether() -> str:
    return str(compiled(Path(__file__).with_name("tether.c")) or "")


def _follow(process: subprocess.Popen[bytes], sink: Sink, deadline: float | None) -> int:
    if process.stdout is None or process.stderr is None:
        raise AssertionError("programs are started with pipes")
    files = {process.stdout.fileno(): Stream.OUT, process.stderr.fileno(): Stream.ERR}
    with _ended(process) as over:
        return _wait(process, deadline, lambda until: pump(files, sink, over, until))


def _wait(
    process: subprocess.Popen[bytes],
    deadline: float | None,
    passed_on: Callable[[float | None], bool] = lambda _deadline: True,
) -> int:
    """Wait for the end, and bring it about when the time is over.

    `passed_on` passes on what is printed until then; whether that has an end before its deadline.
    """
    for number in (signal.SIGTERM, signal.SIGKILL):
        if passed_on(deadline):
            left = None if deadline is None else max(0.0, deadline - time.monotonic())
            with contextlib.suppress(subprocess.TimeoutExpired):
                code = process.wait(left)
                return code if code >= 0 else 128 - code
        _kill(process, number)
        deadline = time.monotonic() + _GRACE
    code = process.wait()
    return code if code >= 0 else 128 - code


@contextlib.contextmanager
def _ended(process: subprocess.Popen[bytes]) -> Iterator[int | None]:
    """Give a file that becomes readable when the process ends; None where there is no such."""
    if not hasattr(os, "pidfd_open"):
        yield None
        return
    number = os.pidfd_open(process.pid)
    try:
        yield number
    finally:
        os.close(number)


def _kill(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)
