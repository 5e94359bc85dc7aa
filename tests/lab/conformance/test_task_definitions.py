"""Task definitions: what may be registered, how revisions count, what is left of them."""

from typing import Any

import pytest
from tests.lab.conformance.asking import Case, Ground, named

pytestmark = pytest.mark.lab

API = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_"
REGISTER = API + "RegisterTaskDefinition.html"
CONTAINER = API + "ContainerDefinition.html"
FARGATE = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html"
SIZES = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-cpu-memory-error.html"
INVALID, CLIENT = "InvalidParameterException", "ClientException"
ROLE = "arn:aws:iam::123456789012:role/ecsTaskExecutionRole"

WEB: dict[str, Any] = {"name": "web", "image": "{image}", "memory": 128, "essential": True}
PLAIN: dict[str, Any] = {"family": "conformance", "containerDefinitions": [WEB]}
ON_FARGATE: dict[str, Any] = {
    **PLAIN,
    "requiresCompatibilities": ["FARGATE"],
    "networkMode": "awsvpc",
    "cpu": "256",
    "memory": "512",
    "executionRoleArn": ROLE,
}


def web(**changed: Any) -> dict[str, Any]:
    return {**PLAIN, "containerDefinitions": [{**WEB, **changed}]}


def on_fargate(**changed: Any) -> dict[str, Any]:
    return {**ON_FARGATE, **changed}


def port(**mapping: Any) -> dict[str, Any]:
    return {**ON_FARGATE, "containerDefinitions": [{**WEB, "portMappings": [mapping]}]}


LOGS = {"logDriver": "awslogs", "options": {"awslogs-group": "/x", "awslogs-region": "us-east-1"}}

REGISTERING: list[Case] = [
    ("RegisterTaskDefinition", {**PLAIN, "family": None}, CLIENT, REGISTER),
    ("RegisterTaskDefinition", {**PLAIN, "family": "two words"}, CLIENT, REGISTER),
    ("RegisterTaskDefinition", {**PLAIN, "family": "x" * 256}, CLIENT, REGISTER),
    ("RegisterTaskDefinition", {**PLAIN, "family": "a/b"}, CLIENT, REGISTER),
    ("RegisterTaskDefinition", {**PLAIN, "containerDefinitions": []}, CLIENT, REGISTER),
    ("RegisterTaskDefinition", {**PLAIN, "containerDefinitions": None}, CLIENT, REGISTER),
    ("RegisterTaskDefinition", {**PLAIN, "containerDefinitions": [
        {**WEB, "name": f"c{n}"} for n in range(11)]}, CLIENT,
     "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html"),
    ("RegisterTaskDefinition", {**PLAIN, "containerDefinitions": [WEB, WEB]}, CLIENT, CONTAINER),
    ("RegisterTaskDefinition", web(name=None), CLIENT, CONTAINER),
    ("RegisterTaskDefinition", web(name="two words"), CLIENT, CONTAINER),
    ("RegisterTaskDefinition", web(image=None), CLIENT, CONTAINER),
    ("RegisterTaskDefinition", web(image="x" * 256), CLIENT, CONTAINER),
    ("RegisterTaskDefinition", web(memory=None), CLIENT, CONTAINER),
    ("RegisterTaskDefinition", web(memory=5), CLIENT, CONTAINER),
    ("RegisterTaskDefinition", web(memoryReservation=256), CLIENT, CONTAINER),
    ("RegisterTaskDefinition", web(essential=False), CLIENT, CONTAINER),
    ("RegisterTaskDefinition", web(logConfiguration={"logDriver": "printer"}), CLIENT,
     API + "LogConfiguration.html"),
    ("RegisterTaskDefinition", web(secrets=[{"name": "PASSWORD"}]), CLIENT, API + "Secret.html"),
    ("RegisterTaskDefinition", web(environment=[{"name": "A", "value": "1"}],
                                   secrets=[{"name": "A", "valueFrom": "/x"}]), CLIENT,
     "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specifying-sensitive-data.html"),
    ("RegisterTaskDefinition", web(healthCheck={"command": []}), CLIENT, API + "HealthCheck.html"),
    ("RegisterTaskDefinition", web(healthCheck={"command": ["CMD-SHELL", "true"], "interval": 4}),
     CLIENT, API + "HealthCheck.html"),
    ("RegisterTaskDefinition", web(healthCheck={"command": ["CMD-SHELL", "true"], "retries": 11}),
     CLIENT, API + "HealthCheck.html"),
    ("RegisterTaskDefinition", web(stopTimeout=-1), CLIENT, CONTAINER),
    ("RegisterTaskDefinition", {**PLAIN, "networkMode": "wireless"}, CLIENT, REGISTER),
    ("RegisterTaskDefinition", {**PLAIN, "requiresCompatibilities": ["LAMBDA"]}, CLIENT, REGISTER),
    ("RegisterTaskDefinition", {**PLAIN, "pidMode": "mine"}, CLIENT, REGISTER),
    ("RegisterTaskDefinition", {**PLAIN, "tags": [{"key": f"k{n}"} for n in range(51)]}, INVALID,
     REGISTER),
    ("RegisterTaskDefinition", {**PLAIN, "tags": [{"key": "aws:x", "value": "y"}]}, INVALID,
     API + "Tag.html"),
    ("RegisterTaskDefinition", on_fargate(networkMode="bridge"), CLIENT, FARGATE),
    ("RegisterTaskDefinition", on_fargate(networkMode=None), CLIENT, FARGATE),
    ("RegisterTaskDefinition", on_fargate(cpu=None), CLIENT, FARGATE),
    ("RegisterTaskDefinition", on_fargate(memory=None), CLIENT, FARGATE),
    ("RegisterTaskDefinition", on_fargate(memory="256"), CLIENT, SIZES),
    ("RegisterTaskDefinition", on_fargate(memory="3072"), CLIENT, SIZES),
    ("RegisterTaskDefinition", on_fargate(cpu="300"), CLIENT, SIZES),
    ("RegisterTaskDefinition", on_fargate(cpu="1024", memory="1024"), CLIENT, SIZES),
    ("RegisterTaskDefinition", on_fargate(cpu="1024", memory="9216"), CLIENT, SIZES),
    ("RegisterTaskDefinition", on_fargate(cpu="half", memory="512"), CLIENT, SIZES),
    ("RegisterTaskDefinition", on_fargate(containerDefinitions=[{**WEB, "memory": 1024}]), CLIENT,
     FARGATE),
    ("RegisterTaskDefinition", on_fargate(containerDefinitions=[{**WEB, "privileged": True}]),
     CLIENT, FARGATE),
    ("RegisterTaskDefinition", on_fargate(containerDefinitions=[{**WEB, "stopTimeout": 121}]),
     CLIENT, CONTAINER),
    ("RegisterTaskDefinition", on_fargate(executionRoleArn=None, containerDefinitions=[
        {**WEB, "logConfiguration": LOGS}]), CLIENT, FARGATE),
    ("RegisterTaskDefinition", port(containerPort=8000, hostPort=80), CLIENT,
     API + "PortMapping.html"),
    ("RegisterTaskDefinition", port(containerPort=70000), CLIENT, API + "PortMapping.html"),
    ("RegisterTaskDefinition", port(containerPort=8000, protocol="icmp"), CLIENT,
     API + "PortMapping.html"),
    ("DescribeTaskDefinition", {"taskDefinition": "no-such-family"}, CLIENT,
     API + "DescribeTaskDefinition.html"),
    ("DescribeTaskDefinition", {"taskDefinition": "{family}:9999"}, CLIENT,
     API + "DescribeTaskDefinition.html"),
    ("DescribeTaskDefinition", {"taskDefinition": "{family}:one"}, CLIENT,
     API + "DescribeTaskDefinition.html"),
    ("DescribeTaskDefinition", {}, CLIENT, API + "DescribeTaskDefinition.html"),
    ("DescribeTaskDefinition", {"taskDefinition": "{family}", "include": ["SECRETS"]}, INVALID,
     API + "DescribeTaskDefinition.html"),
    ("DeregisterTaskDefinition", {"taskDefinition": "{family}"}, INVALID,
     API + "DeregisterTaskDefinition.html"),
    ("DeregisterTaskDefinition", {"taskDefinition": "{family}:9999"}, CLIENT,
     API + "DeregisterTaskDefinition.html"),
    ("ListTaskDefinitions", {"status": "GONE"}, INVALID, API + "ListTaskDefinitions.html"),
    ("ListTaskDefinitions", {"sort": "UP"}, INVALID, API + "ListTaskDefinitions.html"),
    ("ListTaskDefinitions", {"maxResults": 101}, INVALID, API + "ListTaskDefinitions.html"),
    ("ListTaskDefinitions", {"familyPrefix": "conf"}, "", API + "ListTaskDefinitions.html"),
    ("ListTaskDefinitionFamilies", {"status": "GONE"}, INVALID,
     API + "ListTaskDefinitionFamilies.html"),
    ("ListTaskDefinitionFamilies", {"familyPrefix": "no-such"}, "",
     API + "ListTaskDefinitionFamilies.html"),
]  # fmt: skip


@pytest.mark.parametrize(("operation", "asked", "code", "page"), named(REGISTERING))
def test_it_answers_as_ecs_does(
    ground: Ground, operation: str, asked: dict[str, Any], code: str, page: str
) -> None:
    ground.judge("ecs", (operation, asked, code, page))


@pytest.mark.parametrize(
    ("cpu", "memory"),
    [("256", "512"), ("256", "2048"), ("512", "4096"), ("1024", "2048"), ("2048", "16384"),
     (".25 vCPU", "0.5 GB"), ("4096", "30 GB")],
)  # fmt: skip
def test_sizes_that_fargate_has(ground: Ground, cpu: str, memory: str) -> None:
    """https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-cpu-memory-error.html"""
    sized = {**ON_FARGATE, "family": "sized", "cpu": cpu, "memory": memory}
    made = ground.answer("ecs", "RegisterTaskDefinition", **sized)["taskDefinition"]
    assert made["cpu"].isdigit()
    assert made["memory"].isdigit()


def test_revisions_count_up_and_are_never_given_twice(ground: Ground) -> None:
    """https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html"""
    family = {**ON_FARGATE, "family": "counted"}
    arns = [
        ground.answer("ecs", "RegisterTaskDefinition", **family)["taskDefinition"] for _ in range(3)
    ]
    assert [one["revision"] for one in arns] == [1, 2, 3]
    assert [one["status"] for one in arns] == ["ACTIVE"] * 3
    assert arns[0]["compatibilities"] == ["EC2", "FARGATE"]
    gone = ground.answer("ecs", "DeregisterTaskDefinition", taskDefinition="counted:3")
    assert gone["taskDefinition"]["status"] == "INACTIVE"
    assert gone["taskDefinition"]["revision"] == 3
    # The newest ACTIVE one is what the family's name means; an INACTIVE one is still described.
    named_so = ground.answer("ecs", "DescribeTaskDefinition", taskDefinition="counted")
    assert named_so["taskDefinition"]["revision"] == 2
    old = ground.answer("ecs", "DescribeTaskDefinition", taskDefinition="counted:3")
    assert old["taskDefinition"]["status"] == "INACTIVE"
    made = ground.answer("ecs", "RegisterTaskDefinition", **family)
    assert made["taskDefinition"]["revision"] == 4


def test_an_inactive_revision_can_be_run_by_nobody(ground: Ground) -> None:
    """https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeregisterTaskDefinition.html"""
    ground.answer("ecs", "RegisterTaskDefinition", **{**ON_FARGATE, "family": "retired"})
    ground.answer("ecs", "DeregisterTaskDefinition", taskDefinition="retired:1")
    network = {"awsvpcConfiguration": {"subnets": ["{subnet}"]}}
    given = {"cluster": "{cluster}", "taskDefinition": "retired:1", "networkConfiguration": network}
    assert ground.refusal("ecs", "RunTask", **given) == CLIENT
    named_new = {**given, "serviceName": "of-the-retired", "desiredCount": 1}
    assert ground.refusal("ecs", "CreateService", **named_new) == CLIENT
    listed = ground.answer("ecs", "ListTaskDefinitions", familyPrefix="retired")
    assert listed["taskDefinitionArns"] == []
    inactive = ground.answer(
        "ecs", "ListTaskDefinitions", familyPrefix="retired", status="INACTIVE"
    )
    assert [one.rpartition("/")[2] for one in inactive["taskDefinitionArns"]] == ["retired:1"]
    families = ground.answer("ecs", "ListTaskDefinitionFamilies", status="ACTIVE")["families"]
    assert "retired" not in families
    families = ground.answer("ecs", "ListTaskDefinitionFamilies", status="INACTIVE")["families"]
    assert "retired" in families


def test_the_newest_come_first_and_are_sorted_as_numbers(ground: Ground) -> None:
    """https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListTaskDefinitions.html"""
    family = {**ON_FARGATE, "family": "sorted"}
    for _ in range(11):
        ground.answer("ecs", "RegisterTaskDefinition", **family)
    ground.answer("ecs", "RegisterTaskDefinition", **{**family, "family": "sorted-blue"})
    seen = ground.answer(
        "ecs", "ListTaskDefinitions", familyPrefix="sorted", sort="DESC", maxResults=3
    )
    names = [one.rpartition("/")[2] for one in seen["taskDefinitionArns"]]
    assert names == ["sorted:11", "sorted:10", "sorted:9"]
    more = ground.answer(
        "ecs", "ListTaskDefinitions", familyPrefix="sorted", sort="DESC", maxResults=3,
        nextToken=seen["nextToken"],
    )  # fmt: skip
    assert more["taskDefinitionArns"][0].endswith("/sorted:8")


def test_what_was_described_can_be_registered_again(ground: Ground) -> None:
    """As a rollout by hand does: describe, change the image, register what is left.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/update-task-definition-console-v2.html
    """
    given = ground.answer("ecs", "DescribeTaskDefinition", taskDefinition="{family}")
    kept = {
        key: value
        for key, value in given["taskDefinition"].items()
        if key in ("containerDefinitions", "networkMode", "cpu", "memory", "executionRoleArn",
                   "taskRoleArn", "requiresCompatibilities", "volumes")
    }  # fmt: skip
    made = ground.answer("ecs", "RegisterTaskDefinition", family="again", **kept)
    for key in ("containerDefinitions", "cpu", "memory", "networkMode"):
        assert made["taskDefinition"][key] == given["taskDefinition"][key]
