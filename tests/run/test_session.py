"""The session: a real bash with nothing but shims, its state kept from statement to statement."""

import contextlib
import errno
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from steadyhand.run.session import Session, SessionOver, exported
from steadyhand.run.shims import Request, Shims
from steadyhand.world.door import Stream
from steadyhand.world.programs.launch import dies_with_us

Open = Callable[[Callable[[Request], int]], Session]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Open]:
    opened: list[tuple[Session, Shims]] = []

    def open_session(answer: Callable[[Request], int]) -> Session:
        shims = Shims(["tool", "cat", "date"], answer)
        session = Session(tmp_path / "run", shims.path, seed=7)
        opened.append((session, shims))
        return session

    yield open_session
    for session, shims in opened:
        session.close()
        shims.close()


class Printed:
    """A sink that keeps what it is given."""

    def __init__(self) -> None:
        self.out = b""
        self.err = b""

    def __call__(self, stream: Stream, chunk: bytes) -> None:
        if stream is Stream.OUT:
            self.out += chunk
        else:
            self.err += chunk


def write(request: Request, text: bytes) -> None:
    with contextlib.suppress(BrokenPipeError):  # the next part of a pipe may not read at all
        os.write(request.stdout, text)


def say_argv(request: Request) -> int:
    write(request, (" ".join(request.argv) + "\n").encode())
    return 0


def test_commands_arrive_expanded_however_deep_they_stand(start: Open) -> None:
    seen: list[tuple[str, ...]] = []

    def answer(request: Request) -> int:
        seen.append(request.argv)
        write(request, b"17\n")
        return 0

    session = start(answer)
    printed = Printed()
    text = 'X="a b"; for n in 1 2; do tool "$X" $n "$(date +%s)"; done | cat -'
    assert session.execute(text, printed) == 0
    assert ("tool", "a b", "1", "17") in seen
    assert ("tool", "a b", "2", "17") in seen
    assert ("cat", "-") in seen


def test_nothing_but_shims_is_on_the_path(start: Open) -> None:
    session = start(say_argv)
    printed = Printed()
    assert session.execute("ls /", printed) == 127
    assert printed.out == b""
    assert b"command not found" in printed.err


def test_variables_and_functions_outlive_the_session(start: Open) -> None:
    first = start(say_argv)
    first.execute(
        "export A='x y'; B=(1 2 'three four'); f() { tool \"$A\" \"${B[2]}\"; }", Printed()
    )
    snapshot = first.saved()
    assert "STEADYHAND" not in snapshot
    second = start(say_argv)
    second.execute(snapshot, Printed())
    printed = Printed()
    assert second.execute("f; RESULT=$?", printed) == 0
    assert printed.out == b"tool x y three four\n"


def _words(session: Session) -> list[str]:
    """Give what is saved, without the folder."""
    return [line for line in session.saved().splitlines() if not line.startswith("builtin cd")]


def test_what_is_saved_follows_every_statement(start: Open) -> None:
    session = start(say_argv)
    said = []
    for text in (
        "LONG=a-value-that-is-long",
        "LONG=b",  # the same name, another value
        "IFS=; set -u; f() { :; }",
        "unset -f f; N=1",
        "unset LONG N",
        "",
    ):
        session.execute(text, Printed())
        said.append(_words(session))
    assert said == [
        ['declare -- LONG="a-value-that-is-long"'],
        ['declare -- LONG="b"'],
        ["f () ", "{ ", "    :", "}", 'declare -- LONG="b"'],
        ['declare -- LONG="b"', 'declare -- N="1"'],
        [],
        [],
    ]


def test_a_short_statement_after_a_long_one_is_that_one_alone(start: Open) -> None:
    session, printed = start(say_argv), Printed()
    session.execute(f"echo {'x' * 5000}\necho long", printed)
    session.execute("echo a", printed)
    assert printed.out.splitlines()[1:] == [b"long", b"a"]


def test_half_a_statement_is_not_run(start: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    session, printed = start(say_argv), Printed()
    whole = os.pwrite
    monkeypatch.setattr(os, "pwrite", lambda file, data, at: whole(file, data[:6], at))
    with pytest.raises(OSError, match="No space left"):
        session.execute("echo a-word", printed)
    assert printed.out == b""


@pytest.mark.parametrize(
    ("text", "code"),
    [("false", 1), ("tool | false", 1), ("false | tool", 1), ("(exit 9)", 9), ("if", 2)],
)
def test_the_status_is_that_of_the_statement(start: Open, text: str, code: int) -> None:
    session = start(say_argv)
    assert session.execute(text, Printed()) == code
    assert session.execute("true", Printed()) == 0  # and the session lives on


def test_a_statement_that_ends_bash_is_said_with_its_status(start: Open) -> None:
    session = start(say_argv)
    with pytest.raises(SessionOver) as over:
        session.execute("exit 4", Printed())
    assert over.value.code == 4


def test_a_statement_without_end_is_ended(start: Open) -> None:
    session = start(say_argv)
    with pytest.raises(SessionOver):
        session.execute("while true; do :; done", Printed(), seconds=0.5)


class Slow:
    """A sink that is slower than whoever prints, and gives up in the end."""

    def __init__(self) -> None:
        self.taken = 0

    def __call__(self, _stream: Stream, _chunk: bytes) -> None:
        self.taken += 1
        assert self.taken < 1000, "it prints on and on"
        time.sleep(0.02)


def test_a_statement_that_prints_faster_than_it_is_read_is_ended(start: Open) -> None:
    session = start(say_argv)
    with pytest.raises(SessionOver) as over:
        session.execute(
            "LONG=$(printf %065536d 1); while true; do echo $LONG$LONG; echo $LONG >&2; done",
            Slow(),
            seconds=0.5,
        )
    assert over.value.late


def test_what_prints_in_the_background_is_not_waited_for(start: Open) -> None:
    prints = "while true; do echo $LONG$LONG$LONG$LONG; : >begun; done"
    text = f"LONG=$(printf %065536d 1); {prints} & until [[ -e begun ]]; do :; done; (exit 3)"
    assert start(say_argv).execute(text, Slow()) == 3


def test_the_same_run_draws_the_same_random_numbers(start: Open) -> None:
    one, two = Printed(), Printed()
    start(say_argv).execute("echo $RANDOM $RANDOM", one)
    start(say_argv).execute("echo $RANDOM $RANDOM", two)
    assert one.out == two.out != b""


def test_output_of_any_size_arrives_whole(start: Open) -> None:
    def answer(request: Request) -> int:
        left = memoryview(b"x" * 3_000_000)
        while left:
            left = left[os.write(request.stdout, left) :]
        return 0

    printed = Printed()
    assert start(answer).execute("tool", printed) == 0
    assert len(printed.out) == 3_000_000


def test_only_what_the_script_exported_is_handed_on() -> None:
    session = {"PATH": "/shims", "LANG": "C.UTF-8"}
    seen = {"PATH": "/shims", "LANG": "de_DE", "X": "1", "PWD": "/run", "SHLVL": "1", "_": "tool"}
    assert exported(seen, session) == {"LANG": "de_DE", "X": "1"}


_PARENT = """
import sys, time
from pathlib import Path
from steadyhand.run.session import Session
from steadyhand.run.shims import Shims
shims = Shims(["tool"], lambda request: time.sleep(60) or 0)
session = Session(Path(sys.argv[1]), shims.path, 1)
print(session._process.pid, flush=True)
session.execute("tool; while true; do :; done", lambda *_: None)
"""


def runs(pid: int) -> bool:
    """Whether a process is there and not merely waiting to be reaped."""
    with contextlib.suppress(psutil.NoSuchProcess):
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    return False


@pytest.mark.skipif(
    not dies_with_us(),
    reason="there is neither a C compiler nor setpriv (of util-linux): nothing can ask the kernel "
    "to end bash with its parent on such a machine",
)
def test_killing_the_driver_leaves_no_bash(tmp_path: Path) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", _PARENT, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    if parent.stdout is None:
        raise AssertionError("started with a pipe")
    with parent.stdout:
        bash = int(parent.stdout.readline())
        os.kill(parent.pid, signal.SIGKILL)
        parent.wait(10)
    deadline = time.monotonic() + 5
    while runs(bash) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not runs(bash)


def test_half_of_what_a_session_has_is_not_taken_for_all_of_it(start: Open) -> None:
    """As on a disk that is full: bash goes on where it cannot write."""
    session = start(lambda _: 0)
    assert session.execute("A=one; B=two", Printed()) == 0
    whole = session.saved()
    assert "A=" in whole
    assert "B=" in whole
    os.ftruncate(session._saved, len(whole) - 3)
    with pytest.raises(OSError, match="No space left"):
        session.saved()


def test_a_session_that_does_not_start_leaves_nothing_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = Path.write_bytes

    def full(path: Path, text: bytes) -> int:
        if path.name == "loop":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        return write(path, text)

    monkeypatch.setattr(Path, "write_bytes", full)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    before = set(os.listdir("/dev/fd"))
    for _ in range(5):
        with pytest.raises(OSError, match="No space left"):
            Session(tmp_path / "run", tmp_path / "bin", seed=7)
    # What other threads of the tests open meanwhile is one at most; a leak would be one each time.
    assert len(os.listdir("/dev/fd")) - len(before) < 5
    assert [one.name for one in tmp_path.iterdir()] == ["run"]
