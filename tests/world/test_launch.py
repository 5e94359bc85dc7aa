"""Local programs: what they get, how they end, and that nothing of them stays."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from steadyhand.world.door import Refused, Stream
from steadyhand.world.programs import launch
from steadyhand.world.programs.compiled import compiled
from steadyhand.world.programs.environment import for_program
from steadyhand.world.programs.launch import Launcher, Program, installed
from tests.world.conftest import Kept, discard


def program(text: str, timeout: float | None = None, **env: str) -> Program:
    return Program(("sh", "-c", text), "/", for_program(Path("/"), env), timeout)


def test_output_comes_in_order_by_stream(kept: Kept) -> None:
    assert (
        Launcher().run(program("echo a; sleep 0.2; echo b >&2; sleep 0.2; echo c"), kept.sink) == 0
    )
    assert kept.chunks == [(Stream.OUT, b"a\n"), (Stream.ERR, b"b\n"), (Stream.OUT, b"c\n")]


@pytest.mark.parametrize(("text", "code"), [("exit 3", 3), ("kill -9 $$", 137), ("true", 0)])
def test_exit_status(text: str, code: int) -> None:
    assert Launcher().run(program(text), discard()) == code


def test_the_environment_is_clean(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "operator")
    env = for_program(Path("/h"), {"A": "1", "TZ": "CET", "LD_PRELOAD": "x", "PATH": "/x"})
    Launcher().run(Program(("env",), "/", env), kept.sink)
    assert dict(line.split("=", 1) for line in kept.out.splitlines()) == {
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "TERM": "dumb",
        "TZ": "CET",
        "HOME": "/h",
        "A": "1",
    }


def test_stdin_is_empty_or_the_callers(kept: Kept) -> None:
    assert Launcher().run(program("cat"), kept.sink) == 0
    read, write = os.pipe()
    os.write(write, b"given")
    os.close(write)
    assert Launcher().run(program("cat"), kept.sink, read) == 0
    os.close(read)
    assert kept.out == "given"


@pytest.mark.parametrize("text", ["sleep 60", "trap '' TERM; while :; do sleep 0.1; done"])
def test_time_over_ends_the_group(text: str) -> None:
    started = time.monotonic()
    code = Launcher().run(program(text, timeout=0.3), discard())
    assert code in {128 + signal.SIGTERM, 128 + signal.SIGKILL}
    assert time.monotonic() - started < 6


def test_what_stays_in_the_background_is_ended(kept: Kept) -> None:
    started = time.monotonic()
    assert Launcher().run(program("sleep 60 & echo $!"), kept.sink) == 0
    assert time.monotonic() - started < 5
    for _ in range(50):
        if not psutil.pid_exists(int(kept.out)):
            break
        time.sleep(0.1)
    assert not psutil.pid_exists(int(kept.out))


@pytest.mark.parametrize("name", ["no-such-program", "/no/such/program"])
def test_what_cannot_be_started_is_refused(name: str) -> None:
    with pytest.raises(Refused, match="not installed"):
        Launcher().run(Program((name,), "/"), discard())
    with pytest.raises(Refused, match="cannot be started"):
        Launcher().run(Program(("true",), "/no/such/place"), discard())


def test_end_all_ends_and_starts_nothing_more() -> None:
    launcher = Launcher()
    threading.Timer(0.3, launcher.end_all).start()
    assert launcher.run(program("sleep 60"), discard()) == 128 + signal.SIGKILL
    with pytest.raises(Refused, match="closed"):
        launcher.run(program("true"), discard())


def test_a_sink_that_raises_ends_the_program() -> None:
    def sink(_stream: Stream, _chunk: bytes) -> None:
        raise RuntimeError("enough")

    started = time.monotonic()
    with pytest.raises(RuntimeError):
        Launcher().run(program("echo x; sleep 60"), sink)
    assert time.monotonic() - started < 5


_PARENT = """
from steadyhand.world.programs.launch import Launcher, Program
from steadyhand.world.programs.environment import for_program
from pathlib import Path
def sink(stream, chunk):
    print(chunk.decode(), end="", flush=True)
call = ("sh", "-c", "echo $$; exec sleep 60")
Launcher().run(Program(call, "/", for_program(Path("/"), {})), sink)
"""


@pytest.mark.parametrize("way", ["compiled", "setpriv"])
def test_kill_9_of_the_parent_leaves_nothing(way: str) -> None:
    without = (
        ""
        if way == "compiled"
        else "import steadyhand.world.programs.launch as l; l._tether = str\n"
    )
    if way == "compiled" and compiled(Path(launch.__file__).with_name("tether.c")) is None:
        pytest.skip(
            "no C compiler is installed, so there is no compiled program to test; setpriv does the "
            "same then, and is tested beside this"
        )
    if way == "setpriv" and installed("setpriv") is None:
        pytest.skip(
            "setpriv (of util-linux) is not installed, so there is nothing to take the compiled "
            "program's place; that one is tested beside this"
        )
    with subprocess.Popen(
        [sys.executable, "-c", without + _PARENT], stdout=subprocess.PIPE, text=True
    ) as p:
        assert p.stdout is not None
        child = psutil.Process(int(p.stdout.readline()))
        os.kill(p.pid, signal.SIGKILL)
    _, alive = psutil.wait_procs([child], timeout=5)
    assert not alive
