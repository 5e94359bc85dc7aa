"""How long a program may take is kept, whatever it does with its streams; what it printed is kept.

A limit that is not kept is seen by what is printed and said, not by a clock: a sink gives up after
far more chunks than fit into the limit, a program that is not ended ends well.
"""

import signal
import socket
import subprocess
import time
from pathlib import Path

import psutil
import pytest

from steadyhand.world.aws import client
from steadyhand.world.door import Stream
from steadyhand.world.programs.environment import for_program
from steadyhand.world.programs.launch import Launcher, Program
from tests.world.conftest import Kept, discard

_OVER = {128 + signal.SIGTERM, 128 + signal.SIGKILL}


def program(text: str, timeout: float | None = None) -> Program:
    return Program(("sh", "-c", text), "/", for_program(Path("/"), {}), timeout)


class Slow:
    """A sink that is slower than whoever prints, and gives up in the end."""

    def __init__(self) -> None:
        self.taken = 0

    def __call__(self, _stream: Stream, _chunk: bytes) -> None:
        self.taken += 1
        assert self.taken < 1000, "it prints on and on"
        time.sleep(0.02)


@pytest.mark.parametrize("text", ["", "trap '' TERM;"])
def test_a_program_that_closed_its_streams_is_ended(text: str) -> None:
    closed = program(f"{text} exec >/dev/null 2>&1; sleep 20; sleep 1; exit 0", timeout=0.3)
    assert Launcher().run(closed, discard()) in _OVER


def test_a_program_that_closed_its_streams_has_the_status_it_ends_with() -> None:
    assert Launcher().run(program("exec >&- 2>&-; sleep 0.2; exit 3", timeout=60), discard()) == 3


def test_a_program_that_prints_faster_than_it_is_read_is_ended() -> None:
    assert Launcher().run(program("yes", timeout=0.3), Slow()) in _OVER


def test_what_prints_in_the_background_is_not_waited_for() -> None:
    assert Launcher().run(program("yes & sleep 0.5; exit 3"), Slow()) == 3


def test_what_was_printed_before_the_end_is_not_lost() -> None:
    printed = {Stream.OUT: b"", Stream.ERR: b""}

    def ends_first(stream: Stream, chunk: bytes) -> None:
        if not printed[Stream.OUT]:
            pid = int(chunk.split()[0])
            until = time.monotonic() + 30
            while psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
                assert time.monotonic() < until
                time.sleep(0.01)
        printed[stream] += chunk

    text = "echo $$; sleep 0.2; head -c 60000 /dev/zero; head -c 50000 /dev/zero >&2"
    assert Launcher().run(program(text), ends_first) == 0
    assert printed[Stream.OUT].count(b"\0") == 60_000
    assert printed[Stream.ERR].count(b"\0") == 50_000


def test_a_hundred_megabytes_arrive_whole() -> None:
    size = 0

    def count(_stream: Stream, chunk: bytes) -> None:
        nonlocal size
        size += len(chunk)

    whole = program("head -c 100000000 /dev/zero; echo x >&2", timeout=300)
    assert Launcher().run(whole, count) == 0
    assert size == 100_000_002


def test_an_aws_command_that_closed_its_streams_is_ended(kept: Kept) -> None:
    near, far = socket.socketpair()
    with near, far:
        command = subprocess.Popen(
            ["sleep", "20"], start_new_session=True, pass_fds=[far.fileno()]
        )  # as the zygote's child: it holds the other end, and says nothing
        far.close()
        try:
            out, err = subprocess.PIPE, subprocess.PIPE
            with subprocess.Popen(["true"], stdout=out, stderr=err) as gone:
                assert gone.stdout is not None
                assert gone.stderr is not None
                streams = {gone.stdout.fileno(): Stream.OUT, gone.stderr.fileno(): Stream.ERR}
                until = time.monotonic() + 0.3
                code = client._follow(near, command.pid, streams, kept.sink, until)
        finally:
            command.kill()
            command.wait()
    assert code == 128 + signal.SIGTERM
