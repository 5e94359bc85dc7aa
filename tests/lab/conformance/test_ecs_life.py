"""Services and tasks as they live: deployments, circuit breaker, events, exit codes, waiters."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import WaiterError
from tests.lab.conformance.asking import Ground
from tests.lab.running_lab import eventually

pytestmark = [pytest.mark.lab, pytest.mark.usefixtures("service")]

NAME = "c-life"
VPC = {"awsvpcConfiguration": {"subnets": ["{subnet}"]}}
FAMILY = "c-life"


def family_of(ground: Ground, name: str, tag: str = "") -> dict[str, Any]:
    """Register another family that runs the system's image, or another tag of it."""
    told = ground.answer("ecs", "DescribeTaskDefinition", taskDefinition="{family}:{revision}")
    given = told["taskDefinition"]
    (container,) = given["containerDefinitions"]
    if tag:
        container["image"] = container["image"].rpartition(":")[0] + ":" + tag
    made: dict[str, Any] = ground.answer(
        "ecs",
        "RegisterTaskDefinition",
        family=name,
        containerDefinitions=[container],
        networkMode="awsvpc",
        requiresCompatibilities=["FARGATE"],
        cpu=given["cpu"],
        memory=given["memory"],
        executionRoleArn="arn:aws:iam::123456789012:role/ecsTaskExecutionRole",
    )["taskDefinition"]
    return made


@pytest.fixture(scope="module")
def service(ground: Ground) -> Iterator[str]:
    """A service of one task that no load balancer has; as every test leaves it."""
    family_of(ground, FAMILY)
    ground.answer(
        "ecs", "CreateService", cluster="{cluster}", serviceName=NAME, taskDefinition=FAMILY,
        desiredCount=1, networkConfiguration=VPC, enableExecuteCommand=True,
        deploymentConfiguration={"deploymentCircuitBreaker": {"enable": True, "rollback": False}},
    )  # fmt: skip
    eventually(lambda: stable(ground), 90)
    yield NAME
    ground.answer("ecs", "DeleteService", cluster="{cluster}", service=NAME, force=True)


def told(ground: Ground) -> dict[str, Any]:
    answer = ground.answer("ecs", "DescribeServices", cluster="{cluster}", services=[NAME])
    service: dict[str, Any] = answer["services"][0]
    return service


def stable(ground: Ground) -> bool:
    service = told(ground)
    rolled = [one["rolloutState"] for one in service["deployments"]]
    return rolled == ["COMPLETED"] and service["runningCount"] == service["desiredCount"]


def tasks(ground: Ground, status: str = "RUNNING") -> list[str]:
    answer = ground.answer(
        "ecs", "ListTasks", cluster="{cluster}", serviceName=NAME, desiredStatus=status
    )
    arns: list[str] = answer["taskArns"]
    return arns


def task(ground: Ground, arn: str) -> dict[str, Any]:
    answer = ground.answer("ecs", "DescribeTasks", cluster="{cluster}", tasks=[arn])
    one: dict[str, Any] = answer["tasks"][0]
    return one


def update(ground: Ground, **changes: Any) -> dict[str, Any]:
    answer = ground.answer("ecs", "UpdateService", cluster="{cluster}", service=NAME, **changes)
    service: dict[str, Any] = answer["service"]
    return service


def test_a_running_task_says_what_it_is(ground: Ground, service: str) -> None:
    """https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Task.html"""
    (arn,) = tasks(ground)
    one = task(ground, arn)
    assert (one["lastStatus"], one["desiredStatus"]) == ("RUNNING", "RUNNING")
    assert one["group"] == f"service:{service}"
    assert one["startedBy"] == told(ground)["deployments"][0]["id"]
    assert (one["launchType"], one["connectivity"]) == ("FARGATE", "CONNECTED")
    assert one["taskDefinitionArn"].endswith(f":task-definition/{FAMILY}:1")
    assert re.fullmatch(r"arn:aws:ecs:us-east-1:\d{12}:task/[\w-]+/[0-9a-f]{32}", one["taskArn"])
    (container,) = one["containers"]
    assert container["lastStatus"] == "RUNNING"
    assert "exitCode" not in container
    (attachment,) = one["attachments"]
    assert (attachment["type"], attachment["status"]) == ("ElasticNetworkInterface", "ATTACHED")
    by_id = ground.answer(
        "ecs", "DescribeTasks", cluster="{cluster}", tasks=[arn.rpartition("/")[2]]
    )
    assert by_id["tasks"][0]["taskArn"] == arn


def test_a_new_service_says_so_in_its_events(ground: Ground, service: str) -> None:
    """https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages-list.html"""
    messages = [event["message"] for event in told(ground)["events"]]
    assert messages[0] == f"(service {service}) has reached a steady state."
    assert re.match(rf"\(service {service}\) \(deployment ecs-svc/\d+\) deployment completed\.",
                    messages[1])  # fmt: skip
    started = rf"\(service {service}\) has started 1 tasks: \(task [0-9a-f]{{32}}\)\."
    assert re.match(started, messages[-1])
    times = [event["createdAt"] for event in told(ground)["events"]]
    assert times == sorted(times, reverse=True)


def test_a_forced_deployment_replaces_every_task(ground: Ground) -> None:
    """https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateService.html"""
    before = tasks(ground)
    answer = update(ground, forceNewDeployment=True)
    primary, old = answer["deployments"]
    assert (primary["status"], primary["rolloutState"]) == ("PRIMARY", "IN_PROGRESS")
    assert (primary["desiredCount"], primary["runningCount"]) == (1, 0)
    assert (old["status"], old["rolloutState"]) == ("ACTIVE", "COMPLETED")
    assert primary["taskDefinition"] == old["taskDefinition"]
    eventually(lambda: stable(ground), 90)
    assert not set(tasks(ground)) & set(before)
    eventually(lambda: task(ground, before[0])["lastStatus"] == "STOPPED", 60)
    stopped = task(ground, before[0])
    assert stopped["stopCode"] == "ServiceSchedulerInitiated"
    assert stopped["stoppedReason"].startswith("Scaling activity initiated by (deployment ecs-svc/")
    assert stopped["stoppedAt"] >= stopped["stoppingAt"] >= stopped["startedAt"]


def test_the_breaker_ends_a_deployment_whose_tasks_never_start(ground: Ground) -> None:
    """https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html"""
    before = tasks(ground)
    broken = family_of(ground, FAMILY, tag="9.9.9")
    update(ground, taskDefinition=broken["taskDefinitionArn"])

    def failed() -> Any:
        primary = told(ground)["deployments"][0]
        return primary if primary["rolloutState"] == "FAILED" else None

    primary = eventually(failed, 90)
    assert primary["failedTasks"] >= 3
    assert "circuit breaker" in primary["rolloutStateReason"]
    assert tasks(ground) == before  # what ran goes on running
    reasons = {task(ground, arn)["stoppedReason"] for arn in tasks(ground, "STOPPED")[-2:]}
    assert all(reason.startswith("CannotPullContainerError") for reason in reasons)
    update(ground, taskDefinition=f"{FAMILY}:1")
    eventually(lambda: stable(ground), 90)


def test_a_stopped_task_is_replaced_and_says_why(ground: Ground) -> None:
    """https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_StopTask.html"""
    (arn,) = tasks(ground)
    asked = {"cluster": "{cluster}", "task": arn, "reason": "drill"}
    answer = ground.answer("ecs", "StopTask", **asked)["task"]
    assert answer["desiredStatus"] == "STOPPED"
    eventually(lambda: task(ground, arn)["lastStatus"] == "STOPPED")
    ended = task(ground, arn)
    assert (ended["stopCode"], ended["stoppedReason"]) == ("UserInitiated", "drill")
    assert "exitCode" in ended["containers"][0]
    eventually(lambda: len(tasks(ground)) == 1 and tasks(ground) != [arn])
    eventually(lambda: stable(ground), 90)


def test_a_command_needs_a_task_that_allows_it(ground: Ground) -> None:
    """https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html"""
    (arn,) = tasks(ground)
    asked = {"cluster": "{cluster}", "task": arn, "command": "true", "interactive": True}
    answer = ground.answer("ecs", "ExecuteCommand", **asked)
    assert answer["session"]["sessionId"].startswith("ecs-execute-command-")
    assert answer["session"]["tokenValue"]
    ran = run(ground, enableExecuteCommand=False)
    eventually(lambda: task(ground, ran)["lastStatus"] == "RUNNING")
    assert ground.refusal("ecs", "ExecuteCommand", **{**asked, "task": ran}) == (
        "InvalidParameterException"
    )
    ground.answer("ecs", "StopTask", cluster="{cluster}", task=ran)
    eventually(lambda: task(ground, ran)["lastStatus"] == "STOPPED")
    refused = ground.refusal("ecs", "ExecuteCommand", **{**asked, "task": ran})
    assert refused == "TargetNotConnectedException"


def run(ground: Ground, **more: Any) -> str:
    answer = ground.answer(
        "ecs", "RunTask", cluster="{cluster}", taskDefinition=f"{FAMILY}:1",
        networkConfiguration=VPC, **more,
    )  # fmt: skip
    assert answer["failures"] == []
    arn: str = answer["tasks"][0]["taskArn"]
    return arn


def test_a_task_run_alone_belongs_to_its_family_and_to_no_service(ground: Ground) -> None:
    """https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html"""
    answer = ground.answer(
        "ecs", "RunTask", cluster="{cluster}", taskDefinition=f"{FAMILY}:1", count=2,
        startedBy="conformance", networkConfiguration=VPC, launchType="FARGATE",
    )  # fmt: skip
    arns = sorted(one["taskArn"] for one in answer["tasks"])
    assert {one["group"] for one in answer["tasks"]} == {f"family:{FAMILY}"}
    assert {one["lastStatus"] for one in answer["tasks"]} <= {"PROVISIONING", "PENDING"}
    asked = {"cluster": "{cluster}", "startedBy": "conformance"}
    assert sorted(ground.answer("ecs", "ListTasks", **asked)["taskArns"]) == arns
    assert not set(arns) & set(tasks(ground))
    # One of them may not have begun: that ends too.
    for arn in arns:
        ground.answer("ecs", "StopTask", cluster="{cluster}", task=arn)
    eventually(lambda: all(task(ground, arn)["lastStatus"] == "STOPPED" for arn in arns))
    assert {task(ground, arn)["stoppedReason"] for arn in arns} == {"Task stopped by user"}


def test_pages_of_tasks_have_each_of_them_once(ground: Ground) -> None:
    """https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListTasks.html"""
    everything = ground.answer("ecs", "ListTasks", cluster="{cluster}")["taskArns"]
    found: list[str] = []
    more: dict[str, Any] = {}
    while len(found) <= len(everything):
        page = ground.answer("ecs", "ListTasks", cluster="{cluster}", maxResults=1, **more)
        assert len(page["taskArns"]) == 1
        found += page["taskArns"]
        if "nextToken" not in page:
            break
        more = {"nextToken": page["nextToken"]}
    assert sorted(found) == sorted(everything)


def test_to_scale_down_to_none_stops_all_and_is_steady(ground: Ground) -> None:
    """https://docs.aws.amazon.com/AmazonECS/latest/developerguide/update-service-console-v2.html"""
    assert update(ground, desiredCount=0)["desiredCount"] == 0
    eventually(lambda: told(ground)["runningCount"] == 0)
    assert tasks(ground) == []
    assert len(told(ground)["deployments"]) == 1
    update(ground, desiredCount=1)
    eventually(lambda: stable(ground), 90)


def waited(ground: Ground, name: str, **asked: Any) -> None:
    """A waiter of botocore's, at the lab's pace: its delay is a duration, so it is divided."""
    waiter = ground.client("ecs").get_waiter(name)
    waiter.config.delay = 0.2
    waiter.wait(**ground.fill(asked))


def test_waiters_end_when_what_they_wait_for_is_so(ground: Ground) -> None:
    """https://docs.aws.amazon.com/cli/latest/reference/ecs/wait/index.html"""
    of = {"cluster": "{cluster}"}
    waited(ground, "services_stable", **of, services=[NAME])
    ran = run(ground)
    waited(ground, "tasks_running", **of, tasks=[ran])
    assert task(ground, ran)["lastStatus"] == "RUNNING"
    ground.answer("ecs", "StopTask", **of, task=ran)
    waited(ground, "tasks_stopped", **of, tasks=[ran])
    assert task(ground, ran)["lastStatus"] == "STOPPED"
    # What is not there never becomes stable, and the waiter says so at once.
    with pytest.raises(WaiterError, match="MISSING"):
        waited(ground, "services_stable", **of, services=["nobody"])


def test_a_deleted_service_drains_and_is_inactive(ground: Ground) -> None:
    """https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeleteService.html"""
    of = {"cluster": "{cluster}"}
    ground.answer(
        "ecs", "CreateService", **of, serviceName="c-short", taskDefinition=FAMILY,
        desiredCount=0, networkConfiguration=VPC,
    )  # fmt: skip
    gone = ground.answer("ecs", "DeleteService", **of, service="c-short")["service"]
    assert gone["status"] == "DRAINING"
    waited(ground, "services_inactive", **of, services=["c-short"])
    listed = ground.answer("ecs", "ListServices", **of)["serviceArns"]
    assert not any(arn.endswith("/c-short") for arn in listed)
    refused = ground.refusal("ecs", "UpdateService", **of, service="c-short", desiredCount=1)
    assert refused == "ServiceNotActiveException"
