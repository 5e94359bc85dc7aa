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


class _Warmed:
    """One zygote, the door to it, and the folder that it has. Under the lock of whoever has it."""

    def __init__(
        self, process: subprocess.Popen[bytes], door: socket.socket, scratch: Path
    ) -> None:
        self.process = process
        self.door = door
        self.scratch = scratch
        self.calls = 0  # under way

    def complaint(self) -> str:
        """Give what it said last."""
        with contextlib.suppress(OSError):
            said = (self.scratch / "errors").read_text().strip().rpartition("\n")[2]
            return said or "its process takes no orders"
        return "its process takes no orders"

    def end(self) -> None:
        """End it, and every command that it has."""
        self.door.close()
        try:
            self.process.wait(_GRACE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.scratch, ignore_errors=True)


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
        self._current: _Warmed | None = None  # who gets the next order
        self._left: set[_Warmed] = set()  # who gets no more, and has calls under way
        self._closed = False

    def start(self) -> None:
        """Warm up now instead of with the first call; returns at once. Idempotent."""
        with self._lock:
            self._warmed()

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
            for warmed in {*self._left, *({self._current} if self._current else ())}:
                warmed.end()
            self._current, self._left = None, set()

    def _hand_over(
        self, stack: contextlib.ExitStack, files: list[int]
    ) -> tuple[socket.socket, int]:
        """Give a child its files; returns the connection to it and its process id."""
        why = ""
        for _ in range(2):  # an order that no child took was not carried out: once more is safe
            pid = None
            with self._lock:
                warmed = self._warmed()
                warmed.calls += 1
            try:
                near, far = socket.socketpair()
                stack.enter_context(near)
                with far, contextlib.suppress(OSError):
                    socket.send_fds(warmed.door, [b"!"], [far.fileno(), *files])
                near.settimeout(_PATIENCE)
                pid = receive_number(near)
                why = warmed.complaint() if pid is None else ""
            finally:
                if pid is None:
                    self._done(warmed, again=False)
            if pid is not None:
                near.settimeout(None)
                stack.callback(self._done, warmed)
                return near, pid
        raise Refused(f"the AWS CLI does not start: {why}")

    def _done(self, warmed: _Warmed, again: bool = True) -> None:
        """A call of a zygote is over; it gets no other if it took no order. The last one ends it,
        as those of others may still be under way."""
        with self._lock:
            warmed.calls -= 1
            if self._current is warmed and not again:
                self._current = None
                self._left.add(warmed)
            if warmed in self._left and not warmed.calls:
                self._left.remove(warmed)
                warmed.end()

    def _warmed(self) -> _Warmed:
        """Give the zygote for the next order; the lock is held. Raises Refused."""
        if self._closed:
            raise Refused("the AWS CLI of this target was closed")
        if self._current is not None and self._current.process.poll() is not None:
            self._current.end()  # what it had under way has ended with it
            self._current = None
        if self._current is None:
            self._current = self._launch()
        return self._current

    def _launch(self) -> _Warmed:
        if importlib.util.find_spec("awscli") is None:
            raise Refused("the AWS CLI is not installed: pip install 'steadyhand[aws]'")
        target = self._target
        scratch = Path(tempfile.mkdtemp(prefix="steadyhand-aws-"))
        (scratch / "config").write_text(_CONFIG)
        plugin = PLUGIN if target.is_lab and PLUGIN in target.tools else ""
        start = Start(target.endpoint, target.region, target.factor, str(scratch), _AHEAD, plugin)
        env = for_lab(target, scratch) if target.is_lab else for_profile(target)
        if plugin:
            env["PATH"] = f"{_stand_in(target, scratch)}{os.pathsep}{env['PATH']}"
        door, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        zygote = ["steadyhand.world.aws.zygote", str(far.fileno()), write_start(start)]
        with far, open(scratch / "errors", "wb") as errors:
            # No PDEATHSIG here: it would fire when the thread that happened to make the first call
            # ends. The zygote watches its door, which the kernel closes however this process ends.
            process = subprocess.Popen(
                [sys.executable, "-I", "-m", *zygote],
                cwd=scratch,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=errors,
                stderr=errors,
                pass_fds=[far.fileno()],
                start_new_session=True,
            )
        return _Warmed(process, door, scratch)


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
