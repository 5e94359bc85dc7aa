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

from tests.lab.running_lab import start_lab

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


EDITS = {
    "sleek-coach-prod": "shape-live",
    "sleek-coach-api": "shape-front",
    "### 1. API Unresponsive (5xx Errors)": "### 1. The API fails its users with 5xx errors",
}
MORE_TASKS = "\n".join(f"| Tidying {n} | Daily {n}AM UTC | Clean up |" for n in range(5, 10))


def edited(text: str) -> str:
    """Change the names, a heading, and add five rows to the table of scheduled tasks."""
    for old, new in EDITS.items():
        assert old in text
        text = text.replace(old, new)
    head, found, rest = text.partition("\n## Scheduled Tasks")
    table, end, after = rest.partition("\n\n##")
    assert found
    assert end
    return f"{head}{found}{table.rstrip()}\n{MORE_TASKS}{end}{after}"


@pytest.mark.parametrize("which", ["ours", pytest.param("original", marks=pytest.mark.seeds)])
def test_an_edited_copy_with_other_names_and_five_more_tasks(
    tmp_path: Path, which: str, request: pytest.FixtureRequest
) -> None:
    """Nothing is tuned to the names: another cluster, service and heading, seven tasks for two."""
    renames = ("--rename=sleek-coach-prod=shape-live", "--rename=sleek-coach-api=shape-front")
    first = start_lab(tmp_path / "lab", *renames)
    balancer = first.contract["system"]["load_balancer"]
    first.stop()
    source = SYSTEM / "RUNBOOK.md"
    if which == "original":
        source = request.getfixturevalue("seed_folder") / "sleek-coach.md"
    copy = tmp_path / "copy.md"
    copy.write_text(edited(source.read_text()))
    config = (SYSTEM / "steadyhand.toml").read_text()
    config = re.sub(r"app/sleek-coach-api/\w+", balancer, config)
    for old, new in list(EDITS.items())[:2]:
        config = config.replace(old, new)
    settings = tmp_path / "steadyhand.toml"
    settings.write_text(config)
    drilled = drill(
        tmp_path / "s", "--approve-as", "demo", "--runbook", str(copy), "--config", str(settings),
        *(f"--lab-option={option}" for option in (*renames, "--desired-count=7")),
    )  # fmt: skip
    assert drilled.code == 0, drilled.screen
    assert LAST_LINE.match(drilled.screen.splitlines()[-1]), drilled.screen
    assert "7 of 7 tasks running" in drilled.screen
    assert "shape-front:7" in drilled.report
    assert "sleek-coach-api" not in drilled.report


def test_declined_leaves_the_incident_open_and_nothing_happened(tmp_path: Path) -> None:
    drilled = drill(tmp_path / "s", "--decline-as", "demo")
    assert drilled.code == 1, drilled.screen
    assert "declined" in drilled.screen
    assert "RESOLVED" not in drilled.screen
    again = drill(tmp_path / "s", "--approve-as", "demo")  # beside an incident that is still open
    assert again.code == 0, again.screen
    assert "escalated" not in again.screen
    assert again.screen.count("remedy completed") == 1


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
