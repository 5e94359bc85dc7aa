"""Orders come in over a socket; for each, a forked child runs the AWS CLI once. Its own program.

`python -m steadyhand.world.aws.zygote DOOR START`: DOOR is the number of an open socket, START the
JSON of `wire.Start`. Single-threaded, and knows neither secrets nor effects. It ends, with every
child, when the other side of the door is closed, however that came.
"""

import contextlib
import fcntl
import gc
import io
import os
import select
import shutil
import signal
import socket
import struct
import sys
import termios
import time
from collections.abc import Callable
from typing import Any, NoReturn

from steadyhand.world.aws import guard, plugin
from steadyhand.world.aws.wire import (
    FILES,
    Order,
    Start,
    read_start,
    receive_order,
    send_number,
)
from steadyhand.world.programs.parent import die_with

# What is rehearsed for each service: loading its model, its parser and its client takes longest.
WARM = {
    "ecs": "describe-services",
    "logs": "filter-log-events",
    "cloudwatch": "get-metric-statistics",
    "rds": "describe-db-instances",
    "sts": "get-caller-identity",
    "elasticache": "describe-cache-clusters",
    "elbv2": "describe-target-health",
    "secretsmanager": "describe-secret",
    "ssm": "get-parameter",
}
REFUSED = 255  # what the AWS CLI itself says when it cannot get through
_PID = struct.Struct("=i")


def main() -> None:
    """Warm up, then fork and reap until the door is closed."""
    door = socket.socket(fileno=int(sys.argv[1]))
    start = read_start(sys.argv[2])
    sys.argv = ["aws"]  # what it says in its usage that it is called
    # A terminal's Ctrl-C is for whoever started the command; the door says when it is over.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    children = Children(door, warm(start), start.ahead)
    try:
        children.serve()
    finally:
        children.end()
        shutil.rmtree(start.scratch, ignore_errors=True)


def warm(start: Start) -> Any:
    """Make a driver with all that the first command would otherwise have to load."""
    if start.endpoint:
        guard.install(_refuse, start.plugin)
    from awscli.clidriver import create_clidriver

    driver = create_clidriver()
    plugin.add_logs_tail(driver)
    if start.endpoint:
        plugin.point_at(driver, start.endpoint)
        plugin.divide_waits(start.factor)
    for service, operation in WARM.items():
        load(driver, service, start)
        rehearse(driver, service, operation)
    gc.collect()
    gc.freeze()
    return driver


def load(driver: Any, service: str, start: Start) -> None:
    """Load what a service's client, paginators and waiters are made from."""
    session = driver.session
    # Credentials of its own, so that nobody's are read or kept before there is a command.
    session.create_client(
        service,
        region_name=start.region or "us-east-1",
        endpoint_url=start.endpoint or None,
        aws_access_key_id="warm",
        aws_secret_access_key="warm",
    )
    with contextlib.suppress(Exception):  # not every service has both
        session.get_paginator_model(service)
        session.get_waiter_model(service)


def rehearse(driver: Any, service: str, operation: str) -> None:
    """Run a command as far as its parameters: that asks nobody and needs no credentials."""
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):
        driver.main([service, operation, "--generate-cli-skeleton"])


class Children:
    """The forked children: those that wait for an order, and those that have one."""

    def __init__(self, door: socket.socket, driver: Any, ahead: int) -> None:
        self._door = door
        self._driver = driver
        self._ahead = ahead
        self._waiting: set[int] = set()
        self._busy: set[int] = set()
        self._taken, self._tell = os.pipe()

    def serve(self) -> None:
        """Keep children waiting until the other side of the door is gone."""
        poll = select.poll()
        poll.register(self._door, 0)  # only that it was closed
        poll.register(self._taken, select.POLLIN)
        while True:
            while len(self._waiting) < self._ahead and self._fork():
                pass
            for number, _ in poll.poll(1000):
                if number == self._door.fileno():
                    return
                for (pid,) in _PID.iter_unpack(os.read(self._taken, 4096)):
                    self._waiting.discard(pid)
                    self._busy.add(pid)
            self._reap()

    def _fork(self) -> bool:
        """Make a child that waits; False where there is no room for one now."""
        parent = os.getpid()
        try:
            pid = os.fork()
        except OSError:  # those that have an order go on; soon it is tried again
            return False
        if pid == 0:
            try:
                _child(parent, self._door, self._tell, self._driver)
            finally:
                os._exit(REFUSED)
        self._waiting.add(pid)
        return True

    def _reap(self) -> None:
        with contextlib.suppress(ChildProcessError):
            while (pid := os.waitpid(-1, os.WNOHANG)[0]) != 0:
                self._waiting.discard(pid)
                self._busy.discard(pid)

    def end(self) -> None:
        """Kill every child and what it started."""
        for pid in self._waiting | self._busy:
            for kill in (os.killpg, os.kill):
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    kill(pid, signal.SIGKILL)


# The connection of this child's order, so that the guard can say that it refused.
_connection: socket.socket | None = None


def _refuse(message: str) -> NoReturn:
    """End this process at once: nothing that the CLI catches or tries again comes after it."""
    os.write(2, f"steadyhand: {message}\n".encode())
    if _connection is not None:
        send_number(_connection, REFUSED)
    os._exit(REFUSED)


def _child(parent: int, door: socket.socket, tell: int, driver: Any) -> NoReturn:
    """Wait for an order, carry it out, say how it ended."""
    global _connection
    die_with(parent)
    os.setsid()
    # Forked memory is copied when it is first touched. Now, nobody waits for that.
    rehearse(driver, "ecs", "list-tasks")
    _, files, _, _ = socket.recv_fds(door, 1, FILES)
    if len(files) < FILES:
        os._exit(0)
    os.write(tell, _PID.pack(os.getpid()))
    for file in files:
        os.set_inheritable(file, False)
    _connection = socket.socket(fileno=files[0])
    send_number(_connection, os.getpid())
    order = receive_order(_connection)
    for file, standard in zip(files[1:], (0, 1, 2), strict=True):
        os.dup2(file, standard)
        os.close(file)
    if os.isatty(0):  # a person types: what it starts may ask for the terminal by its name
        with contextlib.suppress(OSError):
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    code = _carry_out(order, driver)
    send_number(_connection, code)
    os._exit(code & 0xFF)


def _carry_out(order: Order, driver: Any) -> int:
    os.environ.update(order.env)
    time.tzset()
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if "--follow" in order.argv:  # whoever follows wants each line at once
        for stream in (sys.stdout, sys.stderr):
            assert isinstance(stream, io.TextIOWrapper)
            stream.reconfigure(line_buffering=True)
    try:
        os.chdir(order.cwd)
    except OSError as error:
        os.write(2, f"steadyhand: {order.cwd}: {error.strerror}\n".encode())
        return REFUSED
    code = _exit_code(lambda: driver.main(list(order.argv)))
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BrokenPipeError:
            code = code or REFUSED
    return code


def _exit_code(run: Callable[[], int | None]) -> int:
    try:
        return run() or 0
    except SystemExit as end:
        if end.code is None or isinstance(end.code, int):
            return end.code or 0
        print(end.code, file=sys.stderr)
        return 1


if __name__ == "__main__":
    main()
