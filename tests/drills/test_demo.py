"""The main job, as a user starts it: an incident in the lab, cured from a runbook, verified.

Each test is the real program, the real lab, real processes. Durations are divided by 60.
"""

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).resolve().parents[2]
SYSTEM = ROOT / "src/steadyhand/lab/systems/sleek_coach"
LAST_LINE = re.compile(r"^RESOLVED incident=(\S+) seconds=(\d+(?:\.\d+)?) report=(\S+)$")

pytestmark = [pytest.mark.lab, pytest.mark.timeout(240)]


@dataclass(frozen=True)
class Drilled:
    code: int
    screen: str
    state: Path

    @property
    def report(self) -> str:
        found = LAST_LINE.match(self.screen.splitlines()[-1])
        assert found, self.screen
        return Path(found[3]).read_text()


def drill(state: Path, *arguments: str, scenario: str = "bad-deployment") -> Drilled:
    """Run `steadyhand drill sleek-coach …` as a user would, and look for what it leaves behind."""
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    done = subprocess.run(
        [sys.executable, "-m", "steadyhand", "--state", str(state), "drill", "sleek-coach",
         scenario, "--factor", "60", *arguments],
        env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=200,
    )  # fmt: skip
    assert left_behind(state) == []
    return Drilled(done.returncode, done.stdout + done.stderr, state)


def left_behind(state: Path) -> list[str]:
    """Name every process that still works in or for a state directory."""
    found = []
    for process in psutil.process_iter(["pid", "cmdline", "environ", "cwd"]):
        said = " ".join(process.info["cmdline"] or [])
        said += " ".join((process.info["environ"] or {}).values()) + (process.info["cwd"] or "")
        if str(state) in said and process.pid != os.getpid():
            found.append(f"{process.pid}: {' '.join(process.info['cmdline'] or [])[:200]}")
    return found


def check_cured(drilled: Drilled, revision: int) -> None:
    """What a cured incident shows, on the screen and in its report."""
    assert drilled.code == 0, drilled.screen
    assert LAST_LINE.match(drilled.screen.splitlines()[-1]), drilled.screen
    assert f"sleek-coach-api:{revision}" in drilled.screen
    report = drilled.report
    assert "update-service" in report
    assert "describe-services" in report
    assert "Bad deployment" in report


def test_our_own_runbook_cures_it(tmp_path: Path) -> None:
    drilled = drill(tmp_path / "s", "--approve-as", "demo")
    check_cured(drilled, 7)
    assert "unbound" in drilled.screen  # the six alarms that nothing is bound to are said
    assert "\x1b[" not in drilled.screen  # no terminal, no colours


@pytest.mark.seeds
def test_the_original_runbook_cures_it(tmp_path: Path, seed_folder: Path) -> None:
    document = seed_folder / "sleek-coach.md"
    drilled = drill(tmp_path / "s", "--approve-as", "demo", "--runbook", str(document))
    check_cured(drilled, 7)


def test_revisions_above_nine_and_a_foreign_family(tmp_path: Path) -> None:
    """9, 10 and 11 sort differently as text, and another family has revisions too."""
    drilled = drill(tmp_path / "s", "--approve-as", "demo", "--lab-option=--revision=10")
    check_cured(drilled, 10)


def test_declined_leaves_the_incident_open_and_nothing_happened(tmp_path: Path) -> None:
    drilled = drill(tmp_path / "s", "--decline-as", "demo")
    assert drilled.code == 1, drilled.screen
    assert "declined" in drilled.screen
    assert "RESOLVED" not in drilled.screen


def test_an_ignored_change_is_not_reported_as_success(tmp_path: Path) -> None:
    drilled = drill(tmp_path / "s", "--approve-as", "demo", scenario="ignored-rollback")
    assert drilled.code == 0, drilled.screen  # the scenario expects that it is caught
    assert "ignored" in drilled.screen
    assert "RESOLVED" not in drilled.screen


def test_memory_exhaustion_is_no_reason_to_roll_back(tmp_path: Path) -> None:
    drilled = drill(tmp_path / "s", "--approve-as", "demo", scenario="memory-exhaustion")
    assert drilled.code == 0, drilled.screen
    assert "137" in drilled.screen
    assert "update-service" not in [
        word for line in drilled.screen.splitlines() if "call" in line for word in line.split()
    ]
    assert "RESOLVED" not in drilled.screen
