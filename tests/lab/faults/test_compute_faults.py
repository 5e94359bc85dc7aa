"""What is wrong with a service or its tasks shows in the runbooks' own commands, and passes."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.lab.faults.conftest import LabOf, failed_share, steady
from tests.lab.running_lab import RunningLab, eventually

pytestmark = [pytest.mark.lab, pytest.mark.soak]

CLUSTER, SERVICE = "conflicto-prod-cluster", "conflicto-prod-svc"
LOG_GROUP = "/ecs/conflicto-backend-prod"


@pytest.fixture
def lab(lab_of: LabOf) -> RunningLab:
    return lab_of("conflicto")


@contextmanager
def fault(lab: RunningLab, name: str, **given: Any) -> Iterator[dict[str, Any]]:
    """Inject a fault; afterwards clear it, and see that all is well again."""
    yield lab.control("POST", f"/faults/{name}", given)
    assert lab.control("DELETE", f"/faults/{name}")["cleared"] is True
    steady(lab)


def described(lab: RunningLab) -> dict[str, Any]:
    words = ("--cluster", CLUSTER, "--services", SERVICE)
    told: dict[str, Any] = lab.aws("ecs", "describe-services", *words)["services"][0]
    return told


def stopped_since(lab: RunningLab, since: datetime) -> list[dict[str, Any]]:
    """Tasks that have ended since then, as describe-tasks shows them."""
    ecs = lab.client("ecs")
    arns = ecs.list_tasks(cluster=CLUSTER, serviceName=SERVICE, desiredStatus="STOPPED")["taskArns"]
    tasks = ecs.describe_tasks(cluster=CLUSTER, tasks=arns)["tasks"] if arns else []
    return [task for task in tasks if task.get("stoppedAt", since) > since]


def measured(
    lab: RunningLab, name: str, since: datetime, statistic: str, namespace: str = "AWS/ECS"
) -> list[float]:
    """The datapoints of the service's metric, or of its load balancer's, since then."""
    if namespace == "AWS/ECS":
        dimensions = {"ClusterName": CLUSTER, "ServiceName": SERVICE}
    else:
        dimensions = {"LoadBalancer": lab.contract["system"]["load_balancer"]}
    found = lab.client("cloudwatch").get_metric_statistics(
        Namespace=namespace,
        MetricName=name,
        Dimensions=[{"Name": key, "Value": value} for key, value in dimensions.items()],
        StartTime=since,
        EndTime=datetime.now(UTC) + timedelta(seconds=1),
        Period=1,
        Statistics=[statistic],
    )["Datapoints"]
    return [
        point[statistic] for point in sorted(found, key=lambda p: (p["Timestamp"], p[statistic]))
    ]


def test_a_service_that_is_down_has_no_task_and_gets_none(lab: RunningLab) -> None:
    before = lab.control("GET", "/deployments")
    with fault(lab, "service-down"):
        eventually(lambda: described(lab)["runningCount"] == 0)
        assert described(lab)["desiredCount"] == 0
        listed = lab.aws("ecs", "list-tasks", "--cluster", CLUSTER, "--service-name", SERVICE)
        assert listed["taskArns"] == []
        eventually(lambda: failed_share(lab) == 1.0)
    assert described(lab)["desiredCount"] == 2
    assert lab.control("GET", "/deployments") == before


def test_clearing_leaves_alone_what_somebody_has_scaled(lab: RunningLab) -> None:
    lab.control("POST", "/faults/service-down", {})
    lab.client("ecs").update_service(cluster=CLUSTER, service=SERVICE, desiredCount=1)
    lab.control("DELETE", "/faults/service-down")
    assert described(lab)["desiredCount"] == 1
    lab.client("ecs").update_service(cluster=CLUSTER, service=SERVICE, desiredCount=2)
    steady(lab)


def test_tasks_that_crash_are_started_again_and_crash_again(lab: RunningLab) -> None:
    began = datetime.now(UTC)
    with fault(lab, "tasks-crash"):
        tasks = eventually(lambda: len(found := stopped_since(lab, began)) > 2 and found)
        assert {task["containers"][0]["exitCode"] for task in tasks} == {139}
        assert {task["stopCode"] for task in tasks} == {"EssentialContainerExited"}
        starts = [e for e in described(lab)["events"] if "has started" in e["message"]]
        assert len(starts) > 2
        eventually(lambda: failed_share(lab) > 0.05)
    eventually(lambda: failed_share(lab) == 0.0)


def test_server_errors_are_the_applications_own(lab: RunningLab) -> None:
    began = datetime.now(UTC)
    with fault(lab, "server-errors"):
        eventually(lambda: failed_share(lab) > 0.5)
        assert lab.status()["healthy"]
        milliseconds = str(int(began.timestamp() * 1000))
        words = ("--log-group-name", LOG_GROUP, "--start-time", milliseconds)
        found = lab.aws("logs", "filter-log-events", *words, "--filter-pattern", "ERROR")
        assert any("UndefinedTable" in event["message"] for event in found["events"])
        names = ("HTTPCode_Target_5XX_Count", began, "Sum", "AWS/ApplicationELB")
        eventually(lambda: sum(measured(lab, *names)) > 10)
    assert stopped_since(lab, began) == []


def test_slow_responses_are_right_and_late(lab: RunningLab) -> None:
    began = datetime.now(UTC)
    with fault(lab, "slow-responses"):
        names = ("TargetResponseTime", began, "Average", "AWS/ApplicationELB")
        eventually(lambda: max(measured(lab, *names), default=0.0) > 0.15)
        assert failed_share(lab) < 0.5
    assert stopped_since(lab, began) == []
    since = datetime.now(UTC) + timedelta(seconds=1)
    names = ("TargetResponseTime", since, "Average", "AWS/ApplicationELB")
    eventually(lambda: len(found := measured(lab, *names)) > 1 and max(found) < 0.1)


def test_deadlocked_tasks_answer_nothing_and_are_replaced(lab: RunningLab) -> None:
    began = datetime.now(UTC)
    elbv2 = lab.client("elbv2")
    group = elbv2.describe_target_groups(Names=["conflicto-prod"])["TargetGroups"][0]
    arn = group["TargetGroupArn"]
    with fault(lab, "deadlocked-tasks") as told:
        assert len(told["hanging"]) == 2

        def states() -> set[str]:
            rows = elbv2.describe_target_health(TargetGroupArn=arn)["TargetHealthDescriptions"]
            return {row["TargetHealth"]["State"] for row in rows}

        eventually(lambda: "healthy" not in states())
        # What hangs is replaced by itself, as ECS does it: the new tasks are well.
        steady(lab)
        words = ("--cluster", CLUSTER, "--services", SERVICE)
        told = lab.aws("ecs", "describe-services", *words)["services"][0]
        assert any("is unhealthy in (target-group" in one["message"] for one in told["events"])
        reasons = [task["stoppedReason"] for task in stopped_since(lab, began)]
        assert any(reason.startswith("Task failed ELB health checks") for reason in reasons)


def test_cpu_saturation_shows_at_the_exact_dimensions(lab: RunningLab) -> None:
    began = datetime.now(UTC)
    with fault(lab, "cpu-saturation", share=70):
        eventually(lambda: max(measured(lab, "CPUUtilization", began, "Average"), default=0) > 40)
        since = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S")
        # Without its cluster the dimensions are others, and there is no data: as on AWS.
        words = ("--namespace", "AWS/ECS", "--metric-name", "CPUUtilization", "--period", "60")
        by_service = ("--dimensions", f"Name=ServiceName,Value={SERVICE}")
        window = ("--start-time", began.strftime("%Y-%m-%dT%H:%M:%S"), "--end-time", since)
        told = lab.aws(
            "cloudwatch", "get-metric-statistics", *words, *by_service, *window,
            "--statistics", "Average",
        )  # fmt: skip
        assert told["Datapoints"] == []
    since_then = datetime.now(UTC) + timedelta(seconds=1)
    eventually(
        lambda: (
            len(found := measured(lab, "CPUUtilization", since_then, "Average")) > 1
            and max(found) < 30
        )
    )


def test_a_memory_leak_ends_in_137_and_no_deployment(lab: RunningLab) -> None:
    began = datetime.now(UTC)
    before = lab.control("GET", "/deployments")
    with fault(lab, "memory-leak", rate=80):
        task = eventually(lambda: stopped_since(lab, began))[0]
        container = task["containers"][0]
        assert container["exitCode"] == 137
        assert container["reason"].startswith("OutOfMemoryError")
        climbed = measured(lab, "MemoryUtilization", began, "Maximum")
        assert max(climbed) > 75
        assert min(climbed) < 50
    assert lab.control("GET", "/deployments") == before


def test_an_update_that_finds_no_image_fails_and_the_old_tasks_serve(lab: RunningLab) -> None:
    before = described(lab)["taskDefinition"]
    with fault(lab, "ecs-update-failure") as told:

        def failed() -> dict[str, Any] | None:
            service: dict[str, Any] = described(lab)
            first = service["deployments"][0]
            return service if first["rolloutState"] == "FAILED" else None

        service = eventually(failed)
        assert service["deployments"][0]["taskDefinition"] == told["taskDefinition"]
        assert service["deployments"][0]["failedTasks"] >= 3
        assert service["deployments"][1]["taskDefinition"] == before
        assert any("CannotPullContainerError" in one["message"] for one in service["events"])
        definition = lab.aws(
            "ecs", "describe-task-definition", "--task-definition", told["taskDefinition"]
        )["taskDefinition"]
        assert definition["containerDefinitions"][0]["image"].endswith(":0.0.1")
        assert failed_share(lab) == 0.0
    assert described(lab)["taskDefinition"] == before


def test_every_fault_says_how_it_would_be_noticed(lab: RunningLab) -> None:
    listed = lab.control("GET", "/faults")
    assert {"service-down", "memory-leak", "ecs-update-failure"} <= {one["name"] for one in listed}
    assert all(one["notice"] and one["summary"] for one in listed)
    assert json.dumps(listed)
