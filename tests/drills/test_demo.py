"""The main job, as a user starts it: an incident in the lab, cured from a runbook, verified.

Each test is the real program, the real lab, real processes. Durations are divided by 60.
"""

import re
from pathlib import Path

import pytest

from tests.drills.drilling import LAST_LINE, Drilled, drill
from tests.lab.running_lab import start_lab

ROOT = Path(__file__).resolve().parents[2]
SYSTEM = ROOT / "src/steadyhand/lab/systems/sleek_coach"

pytestmark = [pytest.mark.lab, pytest.mark.timeout(240)]


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
    """Of revisions 9, 10 and 11, which sort differently as text; another family has some too."""
    drilled = drill(tmp_path / "s", "--approve-as", "demo", "--lab-option=--revision=10")
    check_cured(drilled, 10)
    assert "unbound" in drilled.screen  # the six alarms that nothing is bound to are said
    assert "\x1b[" not in drilled.screen  # no terminal, no colours


@pytest.mark.seeds
def test_the_original_runbook_cures_it(tmp_path: Path, seed_folder: Path) -> None:
    document = seed_folder / "sleek-coach.md"
    drilled = drill(tmp_path / "s", "--approve-as", "demo", "--runbook", str(document))
    check_cured(drilled, 7)


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


@pytest.mark.soak
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
