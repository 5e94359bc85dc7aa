"""`audit` as a person meets it: what it says, with which code, and what an auditor does with it."""

import json
import re
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from steadyhand.main import build
from steadyhand.model.run.events import Signed
from steadyhand.store.journal import Output
from tests.cli.test_cli import Shell

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)


def work(folder: Path, run: str, count: int) -> None:
    """Let the program, put together as it is, write some events."""
    control = build(folder / ".steadyhand")
    try:
        for seq in range(1, count + 1):
            printed = [Output("s", seq, "stdout", b"\xff\n"), Output("s", seq, "stderr", b"")]
            control.journal.append(
                "run", run, seq, Signed("Schritt “é”", "ada"), NOW, printed=printed[: seq % 3]
            )
    finally:
        control.close()


def damage(folder: Path, *statements: str) -> None:
    with sqlite3.connect(folder / ".steadyhand" / "journal.db") as connection:
        for statement in statements:
            assert connection.execute(statement).rowcount > 0
    connection.close()


@pytest.fixture
def shell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(tmp_path, capsys)


def test_what_was_written_is_intact(shell: Shell) -> None:
    assert shell("audit", "verify") == (0, "intact: 0 events in the chain, 0 heads on it\n", "")
    work(shell.folder, "r1", 5)
    assert shell("audit", "verify") == (0, "intact: 5 events in the chain, 1 head on it\n", "")


def test_the_first_bad_entry_is_named(shell: Shell) -> None:
    work(shell.folder, "r1", 30)
    damage(shell.folder, "update events set version = 2 where seq > 3")
    code, out, err = shell("audit", "verify")
    assert code == 1
    first, *_, more, last = out.splitlines()
    assert first.startswith("BAD  entry 4, position 4, run r1, event 4: the event, its link or ")
    assert more == "BAD  and 7 more"
    assert last == "27 faults: 30 events in the chain, 1 head on it"
    assert err == ""
    code, out, _ = shell("audit", "verify", "--json")
    assert code == 1
    said = json.loads(out)
    assert said["faults"][0]["number"] == 4
    assert len(said["faults"]) == 27


def test_a_missing_key_is_its_own_message(shell: Shell) -> None:
    work(shell.folder, "r1", 2)
    (shell.folder / ".steadyhand" / "audit.key").unlink()
    for words in ("verify", "renew-heads --reason x"):
        code, _, err = shell("audit", *words.split())
        assert code in (1, 2)
        assert "audit.key is missing" in err


def test_a_missing_head_is_its_own_message_and_a_person_makes_it_anew(shell: Shell) -> None:
    work(shell.folder, "r1", 2)
    (shell.folder / ".steadyhand" / "audit.head").unlink()
    code, out, _ = shell("audit", "verify")
    assert code == 1
    assert re.search(r"^BAD  the head \S+/audit.head is missing$", out, re.MULTILINE)
    assert shell("audit", "renew-heads")[0] == 2  # not without a reason
    assert shell("audit", "renew-heads", "--reason", "a new disk")[0] == 0
    code, out, _ = shell("audit", "verify")
    assert code == 0
    assert re.search(r"^note: the heads were written anew 2\S+ \S+ by \w+: a new disk$", out, re.M)
    work(shell.folder, "r2", 2)
    assert shell("audit", "verify")[1].endswith("intact: 5 events in the chain, 1 head on it\n")


def test_a_second_head_elsewhere_sees_that_both_files_are_of_another_day(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STEADYHAND_AUDIT_HEAD", str(tmp_path / "other-disk"))
    work(shell.folder, "r1", 2)
    state = shell.folder / ".steadyhand"
    older = {path: path.read_bytes() for path in state.iterdir() if path.is_file()}
    work(shell.folder, "r2", 2)
    for path, content in older.items():
        path.write_bytes(content)
    code, out, _ = shell("audit", "verify")
    assert code == 1
    assert "entry 3: it is gone, and all up to entry 4" in out
    monkeypatch.delenv("STEADYHAND_AUDIT_HEAD")
    assert shell("audit", "verify")[0] == 0
    assert shell("audit", "verify", "--head", str(tmp_path / "other-disk"))[0] == 1


def test_whoever_works_on_is_told_of_a_head_that_is_not_moved_on(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    work(shell.folder, "r1", 3)
    gone = shell.folder / "unplugged" / "audit.head"
    monkeypatch.setenv("STEADYHAND_AUDIT_HEAD", str(gone))
    code, out, err = shell("audit", "renew-heads", "--reason", "a second disk")
    assert (code, out) == (1, "")
    assert err == (
        f"steadyhand: the head {gone} has no folder to be in; steadyhand audit verify says more\n"
    )
    assert shell("audit", "verify")[1].startswith(f"BAD  the head {gone} is missing\n")
    gone.parent.mkdir()
    assert shell("audit", "renew-heads", "--reason", "a second disk")[0] == 0
    code, out, _ = shell("audit", "verify")
    assert (code, out.splitlines()[-1]) == (0, "intact: 5 events in the chain, 2 heads on it")


@pytest.mark.parametrize("content", [b"", b"no database at all" * 300])
def test_a_file_that_is_no_journal_is_one_clear_message(shell: Shell, content: bytes) -> None:
    work(shell.folder, "r1", 2)
    (shell.folder / ".steadyhand" / "journal.db").write_bytes(content)
    code, out, err = shell("audit", "verify")
    assert code != 0
    assert "Traceback" not in err
    assert "or it is another journal" in out or "not a database" in err


def test_a_page_of_the_file_that_is_garbage_is_one_clear_message(shell: Shell) -> None:
    work(shell.folder, "r1", 40)
    file = shell.folder / ".steadyhand" / "journal.db"
    content = bytearray(file.read_bytes())
    for page in range(len(content) // 4096 - 3, len(content) // 4096):
        content[page * 4096 : (page + 1) * 4096] = b"\xa5" * 4096
    file.write_bytes(content)
    code, out, err = shell("audit", "verify")
    assert code != 0
    assert "BAD" in out or "the journal cannot be read: database disk image" in err


# --- export ----------------------------------------------------------------------------------


def checked(folder: Path, export: str) -> "subprocess.CompletedProcess[str]":
    """Run the program that docs/audit.md gives to an auditor."""
    document = (ROOT / "docs" / "audit.md").read_text()
    (program,) = re.findall(r"```python\n(.*?)```", document, re.DOTALL)
    (folder / "export.jsonl").write_text(export)
    key = folder / ".steadyhand" / "audit.key"
    return subprocess.run(
        [sys.executable, "-X", "utf8", "-c", program, str(key), str(folder / "export.jsonl")],
        capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip


def test_an_auditor_computes_every_link_again_with_the_key(shell: Shell) -> None:
    work(shell.folder, "r1", 5)
    code, out, _ = shell("audit", "export")
    assert code == 0
    lines = [json.loads(line) for line in out.splitlines()]
    assert [line.get("seq") for line in lines] == [None, 1, 2, 3, 4, 5, None]
    assert [len(line["wrote"]) for line in lines[1:-1]] == [1, 2, 0, 1, 2]
    assert json.loads(lines[1]["body"]) == {"by": "ada", "step": "Schritt “é”"}
    assert checked(shell.folder, out).stdout == "intact: 5 events\n"
    edited = checked(shell.folder, out.replace('"seq": 3', '"seq": 4', 1))
    assert "AssertionError: entry 3" in edited.stderr
    cut = checked(shell.folder, "\n".join([*out.splitlines()[:5], out.splitlines()[-1]]))
    assert "AssertionError: a head" in cut.stderr


def test_an_export_holds_what_was_there_before_the_chain(shell: Shell) -> None:
    work(shell.folder, "r1", 3)
    state = shell.folder / ".steadyhand"
    damage(shell.folder, "delete from links")
    for name in ("audit.key", "audit.head"):
        (state / name).unlink()
    work(shell.folder, "r2", 3)
    code, out, _ = shell("audit", "export", "--output", str(shell.folder / "all.jsonl"))
    assert (code, out) == (0, "")
    text = (shell.folder / "all.jsonl").read_text()
    assert [json.loads(line).get("number") for line in text.splitlines()] == [
        0, None, None, None, 1, 2, 3, None,
    ]  # fmt: skip
    assert checked(shell.folder, text).stdout == "intact: 3 events\n"
    edited = checked(shell.folder, text.replace('"seq": 3', '"seq": 4', 1))
    assert "AssertionError: the beginning" in edited.stderr
    code, out, _ = shell("audit", "verify")
    assert code == 0
    assert "; 3 events before it (unchained: written by an older version)" in out


def test_an_export_that_cannot_be_written_is_said(shell: Shell) -> None:
    work(shell.folder, "r1", 1)
    code, _, err = shell("audit", "export", "--output", "nowhere/x.jsonl")
    assert code == 2
    assert "nowhere/x.jsonl: No such file" in err
