"""ECS in the lab: what the API says, and what the processes do."""

import signal
from typing import Any

import psutil
import pytest
from botocore.exceptions import ClientError
from tests.lab.running_lab import RunningLab, eventually

pytestmark = pytest.mark.lab

CLUSTER, SERVICE = "sleek-coach-prod", "sleek-coach-api"


def described(ecs: Any) -> dict[str, Any]:
    service: dict[str, Any] = ecs.describe_services(cluster=CLUSTER, services=[SERVICE])[
        "services"
    ][0]
    return service


def stable(ecs: Any) -> bool:
    service = described(ecs)
    return (
        len(service["deployments"]) == 1
        and service["deployments"][0]["rolloutState"] == "COMPLETED"
        and service["runningCount"] == service["desiredCount"]
    )


def update(ecs: Any, **changes: Any) -> dict[str, Any]:
    answer = ecs.update_service(cluster=CLUSTER, service=SERVICE, **changes)
    service: dict[str, Any] = answer["service"]
    return service


def failure(call: Any, **given: Any) -> str:
    with pytest.raises(ClientError) as raised:
        call(**given)
    return str(raised.value.response["Error"]["Code"])


def test_definitions_are_of_one_family_and_sorted_as_numbers(lab: RunningLab, ecs: Any) -> None:
    update(ecs, taskDefinition=f"{SERVICE}:9")
    words = ["ecs", "list-task-definitions", "--family-prefix", SERVICE]
    found = lab.aws(*words, "--sort", "DESC", "--max-items", "3")["taskDefinitionArns"]
    numbers = [int(one.rpartition(":")[2]) for one in found]
    assert all(f"/{SERVICE}:" in one for one in found)
    assert numbers == sorted(numbers, reverse=True)
    assert numbers[-1] >= 8
    rising = ecs.list_task_definitions(familyPrefix=SERVICE)["taskDefinitionArns"]
    assert [int(one.rpartition(":")[2]) for one in rising[:10]] == list(range(1, 11))
    pages = ecs.get_paginator("list_task_definitions").paginate(PaginationConfig={"PageSize": 4})
    everything = [one for page in pages for one in page["taskDefinitionArns"]]
    assert len(everything) == len(set(everything)) >= 10 + 12 + 1
    assert failure(ecs.list_task_definitions, nextToken="x") == "InvalidParameterException"


def test_a_rolling_deployment_loses_no_request(lab: RunningLab, ecs: Any) -> None:
    before = lab.status()["traffic"]
    old = set(ecs.list_tasks(cluster=CLUSTER, serviceName=SERVICE)["taskArns"])
    answer = update(ecs, taskDefinition=f"{SERVICE}:9")
    states = [(d["status"], d["rolloutState"]) for d in answer["deployments"]]
    assert states == [("PRIMARY", "IN_PROGRESS"), ("ACTIVE", "COMPLETED")]
    most = 0

    def over() -> bool:
        nonlocal most
        running = described(ecs)["runningCount"]
        most = max(most, running)
        assert running >= 2
        return stable(ecs)

    eventually(over)
    assert most == 4
    assert described(ecs)["deployments"][0]["taskDefinition"].endswith(":9")
    new = set(ecs.list_tasks(cluster=CLUSTER, serviceName=SERVICE)["taskArns"])
    assert not old & new
    eventually(lambda: lab.status()["traffic"]["requests"] > before["requests"] + 50)
    after = lab.status()["traffic"]
    assert {key for key in after if after[key] != before.get(key)} == {"requests", "2xx"}
    messages = [event["message"] for event in described(ecs)["events"][:14]]
    assert any("has reached a steady state" in message for message in messages)
    assert any("has started 2 tasks: (task " in message for message in messages)
    gone = ecs.list_tasks(cluster=CLUSTER, desiredStatus="STOPPED")["taskArns"]
    assert old <= set(gone)


def test_only_a_real_change_makes_a_deployment(lab: RunningLab, ecs: Any) -> None:
    before = lab.control("GET", "/deployments")
    same = update(ecs, taskDefinition=f"{SERVICE}:10")
    assert len(same["deployments"]) == 1
    update(ecs, desiredCount=2)
    assert lab.control("GET", "/deployments") == before
    forced = update(ecs, forceNewDeployment=True)
    assert forced["deployments"][0]["taskDefinition"].endswith(":10")
    made = lab.control("GET", "/deployments")[len(before) :]
    assert [(one["id"], one["cause"]) for one in made] == [(forced["deployments"][0]["id"], "api")]
    calls = lab.control("GET", "/calls")
    assert made[0]["request"] == calls["counts"]["UpdateService"]
    assert calls["changes"][-1]["parameters"]["forceNewDeployment"] is True
    eventually(lambda: stable(ecs))


def test_scaling_starts_and_ends_processes(lab: RunningLab, ecs: Any) -> None:
    update(ecs, desiredCount=3)
    eventually(lambda: stable(ecs))
    tasks = [name for name in lab.status()["pids"].values() if name.startswith("task")]
    assert len(tasks) == 3
    update(ecs, desiredCount=1)
    eventually(lambda: stable(ecs))
    eventually(lambda: sum(name.startswith("task") for name in lab.status()["pids"].values()) == 1)
    clusters = ecs.describe_clusters(clusters=[CLUSTER])["clusters"]
    assert clusters[0]["runningTasksCount"] == 1


def test_a_killed_task_is_stopped_and_replaced(lab: RunningLab, ecs: Any) -> None:
    pid, name = next((int(p), n) for p, n in lab.status()["pids"].items() if n.startswith("task"))
    psutil.Process(pid).send_signal(signal.SIGKILL)
    identity = name.partition(" ")[2]

    def stopped() -> Any:
        task = ecs.describe_tasks(cluster=CLUSTER, tasks=[identity])["tasks"][0]
        return task if task["lastStatus"] == "STOPPED" else None

    task = eventually(stopped)
    assert task["containers"][0]["exitCode"] == 137
    assert "reason" not in task["containers"][0]
    assert task["stopCode"] == "EssentialContainerExited"
    assert task["stoppedReason"] == "Essential container in task exited"
    eventually(lambda: lab.status()["healthy"])
    running = ecs.list_tasks(cluster=CLUSTER)["taskArns"]
    assert len(running) == 2
    assert task["taskArn"] not in running


def test_stop_task_is_a_stop_and_a_replacement(lab: RunningLab, ecs: Any) -> None:
    arn = ecs.list_tasks(cluster=CLUSTER)["taskArns"][0]
    ecs.stop_task(cluster=CLUSTER, task=arn, reason="a look inside")

    def stopped() -> bool:
        task = ecs.describe_tasks(cluster=CLUSTER, tasks=[arn])["tasks"][0]
        return bool(task["lastStatus"] == "STOPPED" and task["stoppedReason"] == "a look inside")

    eventually(stopped)
    eventually(lambda: lab.status()["healthy"])


def test_an_image_that_is_not_there_never_replaces_what_runs(ecs: Any) -> None:
    given = ecs.describe_task_definition(taskDefinition=f"{SERVICE}:10")["taskDefinition"]
    container = given["containerDefinitions"][0]
    container["image"] = container["image"].rpartition(":")[0] + ":9.9.9"
    made = ecs.register_task_definition(
        family=SERVICE,
        containerDefinitions=[container],
        requiresCompatibilities=["FARGATE"],
        networkMode="awsvpc",
        cpu="1024",
        memory="2048",
        executionRoleArn="arn:aws:iam::123456789012:role/ecsTaskExecutionRole",
    )["taskDefinition"]["taskDefinitionArn"]
    old = set(ecs.list_tasks(cluster=CLUSTER)["taskArns"])
    update(ecs, taskDefinition=made)
    eventually(lambda: described(ecs)["deployments"][0]["rolloutState"] == "FAILED")
    assert described(ecs)["deployments"][0]["failedTasks"] == 3
    assert set(ecs.list_tasks(cluster=CLUSTER)["taskArns"]) == old
    ended = ecs.list_tasks(cluster=CLUSTER, serviceName=SERVICE, desiredStatus="STOPPED")
    failed = ended["taskArns"][-1]
    task = ecs.describe_tasks(cluster=CLUSTER, tasks=[failed])["tasks"][0]
    assert task["stoppedReason"].startswith("CannotPullContainerError")
    ecs.deregister_task_definition(taskDefinition=made)
    assert (
        failure(ecs.update_service, cluster=CLUSTER, service=SERVICE, taskDefinition=made)
        == "ClientException"
    )


def test_what_is_unknown_is_refused_as_aws_does(ecs: Any) -> None:
    known = {"cluster": CLUSTER, "service": SERVICE}
    cases: list[tuple[dict[str, Any], str]] = [
        ({"cluster": "x"}, "ClusterNotFoundException"),
        ({"service": "x"}, "ServiceNotFoundException"),
        ({"taskDefinition": f"{SERVICE}:999"}, "ClientException"),
        ({"taskDefinition": f"{SERVICE}:<previous-revision>"}, "ClientException"),
        ({"desiredCount": -1}, "InvalidParameterException"),
        ({"propagateTags": "SERVICE"}, "InvalidParameterException"),
    ]
    for changes, code in cases:
        assert failure(ecs.update_service, **{**known, **changes}) == code
    assert failure(ecs.list_tasks, cluster="x") == "ClusterNotFoundException"
    assert failure(ecs.describe_tasks, cluster=CLUSTER, tasks=["None"]) == (
        "InvalidParameterException"
    )
    assert failure(
        ecs.start_task, cluster=CLUSTER, taskDefinition=SERVICE, containerInstances=["x"]
    ) == ("UnsupportedFeatureException")
    missing = ecs.describe_services(cluster=CLUSTER, services=["x"])
    assert missing["failures"][0]["reason"] == "MISSING"


def test_target_health_is_what_the_balancer_sees(lab: RunningLab, ecs: Any) -> None:
    elb = lab.client("elbv2")
    balancer = elb.describe_load_balancers(Names=[SERVICE])["LoadBalancers"][0]
    assert balancer["LoadBalancerArn"].endswith(lab.contract["system"]["load_balancer"])
    group = elb.describe_target_groups(Names=[SERVICE])["TargetGroups"][0]
    health = elb.describe_target_health(TargetGroupArn=group["TargetGroupArn"])
    rows = health["TargetHealthDescriptions"]
    assert [row["TargetHealth"]["State"] for row in rows] == ["healthy", "healthy"]
    assert described(ecs)["loadBalancers"][0]["targetGroupArn"] == group["TargetGroupArn"]
