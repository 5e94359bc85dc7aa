"""An alarm's own action in the lab, through `serve`: capacity by policy, evidence of a burst of
wrong logins. The runbook is the lab's own copy; only what its alarms mean is said beside it."""

from pathlib import Path

import pytest

from tests.drills.test_served import SYSTEMS, Room, served
from tests.lab.running_lab import eventually

pytestmark = [pytest.mark.soak, pytest.mark.lab, pytest.mark.timeout(400)]

BOUND = """
[alarms."ECS CPU"]
source = "cloudwatch"
namespace = "AWS/ECS"
metric = "CPUUtilization"
dimensions = { ClusterName = "sleek-coach-prod", ServiceName = "sleek-coach-api" }
statistic = "Average"
period_seconds = 60
scale = 4 # beside other programs a task may not get all that its limit lets it have
service = { cluster = "sleek-coach-prod", name = "sleek-coach-api" }

[probes.logins]
kind = "log-pattern"
log_group = "/ecs/sleek-coach-api"
pattern = '"login failed"'
interval_seconds = 2

[alarms."Failed Login Rate"]
source = "probe"
probe = "logins"
"""
POLICY = """
unattended = ["aws ecs update-service * --service sleek-coach-api --desired-count 4"]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The lab's runbook with settings of its own beside it."""
    made = tmp_path / "sleek-coach"
    made.mkdir()
    there = SYSTEMS / "sleek_coach"
    (made / "RUNBOOK.md").write_text((there / "RUNBOOK.md").read_text())
    settings = (there / "steadyhand.toml").read_text().replace("[policy]\n", "[policy]" + POLICY)
    (made / "steadyhand.toml").write_text(settings + BOUND)
    return made


def desired(room: Room) -> int:
    found = room.lab.client("ecs").describe_services(
        cluster="sleek-coach-prod", services=["sleek-coach-api"]
    )
    return int(found["services"][0]["desiredCount"])


def test_capacity_is_given_without_a_person_and_access_is_not_frozen(
    tmp_path: Path, folder: Path
) -> None:
    with served(tmp_path, "sleek-coach", str(folder)) as room:
        before = desired(room)
        room.lab.control("POST", "/faults/authentication-failure-burst", {"rate": 60})
        key = room.incident()["id"]

        def shown() -> str:
            return room.typed("incidents", "show", key)

        eventually(lambda: "a person is needed" in shown(), 60)
        assert "access is frozen by a person alone" in shown()
        assert "Failed Login Rate" in shown()
        assert "SHA-256" in room.typed("incidents", "evidence", key)
        assert "login failed" in room.typed("incidents", "evidence", key, "1")
        assert room.asked("runs", "list") == []
        room.lab.control("DELETE", "/faults/authentication-failure-burst")
        room.lab.control("POST", "/faults/cpu-saturation", {})
        eventually(lambda: desired(room) == 4, 120)
        assert before < 4
        room.lab.control("DELETE", "/faults/cpu-saturation")
        (run,) = [one for one in room.asked("runs", "list") if one["id"].endswith("-remedy")]
        assert run["state"] == "completed"
        eventually(lambda: any("ECS CPU" in title for title in room.pages()), 10)
