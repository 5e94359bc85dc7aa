"""A step that takes longer than it may is ended, whether a program or bash itself is at it."""

from pathlib import Path

import pytest

from steadyhand.cli.program import run_program
from steadyhand.main import build

_SETTINGS = "schema = 1\n\n[run]\nstep_seconds = {}\n"


def _go(folder: Path, monkeypatch: pytest.MonkeyPatch, statement: str, seconds: str) -> int:
    (folder / "long.md").write_text(f"# Long\n\n## Go\n\n```bash\n{statement}\n```\n")
    (folder / "steadyhand.toml").write_text(_SETTINGS.format(seconds))
    monkeypatch.chdir(folder)
    words = ["run", "long.md", "Go", "--target", "aws:none@us-east-1"]
    monkeypatch.setattr("sys.argv", ["steadyhand", *words])
    return run_program(build)


def test_a_program_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    assert _go(tmp_path, monkeypatch, "sleep 50", "1") == 1
    out, err = capfd.readouterr()
    assert "sleep 50 was ended: a step may take 1 s ([run] step_seconds)" in out + err
    assert "go/1 returned 143" in out


def test_a_loop_without_programs_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("steadyhand.run.perform._GRACE", 0.2)
    assert _go(tmp_path, monkeypatch, "for ((;;)); do X=1; done", "1") == 1
    out, err = capfd.readouterr()
    assert "steadyhand: ended: a step may take 1 s" in err
    assert "go/1 returned 137" in out


def test_nobody_sets_a_limit_that_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    assert _go(tmp_path, monkeypatch, "date", "0") == 2
    assert "run.step_seconds: 0 is not between 1 s and a week" in capfd.readouterr().err
