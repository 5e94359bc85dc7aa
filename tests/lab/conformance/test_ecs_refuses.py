"""What ECS refuses and what it answers, of services and of tasks, one case at a time."""

from typing import Any

import pytest
from tests.lab.conformance.asking import Case, Ground, named

pytestmark = pytest.mark.lab

API = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_"
GUIDE = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/"
INVALID, CLIENT = "InvalidParameterException", "ClientException"
PLATFORM = "PlatformUnknownException"
NO_CLUSTER, NO_SERVICE = "ClusterNotFoundException", "ServiceNotFoundException"

VPC = {"awsvpcConfiguration": {"subnets": ["{subnet}"]}}
OF = {"cluster": "{cluster}"}
SERVICE = {**OF, "service": "{service}"}
NEW: dict[str, Any] = {
    **OF,
    "serviceName": "made-new",
    "taskDefinition": "{family}",
    "desiredCount": 0,
    "networkConfiguration": VPC,
}
TARGET = {"targetGroupArn": "{group}", "containerName": "{container}", "containerPort": 8000}
NOWHERE = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/nowhere/0123456789abcdef"

CREATE = API + "CreateService.html"
CREATING: list[Case] = [
    ("CreateService", {**NEW, "cluster": "nowhere"}, NO_CLUSTER, CREATE),
    ("CreateService", {**NEW, "serviceName": ""}, INVALID, CREATE),
    ("CreateService", {**NEW, "serviceName": "two words"}, INVALID, CREATE),
    ("CreateService", {**NEW, "serviceName": "a.b"}, INVALID, CREATE),
    ("CreateService", {**NEW, "serviceName": "x" * 256}, INVALID, CREATE),
    ("CreateService", {**NEW, "serviceName": "{service}"}, INVALID, CREATE),
    ("CreateService", {**NEW, "taskDefinition": ""}, INVALID, CREATE),
    ("CreateService", {**NEW, "taskDefinition": "no-such-family"}, CLIENT, CREATE),
    ("CreateService", {**NEW, "taskDefinition": "{family}:9999"}, CLIENT, CREATE),
    ("CreateService", {**NEW, "taskDefinition": "{family}:NEW_VERSION"}, CLIENT, CREATE),
    ("CreateService", {**NEW, "desiredCount": -1}, INVALID, CREATE),
    ("CreateService", {**NEW, "desiredCount": 5001}, INVALID, GUIDE + "service-quotas.html"),
    ("CreateService", {**NEW, "desiredCount": None}, INVALID, CREATE),
    ("CreateService", {**NEW, "launchType": "SERVERLESS"}, INVALID, CREATE),
    ("CreateService", {**NEW, "launchType": "FARGATE",
                       "capacityProviderStrategy": [{"capacityProvider": "FARGATE"}]}, INVALID,
     CREATE),
    ("CreateService", {**NEW, "schedulingStrategy": "EVERYWHERE"}, INVALID, CREATE),
    ("CreateService", {**NEW, "schedulingStrategy": "DAEMON", "launchType": "FARGATE"}, INVALID,
     CREATE),
    ("CreateService", {**NEW, "networkConfiguration": None}, INVALID,
     GUIDE + "task-networking-awsvpc.html"),
    ("CreateService", {**NEW, "networkConfiguration": {"awsvpcConfiguration": {"subnets": []}}},
     INVALID, API + "AwsVpcConfiguration.html"),
    ("CreateService", {**NEW, "networkConfiguration":
                       {"awsvpcConfiguration": {"subnets": ["subnet-xxx"]}}}, INVALID,
     API + "AwsVpcConfiguration.html"),
    ("CreateService", {**NEW, "networkConfiguration": {"awsvpcConfiguration": {
        "subnets": ["{subnet}"], "securityGroups": ["sg-xxx"]}}}, INVALID,
     API + "AwsVpcConfiguration.html"),
    ("CreateService", {**NEW, "networkConfiguration": {"awsvpcConfiguration": {
        "subnets": ["{subnet}"], "assignPublicIp": "MAYBE"}}}, INVALID,
     API + "AwsVpcConfiguration.html"),
    ("CreateService", {**NEW, "networkConfiguration": {"awsvpcConfiguration": {
        "subnets": ["{subnet}"] * 17}}}, INVALID, API + "AwsVpcConfiguration.html"),
    ("CreateService", {**NEW, "networkConfiguration": {"awsvpcConfiguration": {
        "subnets": ["{subnet}"], "securityGroups": ["sg-1"] * 6}}}, INVALID,
     API + "AwsVpcConfiguration.html"),
    ("CreateService", {**NEW, "loadBalancers": [{**TARGET, "targetGroupArn": NOWHERE}]}, INVALID,
     API + "LoadBalancer.html"),
    ("CreateService", {**NEW, "loadBalancers": [{**TARGET, "containerName": "nobody"}]}, INVALID,
     API + "LoadBalancer.html"),
    ("CreateService", {**NEW, "loadBalancers": [{**TARGET, "containerPort": 8001}]}, INVALID,
     API + "LoadBalancer.html"),
    ("CreateService", {**NEW, "loadBalancers": [TARGET] * 6}, INVALID,
     GUIDE + "register-multiple-targetgroups.html"),
    ("CreateService", {**NEW, "healthCheckGracePeriodSeconds": 30}, INVALID, CREATE),
    ("CreateService", {**NEW, "loadBalancers": [TARGET], "healthCheckGracePeriodSeconds": -1},
     INVALID, CREATE),
    ("CreateService", {**NEW, "deploymentConfiguration":
                       {"maximumPercent": 100, "minimumHealthyPercent": 100}}, INVALID,
     API + "DeploymentConfiguration.html"),
    ("CreateService", {**NEW, "deploymentConfiguration":
                       {"maximumPercent": 201, "minimumHealthyPercent": -1}}, INVALID,
     API + "DeploymentConfiguration.html"),
    ("CreateService", {**NEW, "deploymentController": {"type": "MINE"}}, INVALID,
     API + "DeploymentController.html"),
    ("CreateService", {**NEW, "propagateTags": "CLUSTER"}, INVALID, CREATE),
    ("CreateService", {**NEW, "platformVersion": "1.2.9"}, PLATFORM,
     GUIDE + "platform-fargate.html"),
    ("CreateService", {**NEW, "tags": [{"key": "aws:mine", "value": "x"}]}, INVALID,
     API + "Tag.html"),
]  # fmt: skip

UPDATE = API + "UpdateService.html"
UPDATING: list[Case] = [
    ("UpdateService", {**SERVICE, "cluster": "nowhere"}, NO_CLUSTER, UPDATE),
    ("UpdateService", {**SERVICE, "service": "nobody"}, NO_SERVICE, UPDATE),
    ("UpdateService", {**SERVICE, "desiredCount": -2}, INVALID, UPDATE),
    ("UpdateService", {**SERVICE, "desiredCount": 5001}, INVALID, GUIDE + "service-quotas.html"),
    ("UpdateService", {**SERVICE, "taskDefinition": "{family}:NEW_REVISION"}, CLIENT, UPDATE),
    ("UpdateService", {**SERVICE, "taskDefinition": "{family}:0"}, CLIENT, UPDATE),
    ("UpdateService", {**SERVICE, "taskDefinition": "no-such-family:1"}, CLIENT, UPDATE),
    ("UpdateService", {**SERVICE, "networkConfiguration":
                       {"awsvpcConfiguration": {"subnets": []}}}, INVALID, UPDATE),
    ("UpdateService", {**SERVICE, "networkConfiguration":
                       {"awsvpcConfiguration": {"subnets": ["subnet-0000000000000000f"]}}},
     INVALID, UPDATE),
    ("UpdateService", {**SERVICE, "healthCheckGracePeriodSeconds": 2147483648}, INVALID, UPDATE),
    ("UpdateService", {**SERVICE, "deploymentConfiguration": {"minimumHealthyPercent": 200}},
     INVALID, API + "DeploymentConfiguration.html"),
    ("UpdateService", {**SERVICE, "platformVersion": "0.0.1"}, PLATFORM,
     GUIDE + "platform-fargate.html"),
    ("UpdateService", {**SERVICE, "propagateTags": "CLUSTER"}, INVALID, UPDATE),
    # An update of nothing is answered, and deploys nothing.
    ("UpdateService", SERVICE, "", UPDATE),
    ("UpdateService", {**SERVICE, "desiredCount": 2}, "", UPDATE),
    ("UpdateService", {**SERVICE, "enableExecuteCommand": True}, "", UPDATE),
    ("DeleteService", {**SERVICE, "cluster": "nowhere"}, NO_CLUSTER, API + "DeleteService.html"),
    ("DeleteService", {**OF, "service": "nobody"}, NO_SERVICE, API + "DeleteService.html"),
    ("DeleteService", SERVICE, INVALID, API + "DeleteService.html"),
]  # fmt: skip

TASK = {**OF, "taskDefinition": "{family}", "networkConfiguration": VPC}
MISSING = "0123456789abcdef0123456789abcdef"


def override(**changed: Any) -> dict[str, Any]:
    return {**TASK, "overrides": {"containerOverrides": [{"name": "{container}", **changed}]}}


RUN, DESCRIBE = API + "RunTask.html", API + "DescribeTasks.html"
EXEC = API + "ExecuteCommand.html"
TASKS: list[Case] = [
    ("RunTask", {**TASK, "cluster": "nowhere"}, NO_CLUSTER, RUN),
    ("RunTask", {**TASK, "taskDefinition": None}, INVALID, RUN),
    ("RunTask", {**TASK, "taskDefinition": "no-such-family"}, CLIENT, RUN),
    ("RunTask", {**TASK, "networkConfiguration": None}, INVALID,
     GUIDE + "task-networking-awsvpc.html"),
    ("RunTask", {**TASK, "networkConfiguration": {"awsvpcConfiguration": {
        "subnets": ["subnet-xxx"], "securityGroups": ["sg-xxx"], "assignPublicIp": "DISABLED"}}},
     INVALID, API + "AwsVpcConfiguration.html"),
    ("RunTask", {**TASK, "count": 0}, INVALID, RUN),
    ("RunTask", {**TASK, "count": 11}, INVALID, RUN),
    ("RunTask", {**TASK, "launchType": "LAMBDA"}, INVALID, RUN),
    ("RunTask", {**TASK, "launchType": "FARGATE",
                 "capacityProviderStrategy": [{"capacityProvider": "FARGATE"}]}, INVALID, RUN),
    ("RunTask", {**TASK, "startedBy": "x" * 129}, INVALID, RUN),
    ("RunTask", {**TASK, "startedBy": "a sentence, with a comma"}, INVALID, RUN),
    ("RunTask", {**TASK, "platformVersion": "9.9"}, PLATFORM, GUIDE + "platform-fargate.html"),
    ("RunTask", {**TASK, "overrides": {"containerOverrides": [{"name": "nobody"}]}}, INVALID,
     API + "ContainerOverride.html"),
    ("RunTask", {**TASK, "overrides": {"containerOverrides": [{"command": ["true"]}]}}, INVALID,
     API + "ContainerOverride.html"),
    ("RunTask", override(environment=[{"name": "X", "value": "x" * 8300}]), INVALID, RUN),
    ("ListTasks", {"cluster": "nowhere"}, NO_CLUSTER, API + "ListTasks.html"),
    ("ListTasks", {**OF, "serviceName": "nobody"}, NO_SERVICE, API + "ListTasks.html"),
    ("ListTasks", {**OF, "desiredStatus": "DONE"}, INVALID, API + "ListTasks.html"),
    ("ListTasks", {**OF, "launchType": "LAMBDA"}, INVALID, API + "ListTasks.html"),
    ("ListTasks", {**OF, "maxResults": 101}, INVALID, API + "ListTasks.html"),
    ("ListTasks", {**OF, "maxResults": 0}, INVALID, API + "ListTasks.html"),
    ("ListTasks", {**OF, "nextToken": "nobody's"}, INVALID, API + "ListTasks.html"),
    ("ListTasks", {**OF, "startedBy": "nobody", "serviceName": "{service}"}, INVALID,
     API + "ListTasks.html"),
    ("ListTasks", {**OF, "family": "no-such-family"}, "", API + "ListTasks.html"),
    ("DescribeTasks", {**OF, "tasks": []}, INVALID, DESCRIBE),
    ("DescribeTasks", {**OF, "tasks": ["None"]}, INVALID, DESCRIBE),
    ("DescribeTasks", {**OF, "tasks": ["<task-arn>"]}, INVALID, DESCRIBE),
    ("DescribeTasks", {**OF, "tasks": [MISSING] * 101}, INVALID, DESCRIBE),
    ("DescribeTasks", {**OF, "tasks": [MISSING]}, "", DESCRIBE),
    ("DescribeTasks", {"cluster": "nowhere", "tasks": [MISSING]}, NO_CLUSTER, DESCRIBE),
    ("DescribeTasks", {"tasks": ["{task}"]}, NO_CLUSTER, DESCRIBE),
    ("DescribeTasks", {**OF, "tasks": ["{task}"], "include": ["EVENTS"]}, INVALID, DESCRIBE),
    ("StopTask", {**OF, "task": MISSING}, INVALID, API + "StopTask.html"),
    ("StopTask", {"cluster": "nowhere", "task": MISSING}, NO_CLUSTER, API + "StopTask.html"),
    ("StopTask", OF, INVALID, API + "StopTask.html"),
    ("ExecuteCommand", {**OF, "task": "{task}", "command": "true", "interactive": False}, INVALID,
     EXEC),
    ("ExecuteCommand", {**OF, "task": "{task}", "command": "true"}, INVALID, EXEC),
    ("ExecuteCommand", {**OF, "task": "{task}", "command": "", "interactive": True}, INVALID, EXEC),
    ("ExecuteCommand", {**OF, "task": MISSING, "command": "true", "interactive": True}, INVALID,
     EXEC),
    ("ExecuteCommand", {**OF, "task": "{task}", "container": "nobody", "command": "true",
                        "interactive": True}, INVALID, EXEC),
    ("ExecuteCommand", {"cluster": "nowhere", "task": "{task}", "command": "true",
                        "interactive": True}, NO_CLUSTER, EXEC),
]  # fmt: skip

LISTING: list[Case] = [
    ("DescribeServices", {**OF, "services": []}, INVALID, API + "DescribeServices.html"),
    ("DescribeServices", {**OF, "services": ["x"] * 11}, INVALID, API + "DescribeServices.html"),
    ("DescribeServices", {"cluster": "nowhere", "services": ["x"]}, NO_CLUSTER,
     API + "DescribeServices.html"),
    ("DescribeServices", {"services": ["{service}"]}, NO_CLUSTER, API + "DescribeServices.html"),
    ("DescribeServices", {**OF, "services": ["{service}"], "include": ["EVENTS"]}, INVALID,
     API + "DescribeServices.html"),
    ("DescribeServices", {**OF, "services": ["nobody"]}, "", API + "DescribeServices.html"),
    ("ListServices", {"cluster": "nowhere"}, NO_CLUSTER, API + "ListServices.html"),
    ("ListServices", {**OF, "maxResults": 101}, INVALID, API + "ListServices.html"),
    ("ListServices", {**OF, "launchType": "LAMBDA"}, INVALID, API + "ListServices.html"),
    ("ListServices", {**OF, "schedulingStrategy": "ALWAYS"}, INVALID, API + "ListServices.html"),
    ("ListServices", {**OF, "launchType": "EXTERNAL"}, "", API + "ListServices.html"),
    ("ListClusters", {"maxResults": 101}, INVALID, API + "ListClusters.html"),
    ("ListClusters", {}, "", API + "ListClusters.html"),
    ("DescribeClusters", {"clusters": ["nowhere"]}, "", API + "DescribeClusters.html"),
    ("DescribeClusters", {"clusters": ["x"] * 101}, INVALID, API + "DescribeClusters.html"),
    ("CreateCluster", {"clusterName": "two words"}, INVALID, API + "CreateCluster.html"),
    ("CreateCluster", {"clusterName": "x" * 256}, INVALID, API + "CreateCluster.html"),
    ("DeleteCluster", {"cluster": "nowhere"}, NO_CLUSTER, API + "DeleteCluster.html"),
    ("DeleteCluster", {"cluster": "{cluster}"}, "ClusterContainsServicesException",
     API + "DeleteCluster.html"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("operation", "asked", "code", "page"), named([*CREATING, *UPDATING, *TASKS, *LISTING])
)
def test_it_answers_as_ecs_does(
    ground: Ground, operation: str, asked: dict[str, Any], code: str, page: str
) -> None:
    ground.judge("ecs", (operation, asked, code, page))
