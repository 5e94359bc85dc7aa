"""`reviews`: a post-mortem on request, completed by people, closed when all is done."""

import json
from pathlib import Path

import pytest

from tests.app.responding.test_learning import an_incident
from tests.cli.terminal import Person
from tests.respond.test_lessons import DOCUMENT


@pytest.fixture
def after(person: Person, tmp_path: Path) -> Person:
    """Somebody after an incident."""
    runbook = tmp_path / "runbook.md"
    runbook.write_text(DOCUMENT)
    control = person.build(tmp_path / ".steadyhand")
    an_incident(control, runbook)
    control.close()
    return person


def test_a_review_from_its_report_to_its_end(after: Person) -> None:
    code, out, err = after("reviews", "write", "i-1", "--json")
    assert code == 0, err
    written = json.loads(out)
    assert Path(written["patch"]).read_text().startswith("--- a/")
    assert written["lessons"]
    for part in ("impact", "why", "worked"):
        assert after("reviews", "say", "i-1", part, "in words", "--as", "Ada")[0] == 0
    code, _, err = after("reviews", "close", "i-1")
    assert (code, "no action item" in err) == (2, True)
    words = ("reviews", "action", "add", "i-1", "A limit", "--owner", "Ada", "--due", "2020-01-01")
    assert after(*words)[0] == 0
    code, out, _ = after("reviews", "list")
    assert (code, "1 actions open" in out) == (1, True)  # overdue
    assert after("reviews", "action", "drop", "i-1", "1")[0] == 2
    assert after("reviews", "action", "done", "i-1", "1", "--note", "release 9")[0] == 0
    code, out, _ = after("reviews", "close", "i-1", "--json")
    assert (code, json.loads(out)["state"]) == (0, "closed")
    code, out, _ = after("reviews", "show", "i-1")
    assert "# Post-mortem: 5xx Rate" in out
    assert " 1 done     A limit (Ada, until 2020-01-01)" in out


def test_mistakes_are_one_line(after: Person) -> None:
    for words in (
        ("reviews", "write", "i-9"),
        ("reviews", "show", "i-1"),
        ("reviews", "write", "i-1", "--branch"),
    ):
        code, _, err = after(*words)
        assert (code in {1, 2}, err.count("\n")) == (True, 1), words
    code, _, err = after("reviews", "action", "add", "i-1", "x", "--owner", "a", "--due", "soon")
    assert (code, "write it as 2026-12-01" in err) == (2, True)
