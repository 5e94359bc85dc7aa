"""An `aws` argv in, what it prints and its exit status out, by way of the warmed zygote.

One `AwsCli` per target. Knows neither effects nor secrets: its argv holds values as they are.
"""

import contextlib
import importlib.util
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

from steadyhand.model.run.target import Target
from steadyhand.world.aws.guard import is_loopback
from steadyhand.world.aws.wire import Order, Start, receive_number, send_order, write_start
from steadyhand.world.door import Lost, Refused, Sink, Stream
from steadyhand.world.programs.environment import for_lab, for_profile, for_tool
from steadyhand.world.programs.streams import pump

_AHEAD = 2  # children forked before they are needed
_PATIENCE = 30.0  # seconds until a child must have taken an order
_GRACE = 2.0  # seconds between asking a command to end and ending it
# The operator's own file could choose other plugins or formats; the lab's CLI has one for itself.
_CONFIG = "[default]\noutput = json\ns3 =\n    addressing_style = path\n"


PLUGIN = "session-manager-plugin"  # what `ecs execute-command` starts, and finds on its path


class AwsCli:
    """The AWS CLI for one target. Starts nothing before the first `run`; must be closed.

    Safe from several threads: each call has its own process. Raises Refused where the target is a
    lab that is not on loopback.
    """

    def __init__(self, target: Target) -> None:
        if target.is_lab and not is_loopback(urlsplit(target.endpoint).hostname or ""):
            raise Refused(f"the lab's endpoint {target.endpoint!r} is not on loopback")
        if not target.is_lab and not target.name.startswith("aws:"):
            raise Refused(f"{target.name!r} is neither the lab nor an AWS profile")
        self._target = target
        self._lock = threading.Lock()
        self._zygote: subprocess.Popen[bytes] | None = None
        self._door: socket.socket | None = None
        self._scratch: Path | None = None
        self._closed = False

    def start(self) -> None:
        """Warm up now instead of with the first call; returns at once. Idempotent."""
        self._open_door()

    def run(
        self,
        argv: tuple[str, ...],
        cwd: str,
        env: Mapping[str, str],
        stdin: int | None,
        sink: Sink,
        timeout: float | None = None,
        begun: Callable[[Callable[[], None]], None] = lambda _end: None,
    ) -> int:
        """Run one command; argv[0] is `aws`. Returns its exit status, 128 + n when it was ended.

        Raises Refused when it could not be started, Lost when it died before it said how it ended.
        """
        deadline = None if timeout is None else time.monotonic() + timeout
        with contextlib.ExitStack() as stack:
            out, out_end = _pipe(stack)
            err, err_end = _pipe(stack)
            if stdin is None:
                stdin = stack.enter_context(open(os.devnull, "rb")).fileno()
            files = [stdin, out_end.fileno(), err_end.fileno()]
            connection, pid = self._hand_over(stack, files)
            out_end.close()
            err_end.close()
            try:
                send_order(connection, Order(argv[1:], cwd, env))
            except OSError as error:
                raise Lost(f"the AWS CLI's process went away: {error.strerror}") from None
            begun(lambda: _kill(pid, signal.SIGKILL))
            streams = {out.fileno(): Stream.OUT, err.fileno(): Stream.ERR}
            return _follow(connection, pid, streams, sink, deadline)

    def close(self) -> None:
        """End the zygote and every command. Idempotent."""
        with self._lock:
            self._closed = True
            self._stop()

    def _hand_over(
        self, stack: contextlib.ExitStack, files: list[int]
    ) -> tuple[socket.socket, int]:
        """Give a child its files; returns the connection to it and its process id."""
        why = ""
        for _ in range(2):  # an order that no child took was not carried out: once more is safe
            near, far = socket.socketpair()
            stack.enter_context(near)
            with far:
                door = self._open_door()
                with contextlib.suppress(OSError):
                    socket.send_fds(door, [b"!"], [far.fileno(), *files])
            near.settimeout(_PATIENCE)
            pid = receive_number(near)
            if pid is not None:
                near.settimeout(None)
                return near, pid
            why = self._drop(door)
        raise Refused(f"the AWS CLI does not start: {why}")

    def _open_door(self) -> socket.socket:
        with self._lock:
            if self._closed:
                raise Refused("the AWS CLI of this target was closed")
            if self._zygote is not None and self._zygote.poll() is not None:
                self._stop()
            if self._door is None:
                self._launch()
            if self._door is None:
                raise AssertionError("launching makes a door")
            return self._door

    def _launch(self) -> None:
        if importlib.util.find_spec("awscli") is None:
            raise Refused("the AWS CLI is not installed: pip install 'steadyhand[aws]'")
        target = self._target
        self._scratch = scratch = Path(tempfile.mkdtemp(prefix="steadyhand-aws-"))
        (scratch / "config").write_text(_CONFIG)
        plugin = PLUGIN if target.is_lab and PLUGIN in target.tools else ""
        start = Start(target.endpoint, target.region, target.factor, str(scratch), _AHEAD, plugin)
        env = for_lab(target, scratch) if target.is_lab else for_profile(target)
        if plugin:
            env["PATH"] = f"{_stand_in(target, scratch)}{os.pathsep}{env['PATH']}"
        self._door, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        zygote = ["steadyhand.world.aws.zygote", str(far.fileno()), write_start(start)]
        with far, open(scratch / "errors", "wb") as errors:
            # No PDEATHSIG here: it would fire when the thread that happened to make the first call
            # ends. The zygote watches its door, which the kernel closes however this process ends.
            self._zygote = subprocess.Popen(
                [sys.executable, "-I", "-m", *zygote],
                cwd=scratch,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=errors,
                stderr=errors,
                pass_fds=[far.fileno()],
                start_new_session=True,
            )

    def _drop(self, door: socket.socket) -> str:
        """Give up a zygote that takes no orders; returns what it complained about last."""
        with self._lock:
            why = ""
            if self._scratch is not None:
                with contextlib.suppress(OSError):
                    why = (self._scratch / "errors").read_text().strip().rpartition("\n")[2]
            if self._door is door:
                self._stop()
            return why or "its process takes no orders"

    def _stop(self) -> None:
        if self._door is not None:
            self._door.close()
        if self._zygote is not None:
            try:
                self._zygote.wait(_GRACE)
            except subprocess.TimeoutExpired:
                self._zygote.kill()
                self._zygote.wait()
        if self._scratch is not None:
            shutil.rmtree(self._scratch, ignore_errors=True)
        self._door = self._zygote = self._scratch = None


def _stand_in(target: Target, scratch: Path) -> Path:
    """Make a folder with the lab's stand-in of the plugin."""
    folder = scratch / "bin"
    folder.mkdir()
    given = " ".join(f"{name}={shlex.quote(value)}" for name, value in for_tool(target).items())
    program = f"{shlex.quote(sys.executable)} -m steadyhand.lab.tools {PLUGIN}"
    (folder / PLUGIN).write_text(f'#!/bin/sh\nexec env {given} {program} "$@"\n')
    (folder / PLUGIN).chmod(0o700)
    return folder


def _pipe(stack: contextlib.ExitStack) -> tuple[BinaryIO, BinaryIO]:
    read, write = os.pipe()
    return (
        stack.enter_context(open(read, "rb", 0)),
        stack.enter_context(open(write, "wb", 0)),
    )


def _follow(
    connection: socket.socket,
    pid: int,
    files: Mapping[int, Stream],
    sink: Sink,
    deadline: float | None,
) -> int:
    """Pass on what a command prints, and end it when its time is over."""
    number = connection.fileno()
    try:
        if pump(files, sink, number, deadline):
            code = receive_number(connection)
            if code is None:
                raise Lost("the AWS CLI's process died before it said how it ended")
            return code
        _kill(pid, signal.SIGTERM)
        if not pump(files, sink, number, time.monotonic() + _GRACE):
            _kill(pid, signal.SIGKILL)
            return 128 + signal.SIGKILL
        code = receive_number(connection)
        return 128 + signal.SIGTERM if code is None else code
    except BaseException:
        _kill(pid, signal.SIGKILL)
        raise


def _kill(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)
