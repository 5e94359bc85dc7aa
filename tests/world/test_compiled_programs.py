"""Small programs in C: compiled once with the first compiler that can, and kept."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from steadyhand.world.programs import compiled as compiling
from steadyhand.world.programs.compiled import compiled
from steadyhand.world.programs.environment import SYSTEM_PATH

SOURCE = "int main(void) { return 7; }\n"
pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux") or shutil.which("cc", path=SYSTEM_PATH) is None,
    reason="no C compiler is installed, or this is not Linux: nothing is compiled on such a "
    "machine, and what does the same without one has tests of its own",
)


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Have a program, a folder for what is kept, and no compiler but those in `bin`."""
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("STEADYHAND_CACHE", str(tmp_path / "kept"))
    monkeypatch.setattr(compiling, "SYSTEM_PATH", f"{tmp_path}/bin")
    file = tmp_path / "seven.c"
    file.write_text(SOURCE)
    return file


def compiler(source: Path, name: str, does: str) -> None:
    program = source.parent / "bin" / name
    path = os.defpath
    program.write_text(f'#!/bin/sh\nPATH={path}\necho {name} >> "{source.parent}/asked"\n{does}\n')
    program.chmod(0o755)


def asked(source: Path) -> list[str]:
    file = source.parent / "asked"
    return file.read_text().split() if file.exists() else []


def test_it_is_compiled_once(source: Path) -> None:
    compiler(source, "cc", 'exec cc "$@"')
    made = [compiled(source), compiled(source)]
    assert made[0] is not None
    assert made[0] == made[1]
    assert subprocess.run([made[0]], check=False).returncode == 7
    assert asked(source) == ["cc"]


def test_one_that_cannot_is_passed_over(source: Path) -> None:
    compiler(source, "musl-gcc", "exit 1")
    compiler(source, "cc", 'case "$*" in *-static*) exit 1 ;; esac; exec cc "$@"')
    made = compiled(source)
    assert made is not None
    assert subprocess.run([made], check=False).returncode == 7
    assert asked(source) == ["musl-gcc", "cc", "cc"]


def test_one_that_comes_later_is_asked_then(source: Path) -> None:
    compiler(source, "cc", 'exec cc "$@"')
    before = compiled(source)
    compiler(source, "musl-gcc", 'exec cc "$@"')
    assert compiled(source) not in {None, before}
    assert asked(source) == ["cc", "musl-gcc"]


def test_without_any_there_is_none(source: Path) -> None:
    assert compiled(source) is None
