"""kill -9 of the control plane in the middle of a rollback, in the lab: same end, done once.

The run is killed, then resumed by the command line; at every event with what takes long. What
counts is what the lab counts: deployments created through its API.
"""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.drills.drilling import left_behind
from tests.drills.program import Lab, clean_environment, steadyhand
from tests.drills.test_demo import ROOT, SYSTEM

pytestmark = [pytest.mark.lab, pytest.mark.timeout(240)]

POINTS = [
    ("ApprovalAsked", "after", ""),
    ("CallStarted", "before", "update-service"),
    ("CallStarted", "after", "update-service"),  # journaled, and never sent
    ("CallAnswered", "before", '/5"'),  # sent and done; the answer not journaled
    ("CallAnswered", "after", '/5"'),
    ("StepEnded", "after", '/5"'),
]


def start_dying(state: Path, lab: Lab, *point: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "tests.drills.dying", str(state), str(lab.file),
         str(SYSTEM / "RUNBOOK.md"), str(SYSTEM / "steadyhand.toml"), *point],
        cwd=ROOT, env=clean_environment(), stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def killed_run(process: "subprocess.Popen[str]") -> str:
    """Wait for the death, and give the run's id."""
    out, err = process.communicate(timeout=120)
    assert process.returncode == -9, err
    return out.split()[0]


def resume_to_the_end(state: Path, lab: Lab, run: str) -> str:
    for _ in range(6):
        resumed = steadyhand(state, lab, "resume", run)
        if resumed.returncode != 3:
            return resumed.stdout + resumed.stderr
        approved = steadyhand(state, lab, "approve", run, "--as", "ada", "--yes")
        assert approved.returncode == 0, approved.stderr
    raise AssertionError("it asks for ever")


def break_it(lab: Lab) -> int:
    """Roll the bad revision out once more; say how many deployments were ours until then."""
    lab.ask("DELETE", "/faults/bad-deployment")
    lab.ask("POST", "/faults/bad-deployment", {})
    time.sleep(1.5)  # a rollout of 60 times the usual pace; whether it is over does not matter
    return lab.ours()


@pytest.mark.parametrize("point", POINTS, ids="-".join)
def test_killed_and_resumed_it_is_done_once(
    lab: Lab, tmp_path: Path, point: tuple[str, str, str]
) -> None:
    before = break_it(lab)
    state = tmp_path / "s"
    run = killed_run(start_dying(state, lab, *point))
    time.sleep(0.3)  # the kernel ends the children a moment after their parent
    assert left_behind(state) == []
    said = resume_to_the_end(state, lab, run)
    assert "completed" in said, said
    assert lab.ours() == before + 1
    assert left_behind(state) == []


def test_killed_while_the_answer_is_under_way(lab: Lab, tmp_path: Path) -> None:
    """The deed is done, its answer withheld, and the control plane dies waiting for it."""
    before = break_it(lab)
    lab.ask("POST", "/faults/slow-answer", {"operation": "UpdateService", "seconds": 8})
    state = tmp_path / "s"
    process = start_dying(state, lab, "Nothing", "before")
    try:
        deadline = time.monotonic() + 60
        while lab.ours() == before and time.monotonic() < deadline:
            time.sleep(0.05)
        assert lab.ours() == before + 1
    finally:
        process.kill()
        run = killed_run(process)
        lab.ask("DELETE", "/faults/slow-answer")
    said = resume_to_the_end(state, lab, run)
    assert "completed" in said, said
    assert lab.ours() == before + 1
    assert left_behind(state) == []


@pytest.mark.soak
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("number", range(2, 21))
def test_killed_at_every_event(lab: Lab, tmp_path: Path, number: int, when: str) -> None:
    test_killed_and_resumed_it_is_done_once(lab, tmp_path, (f"#{number}", when, ""))


@pytest.mark.soak
def test_there_is_no_later_event(lab: Lab, tmp_path: Path) -> None:
    """Keeps the range above honest: a run of one event more would have a point nobody kills at."""
    break_it(lab)
    process = start_dying(tmp_path / "s", lab, "#21", "before", "")
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, (out, err)
