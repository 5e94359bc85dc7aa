"""Each fault is felt as it says, and is gone when it is cleared."""

import json
import subprocess
import time
import urllib.error
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError
from tests.lab.running_lab import LAB, RunningLab, eventually

pytestmark = pytest.mark.lab

CLUSTER, SERVICE = "sleek-coach-prod", "sleek-coach-api"


def share(lab: RunningLab, seconds: float = 1.5) -> float:
    """The part of users' requests that failed, over a window that begins now."""
    before = lab.status()["traffic"]
    time.sleep(seconds)
    after = lab.status()["traffic"]
    count = after["requests"] - before["requests"]
    good = after.get("2xx", 0) - before.get("2xx", 0)
    return (count - good) / count if count else 1.0


def primary(ecs: Any) -> dict[str, Any]:
    service = ecs.describe_services(cluster=CLUSTER, services=[SERVICE])["services"][0]
    deployment: dict[str, Any] = service["deployments"][0]
    return deployment


def total(lab: RunningLab, name: str, since: datetime) -> float:
    """The sum of one of the load balancer's metrics over the periods since then."""
    found = lab.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/ApplicationELB",
        MetricName=name,
        Dimensions=[{"Name": "LoadBalancer", "Value": lab.contract["system"]["load_balancer"]}],
        StartTime=since,
        EndTime=datetime.now(UTC) + timedelta(seconds=1),
        Period=1,
        Statistics=["Sum"],
    )["Datapoints"]
    return float(sum(point["Sum"] for point in found))


def test_a_bad_deployment_passes_health_and_fails_users(lab: RunningLab, ecs: Any) -> None:
    began = datetime.now(UTC)
    made = lab.control("POST", "/faults/bad-deployment", {})
    eventually(lambda: primary(ecs)["rolloutState"] == "COMPLETED")
    assert primary(ecs)["taskDefinition"] == made["taskDefinition"]
    eventually(lambda: share(lab) > 0.4)
    assert lab.status()["healthy"]
    eventually(lambda: total(lab, "HTTPCode_Target_5XX_Count", began) > 10)
    lines = lab.client("logs").filter_log_events(
        logGroupName="/ecs/sleek-coach-api",
        startTime=int(began.timestamp() * 1000),
        filterPattern="ERROR UndefinedColumn",
    )["events"]
    entry = json.loads(lines[0]["message"])
    assert (entry["level"], entry["status"]) == ("ERROR", 500)
    assert entry["request_id"]
    last = lab.control("GET", "/deployments")[-1]
    assert (last["cause"], last["taskDefinition"]) == ("fault", made["taskDefinition"])

    ecs.update_service(cluster=CLUSTER, service=SERVICE, taskDefinition=f"{SERVICE}:10")
    eventually(lambda: len(ecs.list_tasks(cluster=CLUSTER)["taskArns"]) == 2)
    eventually(lambda: share(lab, 1.0) == 0.0)
    before = len(lab.control("GET", "/deployments"))
    lab.control("DELETE", "/faults/bad-deployment")
    assert len(lab.control("GET", "/deployments")) == before


def test_clearing_a_bad_deployment_rolls_it_back(lab: RunningLab, ecs: Any) -> None:
    lab.control("POST", "/faults/bad-deployment", {})
    lab.control("DELETE", "/faults/bad-deployment")
    assert primary(ecs)["taskDefinition"].endswith(f"{SERVICE}:10")
    eventually(lambda: lab.status()["healthy"])


def test_memory_exhaustion_kills_tasks_and_makes_no_deployment(lab: RunningLab, ecs: Any) -> None:
    began = datetime.now(UTC)
    before = lab.control("GET", "/deployments")
    lab.control("POST", "/faults/memory-exhaustion", {"rate": 120})

    def killed() -> Any:
        arns = ecs.list_tasks(cluster=CLUSTER, desiredStatus="STOPPED")["taskArns"]
        tasks = ecs.describe_tasks(cluster=CLUSTER, tasks=arns)["tasks"] if arns else []
        return [
            task
            for task in tasks
            if task["containers"][0].get("reason", "").startswith("OutOfMemoryError")
        ]

    task = eventually(killed, 40)[0]
    assert task["containers"][0]["exitCode"] == 137
    assert task["stoppedReason"] == "Essential container in task exited"
    eventually(lambda: total(lab, "HTTPCode_ELB_5XX_Count", began) > 0)
    lab.control("DELETE", "/faults/memory-exhaustion")
    eventually(lambda: lab.status()["healthy"], 40)
    eventually(lambda: share(lab, 1.0) == 0.0, 40)
    assert lab.control("GET", "/deployments") == before


def test_an_ignored_update_is_answered_and_not_done(lab: RunningLab, ecs: Any) -> None:
    before = lab.control("GET", "/deployments")
    lab.control("POST", "/faults/ignored-update-service", {})
    answer = ecs.update_service(cluster=CLUSTER, service=SERVICE, taskDefinition=f"{SERVICE}:9")
    assert answer["service"]["taskDefinition"].endswith(":9")
    assert answer["service"]["deployments"][0]["rolloutState"] == "IN_PROGRESS"
    assert primary(ecs)["taskDefinition"].endswith(":10")
    assert lab.control("GET", "/deployments") == before
    with pytest.raises(ClientError):
        ecs.update_service(cluster=CLUSTER, service=SERVICE, taskDefinition=f"{SERVICE}:999")
    lab.control("DELETE", "/faults/ignored-update-service")
    ecs.update_service(cluster=CLUSTER, service=SERVICE, taskDefinition=f"{SERVICE}:9")
    assert primary(ecs)["taskDefinition"].endswith(":9")


def test_a_slow_answer_comes_after_the_deed(lab: RunningLab, ecs: Any) -> None:
    given = {"operation": "UpdateService", "seconds": 2, "times": 1}
    lab.control("POST", "/faults/slow-answer", given)
    began = time.monotonic()
    ecs.update_service(cluster=CLUSTER, service=SERVICE, forceNewDeployment=True)
    assert time.monotonic() - began >= 2
    eventually(lambda: lab.status()["healthy"])
    began = time.monotonic()
    ecs.update_service(cluster=CLUSTER, service=SERVICE, desiredCount=2)
    assert time.monotonic() - began < 2


def test_a_slow_answer_holds_nobody_else_up(lab: RunningLab, ecs: Any) -> None:
    lab.control("POST", "/faults/slow-answer", {"operation": "ListClusters", "seconds": 300})
    quick = lab.client("ecs", read_timeout=1, retries={"max_attempts": 0})
    with pytest.raises(ReadTimeoutError):
        quick.list_clusters()
    began = time.monotonic()
    ecs.describe_clusters(clusters=[CLUSTER])
    assert time.monotonic() - began < 1


def test_a_lost_answer_belongs_to_a_deed_that_was_done(lab: RunningLab) -> None:
    before = len(lab.control("GET", "/deployments"))
    lab.control("POST", "/faults/lost-answer", {"operation": "UpdateService", "times": 1})
    once = lab.client("ecs", retries={"max_attempts": 0})
    with pytest.raises(ConnectionClosedError):
        once.update_service(cluster=CLUSTER, service=SERVICE, forceNewDeployment=True)
    assert len(lab.control("GET", "/deployments")) == before + 1
    lab.control("DELETE", "/faults/lost-answer")
    # A client that repeats does the deed again: the lab forgets nothing on its behalf.
    lab.control("POST", "/faults/lost-answer", {"operation": "UpdateService", "times": 1})
    patient = lab.client("ecs", retries={"max_attempts": 2})
    patient.update_service(cluster=CLUSTER, service=SERVICE, forceNewDeployment=True)
    assert len(lab.control("GET", "/deployments")) == before + 3


def test_a_refusal_does_nothing(lab: RunningLab, ecs: Any) -> None:
    before = lab.control("GET", "/deployments")
    given = {"operation": "UpdateService", "code": "AccessDeniedException", "message": "not you"}
    lab.control("POST", "/faults/refuse", given)
    with pytest.raises(ClientError, match="not you") as raised:
        ecs.update_service(cluster=CLUSTER, service=SERVICE, forceNewDeployment=True)
    assert raised.value.response["Error"]["Code"] == "AccessDeniedException"
    assert lab.control("GET", "/deployments") == before
    assert lab.control("GET", "/calls")["changes"][-1]["refused"] is True


def test_faults_by_the_command_line(lab: RunningLab) -> None:
    def run(*words: str, code: int = 0) -> str:
        command = [*LAB, "fault", *words, "--state", str(lab.state)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == code, done.stderr
        return done.stdout or done.stderr

    listed = json.loads(run("list", "--json"))["faults"]
    assert {"refuse", "bad-deployment"} <= {row["name"] for row in listed}
    assert all(row["notice"] and row["summary"] for row in listed)
    words = ("slow-answer", "--set", "operation=ListServices", "--set", "seconds=1", "--json")
    told = json.loads(run("inject", *words))
    assert told["parameters"] == {"operation": "ListServices", "seconds": "1"}
    assert lab.status()["faults"] == ["slow-answer"]
    assert "active already" in run("inject", *words, code=1)
    assert json.loads(run("clear", "slow-answer", "--json"))["cleared"] is True
    assert json.loads(run("clear", "slow-answer", "--json"))["cleared"] is False
    assert "there is no fault no-such; `lab fault list`" in run("inject", "no-such", code=1)
    assert "there is no fault no-such; `lab fault list`" in run("clear", "no-such", code=1)
    assert "operation is missing" in run("inject", "slow-answer", code=1)
    assert "unknown parameter" in run(
        "inject", "refuse", "--set", "operation=X", "--set", "a=b", code=1
    )


def test_webhooks_are_kept(lab: RunningLab) -> None:
    lab.control("POST", "/hooks/pager", {"incident": 1})
    kept = lab.control("GET", "/webhooks")
    assert (kept[-1]["name"], kept[-1]["body"]) == ("pager", {"incident": 1})
    with pytest.raises(urllib.error.HTTPError) as raised:
        lab.control("GET", "/nothing")
    raised.value.close()
