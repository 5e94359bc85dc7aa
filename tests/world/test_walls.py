"""The two programs that have the kernel hold a command: both hold it, and alike."""

import shutil
import subprocess
from pathlib import Path

import pytest

from steadyhand.world.programs import compiled, walls

BASH = Path(shutil.which("bash") or "bash").resolve()
pytestmark = pytest.mark.skipif(
    not walls.version(),
    reason="this kernel has no Landlock (Linux 5.13), which is what holds a command here; "
    "docs/gate.md lists the ways that are open without it",
)


@pytest.fixture(params=["compiled", "python"])
def held(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> list[str]:
    """Words that hold a bash to a room, which alone it may write in, and start nothing but bash."""
    source = Path(walls.__file__).with_name("walls.c")
    monkeypatch.setattr(walls, "_holder", walls._holder.__wrapped__)  # not the one of before
    if request.param == "python":
        monkeypatch.setattr(compiled, "compiled", lambda _: None)
    elif compiled.compiled(source) is None:
        pytest.skip(
            "no C compiler is installed, so there is no compiled program to test; a run then uses "
            "the one in Python, whose tests are not skipped"
        )
    room = tmp_path / "a room; and -- more"
    room.mkdir()
    words = walls.within((room,), (BASH,))
    assert ("walls-" in words[0]) is (request.param == "compiled")
    return words


def bash(held: list[str], text: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    words = [*held, str(BASH), "-c", text]
    return subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("text", "done", "why"),
    [
        ("echo a > 'a room; and -- more'/x && echo made", True, ""),
        ("echo a > /dev/null && echo made", True, ""),
        ("read -r line < seen && echo made $line", True, ""),
        ("echo a > x && echo made", False, "Permission denied"),
        ("echo a >> seen && echo made", False, "Permission denied"),
        ("/usr/bin/env true && echo made", False, "Permission denied"),
        ("kill -0 $PPID && echo made", walls.version() < 6, "not permitted"),
    ],
)
def test_what_is_held(held: list[str], text: str, done: bool, why: str, tmp_path: Path) -> None:
    (tmp_path / "seen").write_text("it\n")
    ended = bash(held, text, tmp_path)
    assert ("made" in ended.stdout, done or why in ended.stderr) == (done, True), ended.stderr
    assert (tmp_path / "seen").read_text() == "it\n"


def test_what_cannot_be_held_is_not_started(held: list[str], tmp_path: Path) -> None:
    (tmp_path / "a room; and -- more").rmdir()
    ended = bash(held, "echo started", tmp_path)
    assert (ended.returncode != 0, ended.stdout) == (True, "")
    assert "started" not in bash([*held[:-1], "--"], "echo started", tmp_path).stdout
