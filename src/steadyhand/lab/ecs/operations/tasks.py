"""Tasks as the API runs, lists, shows and stops them.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html
"""

from collections.abc import Mapping
from typing import Any

from steadyhand.lab.account import ecs_arn
from steadyhand.lab.cloud.seam import Refusal
from steadyhand.lab.ecs.answers import Shape, describe_task
from steadyhand.lab.ecs.fleet import Fleet, family_of
from steadyhand.lab.ecs.model import Task, now
from steadyhand.lab.ecs.operations.pages import page
from steadyhand.lab.ecs.operations.services import check_network, invalid

Asked = Mapping[str, Any]


def run_task(fleet: Fleet, asked: Asked, ignored: bool) -> Shape:
    cluster = fleet.cluster(asked)
    definition = fleet.definition(asked.get("taskDefinition"))
    check_network(fleet, definition, asked)
    count = int(asked.get("count") or 1)
    if not 1 <= count <= 10:
        raise invalid("Count must be between 1 and 10.")
    tasks = [_prepared(fleet, cluster, definition, asked) for _ in range(count)]
    if not ignored:
        fleet.alone += tasks  # the next tick starts them
    return {"tasks": [describe_task(task) for task in tasks], "failures": []}


def _prepared(fleet: Fleet, cluster: str, definition: str, asked: Asked) -> Task:
    container = fleet.definitions.container(definition)
    ports = [int(one["containerPort"]) for one in container.get("portMappings") or []]
    task = fleet.new_task(cluster, definition, ports[0] if ports else 8000)
    task.group = str(asked.get("group") or f"family:{family_of(definition)}")
    task.started_by = str(asked.get("startedBy") or "")
    task.exec_enabled = bool(asked.get("enableExecuteCommand", False))
    for given in (asked.get("overrides") or {}).get("containerOverrides") or []:
        if given.get("name") != task.container:
            raise invalid(
                f"Override for container named {given.get('name')} is not a container in the "
                "TaskDefinition."
            )
        task.command = tuple(given.get("command") or task.command)
        task.memory = int(given.get("memory") or task.memory)
        task.cpu = int(given.get("cpu") or task.cpu)
        pairs = given.get("environment") or []
        task.environment = {str(pair["name"]): str(pair["value"]) for pair in pairs}
        task.overrides = [given]
    return task


def list_tasks(fleet: Fleet, asked: Asked, _: bool) -> Shape:
    cluster = fleet.cluster(asked)
    service = asked.get("serviceName")
    if service and (cluster, str(service).rpartition("/")[2]) not in fleet.services:
        raise Refusal("ServiceNotFoundException", "Service not found.")
    status = str(asked.get("desiredStatus") or "RUNNING")
    if status not in ("RUNNING", "PENDING", "STOPPED"):
        raise invalid(f"Invalid desired status: {status}")
    group = f"service:{str(service).rpartition('/')[2]}"
    family, started_by = asked.get("family"), asked.get("startedBy")
    arns = [
        task.arn
        for _, task in fleet.tasks(cluster)
        if task.wanted is not (status == "STOPPED")
        and (not service or task.group == group)
        and (not family or family_of(task.definition) == family)
        and (not started_by or task.started_by == started_by)
    ]
    return page("taskArns", arns if status != "PENDING" else [], asked)


def describe_tasks(fleet: Fleet, asked: Asked, _: bool) -> Shape:
    cluster = fleet.cluster(asked)
    given = [str(task) for task in asked.get("tasks") or []]
    if not given:
        raise invalid("Tasks cannot be empty.")
    if len(given) > 100:
        raise invalid("Tasks cannot have more than 100 elements.")
    known = {task.id: task for _, task in fleet.tasks(cluster)}
    found, failures = [], []
    for name in given:
        identity = name.rpartition("/")[2]
        if identity in known:
            found.append(describe_task(known[identity]))
        elif not name.startswith("arn:") and len(identity) != 32:
            raise invalid("Invalid identifier: " + name)
        else:
            missing = name if name.startswith("arn:") else ecs_arn("task", f"{cluster}/{identity}")
            failures.append({"arn": missing, "reason": "MISSING"})
    return {"tasks": found, "failures": failures}


def stop_task(fleet: Fleet, asked: Asked, ignored: bool) -> Shape:
    cluster = fleet.cluster(asked)
    running, task = fleet.task(cluster, asked.get("task"))
    reason = str(asked.get("reason") or "Task stopped by user")
    if ignored:
        pass
    elif running is not None:
        running.scheduler.stop(running.service, task, "UserInitiated", reason)
    elif task.wanted:
        task.stop_code, task.stopped_reason, task.stopping_at = "UserInitiated", reason, now()
        fleet.placement.launcher.terminate(task)
    return {"task": describe_task(task)}
