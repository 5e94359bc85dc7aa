"""The shims' two clients say the same, and what they say is what bash expanded."""

import errno
import os
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from steadyhand.run import shims
from steadyhand.run.shims import Request, Shims
from steadyhand.world.programs import compiled

WITHOUT_COMPILER = (
    "no C compiler is installed, so there is no compiled client to test; a run then uses the one "
    "in Python, whose tests are not skipped"
)
CLIENT = Path(shims.__file__).with_name("shim.c")
WORDS = ["a b", "", "ü\n'\"$x", "\udcff", "x" * 100_000]


class Asked:
    """A directory of shims, and what they asked."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.shims = Shims(["tool"], self._answer)

    def _answer(self, one: Request) -> int:
        self.requests.append(one)
        os.write(one.stdout, b"out " + os.read(one.stdin, 100))
        os.write(one.stderr, b"err")
        return 7


def _refused(_client: str, _place: str) -> None:
    raise OSError("Invalid cross-device link")


@pytest.fixture(params=["compiled", "copied", "python"])
def asked(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Asked]:
    if request.param == "copied":  # as from another disk
        monkeypatch.setattr(os, "link", _refused)
    if request.param == "python":
        monkeypatch.setattr(shims, "compiled", lambda _: None)
    elif compiled.compiled(CLIENT) is None:
        pytest.skip(WITHOUT_COMPILER)
    one = Asked()
    yield one
    one.shims.close()


def test_what_is_asked_and_answered(asked: Asked, tmp_path: Path) -> None:
    tool = asked.shims.path / "tool"
    done = subprocess.run(
        [tool, *WORDS],
        env={"A": "1=2", "EMPTY": "", "ODD": "\udcfe\n", "LC_ALL": "C.UTF-8"},
        cwd=tmp_path,
        input=b"in",
        capture_output=True,
        check=False,
        timeout=20,
    )
    assert (done.returncode, done.stdout, done.stderr) == (7, b"out in", b"err")
    (request,) = asked.requests
    assert request.argv == ("tool", *WORDS)
    assert request.cwd == str(tmp_path)
    assert dict(request.env) == {"A": "1=2", "EMPTY": "", "ODD": "\udcfe\n", "LC_ALL": "C.UTF-8"}


def test_files_that_are_closed_are_nothing(asked: Asked) -> None:
    tool = asked.shims.path / "tool"
    done = subprocess.run(
        ["bash", "-c", f"{tool} <&- >&-; echo $?"], capture_output=True, check=False, timeout=20
    )
    assert (done.stdout, done.stderr) == (b"7\n", b"err")


def test_without_the_run_nothing_is_done(asked: Asked) -> None:
    tool = asked.shims.path / "tool"
    asked.shims._listener.close()
    (asked.shims.path.parent / "gate").unlink()
    done = subprocess.run([tool], capture_output=True, check=False, timeout=20)
    assert (done.returncode, b"the run is gone" in done.stderr) == (126, True)


def test_a_client_that_others_may_change_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STEADYHAND_CACHE", str(tmp_path))
    made = compiled.compiled(CLIENT)
    if made is None:
        pytest.skip(WITHOUT_COMPILER)
    assert made.parent == tmp_path
    assert compiled.compiled(CLIENT) == made
    for one, mode in ((made, 0o777), (tmp_path, 0o770)):
        before = one.stat().st_mode
        one.chmod(mode)
        assert compiled.compiled(CLIENT) is None
        one.chmod(before)
    assert compiled.compiled(CLIENT) == made
    made.unlink()
    monkeypatch.setattr(compiled, "SYSTEM_PATH", str(tmp_path))  # no compiler there
    assert compiled.compiled(CLIENT) is None


def test_commands_are_heard_again_after_no_more_files_could_be_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    accept, failures = socket.socket.accept, [errno.EMFILE] * 3

    def full(listener: socket.socket) -> tuple[socket.socket, object]:
        if failures:
            raise OSError(failures.pop(), "Too many open files")
        return accept(listener)

    monkeypatch.setattr(socket.socket, "accept", full)
    one = Asked()
    try:
        tool = one.shims.path / "tool"
        done = subprocess.run([tool], input=b"in", capture_output=True, timeout=30, check=False)
        assert done.returncode == 7
        assert failures == []
    finally:
        one.shims.close()
