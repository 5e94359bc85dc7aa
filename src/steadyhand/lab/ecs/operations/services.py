"""Services as the API makes, shows, changes and deletes them.

Validates as AWS does and refuses in AWS's words. Changes the wanted state only: the scheduler's
next tick makes it true. https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from steadyhand.lab.account import ecs_arn
from steadyhand.lab.cloud.seam import Refusal
from steadyhand.lab.ecs.answers import Shape, describe_service
from steadyhand.lab.ecs.fleet import Fleet, Running, with_deployment
from steadyhand.lab.ecs.model import History, Service, ServiceStatus, new_deployment, now
from steadyhand.lab.ecs.operations.pages import page

Asked = Mapping[str, Any]

NAME = re.compile(r"[A-Za-z0-9_-]{1,255}")
NO_NETWORK = "Network Configuration must be provided when networkMode 'awsvpc' is specified."
UPDATES = {
    "cluster",
    "deploymentConfiguration",
    "desiredCount",
    "enableExecuteCommand",
    "forceNewDeployment",
    "healthCheckGracePeriodSeconds",
    "networkConfiguration",
    "platformVersion",
    "service",
    "taskDefinition",
}


def invalid(message: str) -> Refusal:
    return Refusal("InvalidParameterException", message)


def _shape(running: Running) -> Shape:
    return describe_service(running.service, running.tasks, running.history)


def describe_services(fleet: Fleet, asked: Asked, _: bool) -> Shape:
    cluster = fleet.cluster(asked)
    given = [str(name) for name in asked.get("services") or []]
    if not given:
        raise invalid("Services cannot be empty.")
    if len(given) > 10:
        raise invalid("Services cannot have more than 10 elements.")
    found, failures = [], []
    for name in given:
        name = name.rpartition("/")[2]
        running = fleet.services.get((cluster, name))
        if running is None:
            missing = ecs_arn("service", f"{cluster}/{name}")
            failures.append({"arn": missing, "reason": "MISSING"})
        else:
            found.append(_shape(running))
    return {"services": found, "failures": failures}


def list_services(fleet: Fleet, asked: Asked, _: bool) -> Shape:
    cluster = fleet.cluster(asked)
    arns = [
        running.service.arn
        for (of, _), running in fleet.services.items()
        if of == cluster and running.service.status is not ServiceStatus.INACTIVE
    ]
    return page("serviceArns", arns, {"maxResults": 10, **asked})


def create_service(fleet: Fleet, asked: Asked, ignored: bool) -> Shape:
    cluster = fleet.cluster(asked)
    name = str(asked.get("serviceName") or "")
    if not NAME.fullmatch(name):
        raise invalid(f"Invalid service name: {name}")
    before = fleet.services.get((cluster, name))
    if before is not None and before.service.status is not ServiceStatus.INACTIVE:
        if before.service.status is ServiceStatus.DRAINING:
            raise invalid("Unable to Start a service that is still Draining.")
        raise invalid("Creation of service was not idempotent.")
    if not asked.get("taskDefinition"):
        raise invalid("TaskDefinition cannot be empty.")
    definition = fleet.definition(asked["taskDefinition"])
    check_network(fleet, definition, asked)
    balancers = asked.get("loadBalancers") or []
    container = fleet.definitions.container(definition)
    group, port = _balanced(fleet, balancers, container)
    service = Service(
        name=name,
        arn=ecs_arn("service", f"{cluster}/{name}"),
        cluster=cluster,
        cluster_arn=ecs_arn("cluster", cluster),
        target_group=group,
        container=str(container["name"]),
        port=port,
        desired=_count(asked.get("desiredCount", 0)),
        deployments=(new_deployment(definition, "api"),),
        created_at=now(),
        network=asked.get("networkConfiguration") or {},
        exec_enabled=bool(asked.get("enableExecuteCommand", False)),
    )
    service = _configured(service, asked)
    if not ignored:
        fleet.create(service)
    return {"service": describe_service(service, [], History())}


def check_network(fleet: Fleet, definition: str, asked: Asked) -> None:
    """awsvpc tasks need a network. Raises Refusal."""
    network = (asked.get("networkConfiguration") or {}).get("awsvpcConfiguration")
    if fleet.definitions.network_mode(definition) == "awsvpc" and not network:
        raise invalid(NO_NETWORK)
    if network is not None and not network.get("subnets"):
        raise invalid("subnets can not be empty.")


def _balanced(
    fleet: Fleet, balancers: list[dict[str, Any]], container: Mapping[str, Any]
) -> tuple[str, int]:
    """The target group and the port that it sends to; or the container's own port."""
    ports = [int(one["containerPort"]) for one in container.get("portMappings") or []]
    if not balancers:
        return "", ports[0] if ports else 0
    group = str(balancers[0].get("targetGroupArn") or "")
    if fleet.placement.group(group) is None:
        raise invalid(f"The target group {group} does not exist.")
    name, port = balancers[0].get("containerName"), balancers[0].get("containerPort")
    if name != container["name"]:
        raise invalid(f"The container {name} does not exist in the task definition.")
    if port not in ports:
        raise invalid(f"The container {name} did not have a container port {port} defined.")
    return group, int(port)


def update_service(fleet: Fleet, asked: Asked, ignored: bool) -> Shape:
    cluster = fleet.cluster(asked)
    running = fleet.service(cluster, asked.get("service"))
    changed = _updated(fleet, running.service, asked)
    if not ignored:
        fleet.commit(running, changed)
    return {"service": describe_service(changed, running.tasks, running.history)}


def _updated(fleet: Fleet, service: Service, asked: Asked) -> Service:
    unknown = {key for key, value in asked.items() if value is not None} - UPDATES
    if unknown:
        raise invalid(f"The lab does not change {', '.join(sorted(unknown))} yet.")
    if asked.get("desiredCount") is not None:
        service = replace(service, desired=_count(asked["desiredCount"]))
    service = _configured(service, asked)
    definition = service.primary.task_definition
    if asked.get("taskDefinition"):
        definition = fleet.definition(asked["taskDefinition"])
    moved = asked.get("networkConfiguration") not in (None, service.network)
    if moved:
        check_network(fleet, definition, asked)
        service = replace(service, network=asked["networkConfiguration"])
    same = definition == service.primary.task_definition
    if same and not moved and not asked.get("forceNewDeployment"):
        return service
    return with_deployment(service, new_deployment(definition, "api", fleet.requests()))


def _count(given: object) -> int:
    count = int(str(given))
    if count < 0:
        raise invalid("desiredCount cannot be negative.")
    # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html
    if count > 5000:
        raise invalid("desiredCount exceeds the maximum of 5000 tasks per service.")
    return count


def _configured(service: Service, asked: Asked) -> Service:
    """Take over what changes without a deployment."""
    if asked.get("enableExecuteCommand") is not None:
        service = replace(service, exec_enabled=bool(asked["enableExecuteCommand"]))
    if asked.get("healthCheckGracePeriodSeconds") is not None:
        if not service.target_group:
            raise invalid(
                "Health check grace period is only valid for services configured to use load "
                "balancers."
            )
        service = replace(service, grace=int(asked["healthCheckGracePeriodSeconds"]))
    given = asked.get("deploymentConfiguration") or {}
    if "maximumPercent" in given or "minimumHealthyPercent" in given:
        maximum = int(given.get("maximumPercent", service.maximum_percent))
        minimum = int(given.get("minimumHealthyPercent", service.minimum_percent))
        if minimum >= maximum:
            raise invalid("minimumHealthyPercent must be less than maximumPercent.")
        service = replace(service, maximum_percent=maximum, minimum_percent=minimum)
    if "deploymentCircuitBreaker" in given:
        breaker = given["deploymentCircuitBreaker"]
        service = replace(
            service, breaker=bool(breaker.get("enable")), roll_back=bool(breaker.get("rollback"))
        )
    return service


def delete_service(fleet: Fleet, asked: Asked, ignored: bool) -> Shape:
    running = fleet.service(fleet.cluster(asked), asked.get("service"))
    service = running.service
    if service.desired > 0 and not asked.get("force"):
        raise invalid("The service cannot be stopped while it is scaled above 0.")
    draining = replace(service, desired=0, status=ServiceStatus.DRAINING)
    if not ignored:
        running.service = draining
    return {"service": describe_service(draining, running.tasks, running.history)}
