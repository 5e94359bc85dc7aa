"""Services and tasks in, the shapes of the ECS API out. Pure."""

from collections.abc import Iterable
from typing import Any

from steadyhand.lab.account import ecs_arn
from steadyhand.lab.ecs.model import (
    Deployment,
    History,
    Service,
    ServiceStatus,
    Task,
    TaskStatus,
    of,
)

Shape = dict[str, Any]


def _count(tasks: Iterable[Task], status: TaskStatus) -> int:
    return sum(task.status is status for task in tasks)


def describe_service(service: Service, tasks: list[Task], history: History) -> Shape:
    return {
        "serviceArn": service.arn,
        "serviceName": service.name,
        "clusterArn": service.cluster_arn,
        "loadBalancers": [
            {
                "targetGroupArn": service.target_group,
                "containerName": service.container,
                "containerPort": service.port,
            }
        ]
        if service.target_group
        else [],
        "serviceRegistries": [],
        "status": service.status.value,
        "desiredCount": service.desired,
        "runningCount": _count(tasks, TaskStatus.RUNNING),
        "pendingCount": _count(tasks, TaskStatus.PENDING),
        "launchType": "FARGATE",
        "platformVersion": "LATEST",
        "platformFamily": "Linux",
        "taskDefinition": service.primary.task_definition,
        "deploymentConfiguration": {
            "deploymentCircuitBreaker": {"enable": service.breaker, "rollback": service.roll_back},
            "maximumPercent": service.maximum_percent,
            "minimumHealthyPercent": service.minimum_percent,
        },
        "deployments": [
            _deployment(deployment, service, of(tasks, deployment))
            for deployment in service.deployments
            if service.status is not ServiceStatus.INACTIVE
        ],
        "events": [
            {"id": event.id, "createdAt": event.at, "message": event.message}
            for event in history.events
        ],
        "createdAt": service.created_at,
        "schedulingStrategy": "REPLICA",
        "deploymentController": {"type": "ECS"},
        "enableECSManagedTags": False,
        "propagateTags": "NONE",
        "networkConfiguration": dict(service.network),
        "healthCheckGracePeriodSeconds": service.grace,
        "enableExecuteCommand": service.exec_enabled,
    }


def _deployment(deployment: Deployment, service: Service, tasks: list[Task]) -> Shape:
    primary = deployment.id == service.primary.id
    running = [t for t in tasks if t.wanted]
    return {
        "id": deployment.id,
        "status": "PRIMARY" if primary else "ACTIVE",
        "taskDefinition": deployment.task_definition,
        "desiredCount": service.desired if primary else len(running),
        "pendingCount": _count(tasks, TaskStatus.PENDING),
        "runningCount": _count(tasks, TaskStatus.RUNNING),
        "failedTasks": deployment.failed,
        "createdAt": deployment.created_at,
        "updatedAt": deployment.updated_at,
        "launchType": "FARGATE",
        "platformVersion": "1.4.0",
        "platformFamily": "Linux",
        "rolloutState": deployment.rollout.value,
        "rolloutStateReason": deployment.reason,
    }


def describe_task(task: Task) -> Shape:
    stopped = task.status is TaskStatus.STOPPED
    container = {
        "containerArn": task.arn.replace(":task/", ":container/") + f"/{task.id[:8]}",
        "taskArn": task.arn,
        "name": task.container,
        "image": task.image,
        "runtimeId": f"{task.id}-{task.created_at:%s}",
        "lastStatus": "STOPPED" if stopped else task.status.value,
        "exitCode": task.exit_code,
        "reason": task.container_reason or None,
        "healthStatus": "UNKNOWN",
        "cpu": str(task.cpu),
        "memory": str(task.memory),
        "networkInterfaces": [{"attachmentId": task.id, "privateIpv4Address": task.host}],
        "networkBindings": [],
    }
    shape: Shape = {
        "taskArn": task.arn,
        "clusterArn": ecs_arn("cluster", task.cluster),
        "taskDefinitionArn": task.definition,
        "lastStatus": task.status.value,
        "desiredStatus": "RUNNING" if task.wanted else "STOPPED",
        "containers": [{key: value for key, value in container.items() if value is not None}],
        "group": task.group,
        "startedBy": task.started_by or None,
        "enableExecuteCommand": task.exec_enabled,
        "launchType": "FARGATE",
        "platformVersion": "1.4.0",
        "platformFamily": "Linux",
        "availabilityZone": task.zone,
        "cpu": str(task.cpu),
        "memory": str(2 * task.cpu),
        "healthStatus": "UNKNOWN",
        "connectivity": "CONNECTED",
        "createdAt": task.created_at,
        "startedAt": task.started_at,
        "stoppingAt": task.stopping_at,
        "stoppedAt": task.stopped_at,
        "stopCode": task.stop_code or None,
        "stoppedReason": task.stopped_reason or None,
        "attachments": [
            {
                "id": task.id,
                "type": "ElasticNetworkInterface",
                "status": "DELETED" if stopped else "ATTACHED",
                "details": [{"name": "privateIPv4Address", "value": task.host}],
            }
        ],
        "overrides": {"containerOverrides": task.overrides, "inferenceAcceleratorOverrides": []},
        "tags": [],
        "version": 1,
    }
    return {key: value for key, value in shape.items() if value is not None}
