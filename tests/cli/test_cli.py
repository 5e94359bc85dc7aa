"""The command line as a user meets it: what it says of good input and of bad, with which code."""

import json
import os
import re
import shlex
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from steadyhand.app.control import Control
from steadyhand.app.runbooks import linting
from steadyhand.cli.program import COMMANDS, run_program
from steadyhand.main import build
from steadyhand.store.database import Unavailable

ROOT = Path(__file__).resolve().parents[2]

DOCUMENT = """\
# Shop

## Errors in the shop

**Symptoms:**
- Users see 500

**Investigation:**

```bash
# Look
aws ecs describe-services --cluster shop --services api
```

| Alarm | Threshold | Action |
|---|---|---|
| Shop 5xx Rate | > 5% for 5 min | Page on-call |

- [ ] Tell the owner
"""


class Shell:
    """Runs the program in this process, in a folder of its own."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._capsys = capsys

    def __call__(self, *words: str) -> tuple[int, str, str]:
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(self.folder)
            patch.setattr("sys.argv", ["steadyhand", *words])
            patch.delenv("STEADYHAND_LAB", raising=False)
            patch.setenv("STEADYHAND_CACHE", str(self.folder / "cache"))
            code = run_program(build)
        printed = self._capsys.readouterr()
        return code, printed.out, printed.err


@pytest.fixture
def shell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Shell:
    (tmp_path / "shop.md").write_text(DOCUMENT)
    (tmp_path / "empty.toml").write_text("schema = 1\n")
    (tmp_path / "broken.toml").write_text("x = [")
    (tmp_path / "wrong.toml").write_text('[alarms."Shop 5xx Rate"]\nmetrik = "x"\n')
    (tmp_path / "noise.md").write_bytes(bytes(range(256)))
    return Shell(tmp_path, capsys)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("compile nope.md", "nope.md: No such file"),
        ("compile noise.md", "noise.md: this is no text"),
        ("lint noise.md", "noise.md: this is no text"),
        ("lint nope.md", "nope.md: No such file"),
        ("plan shop.md errors", "no target is named"),
        ("plan shop.md errors --target lab", "no lab is up"),
        ("plan shop.md errors --target moon", "a target is `lab` or `aws:PROFILE@REGION`"),
        ("plan shop.md errors --target aws:x", "write the target as aws:PROFILE@REGION"),
        ("plan shop.md errors --config broken.toml", "broken.toml: not valid TOML"),
        ("alarms list shop.md --config wrong.toml", 'wrong.toml: alarms."Shop 5xx Rate"'),
        ("approve nope", "there is no run nope"),
        ("resume nope", "there is no run nope"),
        ("runs show nope", "there is no run nope"),
        ("incidents show nope", "there is no incident nope"),
        ("watch shop.md --config empty.toml --target lab", "no lab is up"),
        ("frobnicate", "No such command"),
        ("drill shop x --ask", "--ask needs a terminal"),
    ],
)
def test_bad_input_is_one_clear_message_and_code_2(shell: Shell, words: str, said: str) -> None:
    code, _, err = shell(*words.split())
    assert said in err
    assert "Traceback" not in err
    assert code == 2


def test_a_journal_that_cannot_be_opened_is_said(shell: Shell) -> None:
    code, _, err = shell("--state", "shop.md/x", "runs", "list")
    assert code == 2
    assert "cannot open the journal" in err


def test_compile_json_accounts_for_every_line(shell: Shell) -> None:
    code, out, _ = shell("compile", "shop.md", "--json")
    assert code == 0
    said = json.loads(out)
    for entry in said["account"]:
        assert set(entry) == {"kind", "span", "outcome"}
        assert set(entry["span"]) == {"path", "line", "end_line"}
        assert list(entry["outcome"]) in (["made"], ["reason"])
    covered = {
        line
        for entry in said["account"]
        for line in range(entry["span"]["line"], entry["span"]["end_line"] + 1)
    }
    lines = DOCUMENT.splitlines()
    assert {n for n, line in enumerate(lines, 1) if line.strip()} <= covered
    assert {entry["kind"] for entry in said["account"]} >= {
        "heading", "fence", "comment", "table", "checkbox", "prose",
    }  # fmt: skip


def test_several_documents_give_json_lines(shell: Shell) -> None:
    (shell.folder / "more.md").write_text("# More\n")
    code, out, _ = shell("compile", "shop.md", "more.md", "--json")
    assert code == 0
    assert [json.loads(line)["path"] for line in out.splitlines()] == ["shop.md", "more.md"]


def test_init_drafts_settings_that_can_be_used_at_once(shell: Shell) -> None:
    code, out, _ = shell("init", "shop.md")
    assert code == 0
    assert '# [alarms."Shop 5xx Rate"]' in out
    assert shell("init", "--write", "shop.md") == (0, "wrote steadyhand.toml\n", "")
    assert (shell.folder / "steadyhand.toml").read_text() == out
    assert shell("alarms", "list", "shop.md")[0] == 0
    code, _, err = shell("init", "--write", "shop.md")
    assert code == 2
    assert "is there already" in err
    assert shell("init", "shop.md", "nope.md")[0] == 2


def test_an_alarm_without_a_binding_is_shown_as_unbound(shell: Shell) -> None:
    code, out, _ = shell("alarms", "list", "shop.md")
    assert code == 0
    assert 'unbound: steadyhand.toml says nothing of [alarms."Shop 5xx Rate"]' in out
    (shell.folder / "steadyhand.toml").write_text(
        '[alarms."Shop 5xx Rate"]\nnamespace = "Shop"\nmetric = "Rate"\n'
    )
    code, out, _ = shell("alarms", "list", "shop.md", "--factor", "12")
    assert "unbound" not in out
    assert "5 of 5 periods of 60 s (÷12 → 5 s)" in out


def help_of(*words: str) -> Result:
    from steadyhand.cli.program import program

    return CliRunner().invoke(program, [*words, "--help"], obj={"build": build})


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str) -> None:
    said = help_of(command)
    assert said.exit_code == 0
    assert said.output.count("\n") > 4


# --- tidy ------------------------------------------------------------------------------------


def test_every_command_is_in_the_documents() -> None:
    documents = (ROOT / "README.md").read_text() + (ROOT / "CHANGELOG.md").read_text()
    missing = [name for name in COMMANDS if not re.search(rf"\b{name}\b", documents)]
    assert missing == []


def test_nothing_outside_the_lab_knows_a_system_by_name() -> None:
    source = ROOT / "src" / "steadyhand"
    knowing = [
        str(path.relative_to(source))
        for path in source.rglob("*.py")
        if "lab" not in path.relative_to(source).parts[:1]
        and re.search("sleek|contractorlens|arbor|conflicto", path.read_text(), re.IGNORECASE)
    ]
    assert knowing == []


def test_no_lint_of_our_own_runbooks() -> None:
    systems = ROOT / "src" / "steadyhand" / "lab" / "systems"
    checked, problems = linting.check(linting.Wanted((systems,)), date(2026, 11, 1))
    assert checked.documents
    assert problems == []
    assert checked.findings == []


def test_the_lab_s_words_are_passed_on_with_the_state_folder(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "steadyhand", "--state", str(tmp_path), "lab", "status"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 5
    assert done.stderr == f"lab: no lab is up on {tmp_path / 'lab'}\n"


@pytest.mark.parametrize("closed", ["<&-", ">&-", "<&- >&- 2>&-"])
def test_a_closed_stream_is_as_good_as_none(tmp_path: Path, closed: str) -> None:
    (tmp_path / "look.md").write_text("# L\n\n## Look\n\n```bash\necho one\n```\n")
    command = (
        f"{shlex.quote(sys.executable)} -m steadyhand run look.md look --target aws:x@eu-west-1"
    )
    done = subprocess.run(
        ["bash", "-c", f"{command} {closed}"], cwd=tmp_path, capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize("command", ["--version", "compile look.md", "run look.md look"])
def test_output_that_cannot_be_written_is_said(tmp_path: Path, command: str) -> None:
    (tmp_path / "look.md").write_text("# L\n\n## Look\n\n```bash\necho one\n```\n")
    target = "--target aws:x@eu-west-1" if command.startswith("run") else ""
    text = f"{shlex.quote(sys.executable)} -m steadyhand {command} {target} >/dev/full"
    done = subprocess.run(["bash", "-c", text], cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 1
    assert b"steadyhand: No space left on device" in done.stderr
    assert b"Traceback" not in done.stderr


def test_a_database_that_gives_way_beside_the_journal_is_said(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def locked(_state: Path, _url: str) -> Control:
        raise Unavailable("the journal cannot be used: database is locked")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["steadyhand", "runs", "list"])
    assert run_program(locked) == 1
    said = capsys.readouterr().err
    assert said == "steadyhand: the journal cannot be used: database is locked\n"


def test_a_name_may_be_of_any_bytes(shell: Shell) -> None:
    folder = shell.folder / os.fsdecode(b"of\n \xff")
    folder.mkdir()
    (folder / os.fsdecode(b"-a b\xff.md")).write_text("# L\n\n## Look\n\n```bash\necho one\n```\n")
    where = Shell(folder, shell._capsys)
    (code, out, err) = where(
        "run", "--target", "aws:x@eu-west-1", "--", os.fsdecode(b"-a b\xff.md"), "look"
    )
    assert (code, "completed" in out) == (0, True), err
    assert r"-a b\xff.md" in out
    run = where("runs", "list")[1].split()[0]
    assert where("runs", "export", run, "--html")[0] == 0
    assert where("compile", ".")[0] == where("lint", ".")[0] == 0


def test_a_pipe_in_a_folder_is_not_waited_for(shell: Shell) -> None:
    os.mkfifo(shell.folder / "pipe.md")
    (shell.folder / "noise.md").unlink()
    code, out, _ = shell("compile", ".")
    assert (code, "Shop" in out) == (0, True)


def test_of_many_procedures_some_are_named(shell: Shell) -> None:
    each = "".join(f"## Part {n}\n\n```bash\nls\n```\n\n" for n in range(100))
    (shell.folder / "many.md").write_text(f"# Many\n\n{each}")
    (shell.folder / "none.md").write_text("")
    target = ("--target", "aws:x@eu-west-1")
    said = shell("plan", "many.md", "zzz", *target)[2]
    assert "part-29 … and 70 more (`steadyhand compile` lists them)" in said
    assert "it has: none" in shell("plan", "none.md", "zzz", *target)[2]
