"""Learning: post-mortems written on request, patches that git applies, actions that are told."""

import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from steadyhand.app.control import Control
from steadyhand.app.problem import Problem
from steadyhand.app.responding import learning
from steadyhand.model.change.events import (
    ChangeBegan,
    ChangeEnded,
    ChangeKind,
    ChangeOpened,
    Result,
)
from steadyhand.model.incident.events import Acknowledged, LevelPaged, Mitigated, Resolved
from steadyhand.model.incident.review import Part
from steadyhand.store import outbox
from tests.model.incident.test_incident import OPENED
from tests.moved import NOON, MovedClock, plane
from tests.respond.test_lessons import DOCUMENT


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


@pytest.fixture
def control(tmp_path: Path, clock: MovedClock) -> Iterator[Control]:
    built = plane(tmp_path / "state", clock)
    yield built
    built.close()


@pytest.fixture
def runbook(tmp_path: Path) -> Path:
    path = tmp_path / "shop" / "runbook.md"
    path.parent.mkdir()
    path.write_text(DOCUMENT)
    return path


def git(folder: Path, *words: str) -> str:
    who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
    done = subprocess.run(
        ["git", "-C", str(folder), *who, *words], check=True, capture_output=True, timeout=30
    )
    return done.stdout.decode()


def an_incident(control: Control, runbook: Path, over: bool = True) -> None:
    opened = replace(OPENED, at=NOON, onset=NOON - timedelta(seconds=25), runbook=str(runbook))
    turn = control.engine.turn("incident", "i-1")
    turn.append(opened)
    turn.append(LevelPaged("L1", "On-call", ("terminal",), NOON))
    turn.append(Acknowledged("ada", NOON))
    if over:
        turn.append(Mitigated(NOON, "ada", "flushed the cache"))
        turn.append(Resolved(NOON + timedelta(seconds=90), 90.0, "ada", "users say so"))


def test_one_that_is_not_over_has_a_report_and_no_patch(control: Control, runbook: Path) -> None:
    an_incident(control, runbook, over=False)
    written = learning.write(control, "i-1")
    assert written.patch is None
    assert "taught nothing" in written.reason
    assert "now: it is not over" in written.report.read_text()
    assert learning.find(control, "i-1").review.state == "open"


def test_the_patch_is_one_that_git_applies(control: Control, runbook: Path) -> None:
    an_incident(control, runbook)
    written = learning.write(control, "i-1")
    assert written.patch is not None
    git(runbook.parent, "init", "-q")
    git(Path("/"), "apply", "--unsafe-paths", "--directory=/", str(written.patch))
    assert "flushed the cache" in runbook.read_text()
    assert "> **Last incident:** 2026-05-01" in runbook.read_text()


def test_a_branch_has_the_lesson_and_the_working_tree_stays_as_it_is(
    control: Control, runbook: Path
) -> None:
    an_incident(control, runbook)
    with pytest.raises(Problem, match="no branch"):
        learning.branch(control, "i-1")
    folder = runbook.parent
    git(folder, "init", "-q")
    git(folder, "config", "user.name", "Ada")
    git(folder, "config", "user.email", "ada@example.org")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "The runbook")
    (folder / "other.txt").write_text("staged")
    git(folder, "add", "other.txt")
    runbook.write_text(DOCUMENT.replace("# Shop", "# The Shop"))
    with pytest.raises(Problem, match="not committed"):
        learning.branch(control, "i-1")
    runbook.write_text(DOCUMENT)

    name = learning.branch(control, "i-1")
    assert "flushed the cache" in git(folder, "show", f"{name}:runbook.md")
    assert git(folder, "show", "--stat", name).count("|") == 1  # the runbook alone
    assert git(folder, "status", "--porcelain") == "A  other.txt\n"
    assert runbook.read_text() == DOCUMENT
    with pytest.raises(Problem, match="no branch"):
        learning.branch(control, "i-1")  # it is there already, and stays


def test_a_runbook_that_is_gone_is_a_reason(control: Control, tmp_path: Path) -> None:
    an_incident(control, tmp_path / "gone.md")
    written = learning.write(control, "i-1")
    assert written.patch is None
    assert "gone.md" in written.reason


def test_what_was_changed_shortly_before_is_told(control: Control, runbook: Path) -> None:
    turn = control.engine.turn("change", "c-1")
    at = NOON - timedelta(minutes=10)
    turn.append(ChangeOpened(ChangeKind.DEPLOYMENT, "deployment of api", "shop", "lab", "d", at))
    turn.append(ChangeBegan("7 → 8", at))
    turn.append(ChangeEnded(Result.DONE, "seen", at))
    an_incident(control, runbook)
    report = learning.write(control, "i-1").report.read_text()
    assert "- Changed shortly before: 11:50:00 deployment of api (c-1)" in report


def test_a_review_from_its_report_to_its_end(
    control: Control, clock: MovedClock, runbook: Path
) -> None:
    an_incident(control, runbook)
    learning.write(control, "i-1")
    for part in (Part.IMPACT, Part.WHY, Part.WORKED):
        learning.say(control, "i-1", part, f"{part.value} in words", "Ada")
    until = NOON + timedelta(days=2)
    (runbook.parent / "steadyhand.toml").write_text("[contacts.Ada]\n")
    learning.add_action(control, "i-1", "A limit for the cache", "Ada", "Ben", until)
    with pytest.raises(Problem, match="action 1 is open"):
        learning.close(control, "i-1", "Ada")

    clock.at = until
    learning.drive_all(control)
    learning.drive_all(control)
    told = [n for n in outbox.undelivered(control.journal.database) if "action" in n.title]
    assert [(n.contact, n.system, n.kind, n.title) for n in told] == [
        ("Ada", "shop", "notice", "shop: action 1 of i-1: overdue")
    ]
    learning.finish_action(control, "i-1", 1, "Ada", "in release 9")
    closed = learning.close(control, "i-1", "Ada")
    assert closed.review.state == "closed"
    report = Path(closed.review.opened.report).read_text()
    assert "1. why in words (Ada)\n2.\n" in report
    assert "- [x] A limit for the cache (Ada, until 2026-05-03; done)" in report


def test_the_times_of_all_incidents(control: Control, runbook: Path) -> None:
    an_incident(control, runbook)
    [one] = learning.measured(control)
    assert (one.detect, one.acknowledge, one.mitigate, one.resolve) == (25.0, 0.0, 0.0, 90.0)
    assert learning.measured(control, NOON + timedelta(seconds=1)) == ()
