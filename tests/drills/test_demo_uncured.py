"""What is not cured is not said to be: a refusal, a change that was ignored, another cause."""

from pathlib import Path

import pytest

from tests.drills.drilling import drill

pytestmark = [pytest.mark.lab, pytest.mark.timeout(240)]


def test_declined_leaves_the_incident_open_and_nothing_happened(tmp_path: Path) -> None:
    drilled = drill(tmp_path / "s", "--decline-as", "demo")
    assert drilled.code == 1, drilled.screen
    assert "declined" in drilled.screen
    assert "RESOLVED" not in drilled.screen


@pytest.mark.soak
def test_an_incident_that_is_still_open_is_left_alone_by_the_next_drill(tmp_path: Path) -> None:
    assert drill(tmp_path / "s", "--decline-as", "demo").code == 1
    again = drill(tmp_path / "s", "--approve-as", "demo")
    assert again.code == 0, again.screen
    assert "escalated" not in again.screen
    assert again.screen.count("remedy completed") == 1


def test_an_ignored_change_is_not_reported_as_success(tmp_path: Path) -> None:
    drilled = drill(tmp_path / "s", "--approve-as", "demo", scenario="ignored-rollback")
    assert drilled.code == 0, drilled.screen  # the scenario expects that it is caught
    assert "ignored" in drilled.screen
    assert "RESOLVED" not in drilled.screen


@pytest.mark.soak
def test_memory_exhaustion_is_no_reason_to_roll_back(tmp_path: Path) -> None:
    # Five bad periods in a row are what the alarm wants: two seconds each are long enough for a
    # task to be exhausted in every one, also where others are at work on the machine.
    given = ("--approve-as", "demo", "--factor", "30")
    drilled = drill(tmp_path / "s", *given, scenario="memory-exhaustion")
    assert drilled.code == 0, drilled.screen
    assert "137" in drilled.screen
    assert "update-service" not in [
        word for line in drilled.screen.splitlines() if "call" in line for word in line.split()
    ]
    assert "RESOLVED" not in drilled.screen
