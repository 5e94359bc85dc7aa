"""A request of the ECS API in, what ECS refuses of it before it looks at what there is, out.

What operations ask of services, tasks and clusters themselves stands with each of them.
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from steadyhand.lab.cloud.resources import Backends
from steadyhand.lab.cloud.room import Refusal

Asked = Mapping[str, Any]

# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/platform-fargate.html
PLATFORMS = {"LATEST", "1.4.0", "1.3.0"}
# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_AwsVpcConfiguration.html
MOST_SUBNETS, MOST_GROUPS = 16, 5
MOST_BALANCERS = 5
OVERRIDES = 8192  # characters of JSON


def invalid(message: str) -> Refusal:
    return Refusal("InvalidParameterException", message)


def check(moto: Backends, operation: str, asked: Asked) -> None:
    """Raises Refusal."""
    if asked.get("maxResults") is not None and not 1 <= int(asked["maxResults"]) <= 100:
        raise invalid("maxResults must be between 1 and 100.")
    rule = RULES.get(operation)
    if rule is not None:
        rule(moto, asked)


def _placed(moto: Backends, asked: Asked) -> None:
    """What create-service, update-service and run-task have in common."""
    platform = asked.get("platformVersion")
    if platform is not None and platform not in PLATFORMS:
        raise Refusal("PlatformUnknownException", "The specified platform does not exist.")
    if asked.get("launchType") and asked.get("capacityProviderStrategy"):
        raise invalid(
            "Specifying both a launch type and capacity provider strategy is not supported."
        )
    tags = asked.get("tags") or []
    if any(str(tag.get("key") or "").lower().startswith("aws:") for tag in tags):
        raise invalid("Tag keys must not begin with aws:.")
    network = (asked.get("networkConfiguration") or {}).get("awsvpcConfiguration")
    if network is not None:
        _network(moto, network)


def _network(moto: Backends, network: Asked) -> None:
    subnets, groups = network.get("subnets") or [], network.get("securityGroups") or []
    if not subnets:
        raise invalid("subnets can not be empty.")
    if len(subnets) > MOST_SUBNETS:
        raise invalid(f"subnets cannot have more than {MOST_SUBNETS} elements.")
    if len(groups) > MOST_GROUPS:
        raise invalid(f"securityGroups cannot have more than {MOST_GROUPS} elements.")
    there = {subnet.id for subnet in moto.ec2.describe_subnets()}
    for one in subnets:
        if one not in there:
            raise invalid(
                f"Error retrieving subnet information for [{one}]: The subnet ID '{one}' does "
                "not exist (ErrorCode: InvalidSubnetID.NotFound)"
            )
    known = {group.id for group in moto.ec2.describe_security_groups()}
    for one in groups:
        if one not in known:
            raise invalid(
                f"Error retrieving security group information for [{one}]: The security group "
                f"'{one}' does not exist (ErrorCode: InvalidGroup.NotFound)"
            )


def _create_service(moto: Backends, asked: Asked) -> None:
    daemon = asked.get("schedulingStrategy") == "DAEMON"
    if daemon and asked.get("launchType") == "FARGATE":
        raise invalid("The DAEMON scheduling strategy is not supported on Fargate.")
    if not daemon and asked.get("desiredCount") is None:
        raise invalid("desiredCount is required for the REPLICA scheduling strategy.")
    if len(asked.get("loadBalancers") or []) > MOST_BALANCERS:
        raise invalid(f"loadBalancers cannot have more than {MOST_BALANCERS} elements.")
    _update_service(moto, asked)


def _update_service(moto: Backends, asked: Asked) -> None:
    grace = asked.get("healthCheckGracePeriodSeconds")
    if grace is not None and not 0 <= int(grace) <= 2**31 - 1:
        raise invalid("healthCheckGracePeriodSeconds must be between 0 and 2147483647.")
    given = asked.get("deploymentConfiguration") or {}
    for name in ("maximumPercent", "minimumHealthyPercent"):
        if int(given.get(name) or 0) < 0:
            raise invalid(f"{name} cannot be negative.")
    _placed(moto, asked)


def _run_task(moto: Backends, asked: Asked) -> None:
    if asked.get("count") is not None and not 1 <= int(asked["count"]) <= 10:
        raise invalid("Count must be between 1 and 10.")
    if not re.fullmatch(r"[A-Za-z0-9/_-]{0,128}", str(asked.get("startedBy") or "")):
        raise invalid("startedBy has at most 128 letters, numbers, hyphens, slashes, underscores.")
    overrides = asked.get("overrides") or {}
    if len(json.dumps(overrides, separators=(",", ":"))) > OVERRIDES:
        raise invalid("Container Overrides length must be at most 8192.")
    if any(not one.get("name") for one in overrides.get("containerOverrides") or []):
        raise invalid("Override name can not be empty.")
    _placed(moto, asked)


def _list_tasks(_: Backends, asked: Asked) -> None:
    # https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListTasks.html
    if asked.get("startedBy") and (asked.get("serviceName") or asked.get("family")):
        raise invalid("startedBy cannot be combined with a service or a family.")


def _describe_clusters(_: Backends, asked: Asked) -> None:
    if len(asked.get("clusters") or []) > 100:
        raise invalid("Clusters cannot have more than 100 elements.")


def _create_cluster(_: Backends, asked: Asked) -> None:
    name = asked.get("clusterName")
    if name is not None and not re.fullmatch(r"[A-Za-z0-9_-]{1,255}", str(name)):
        raise invalid("Invalid cluster name.")


def _delete_cluster(moto: Backends, asked: Asked) -> None:
    name = str(asked.get("cluster") or "").rpartition("/")[2]
    cluster = moto.ecs.clusters.get(name)
    if cluster is None:
        raise Refusal("ClusterNotFoundException", "Cluster not found.")
    if cluster.active_services_count:
        raise Refusal(
            "ClusterContainsServicesException",
            "The Cluster cannot be deleted while Services are active.",
        )
    if cluster.running_tasks_count or cluster.pending_tasks_count:
        raise Refusal(
            "ClusterContainsTasksException", "The Cluster cannot be deleted while Tasks are active."
        )


RULES: dict[str, Callable[[Backends, Asked], None]] = {
    "CreateCluster": _create_cluster,
    "CreateService": _create_service,
    "DeleteCluster": _delete_cluster,
    "DescribeClusters": _describe_clusters,
    "ListTasks": _list_tasks,
    "RunTask": _run_task,
    "UpdateService": _update_service,
}
