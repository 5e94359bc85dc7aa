"""Requests of the ECS API in, its shapes out; what an update does to a service.

Validates as AWS does and refuses in AWS's words. It changes the wanted state only: the scheduler's
next tick makes it true.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from steadyhand.lab.balancer.targets import TargetGroup
from steadyhand.lab.cloud.seam import Parameters, Refusal
from steadyhand.lab.durations import Durations
from steadyhand.lab.ecs.answers import Shape, describe_service, describe_task
from steadyhand.lab.ecs.model import (
    Deployment,
    History,
    Service,
    Task,
    TaskStatus,
    new_deployment,
    task_id,
)
from steadyhand.lab.ecs.scheduler import Scheduler
from steadyhand.lab.ecs.tasks import Launcher
from steadyhand.lab.loopback import Addresses

ACCOUNT = "123456789012"
REGION = "us-east-1"

UPDATES = {"cluster", "service", "desiredCount", "taskDefinition", "forceNewDeployment"}


def arn(kind: str, name: str) -> str:
    return f"arn:aws:ecs:{REGION}:{ACCOUNT}:{kind}/{name}"


@dataclass(frozen=True)
class Definitions:
    """What moto keeps of task definitions: an exact one by name, and the ARNs of a status."""

    find: Callable[[str], str | None]  # "family", "family:7" or an ARN; the ACTIVE one's ARN
    arns: Callable[[str], list[str]]
    container: Callable[[str], dict[str, Any]]  # the first container of one


@dataclass
class Running:
    """A service and what belongs to it."""

    service: Service
    tasks: list[Task]
    history: History
    scheduler: Scheduler


@dataclass(frozen=True)
class Placement:
    """What tasks need of the rest of the lab: processes, addresses, target groups."""

    launcher: Launcher
    durations: Durations
    addresses: Addresses
    group: Callable[[str], TargetGroup | None]  # by its ARN


@dataclass
class Ecs:
    """Every method is called with the API's lock held."""

    definitions: Definitions
    placement: Placement
    clusters: Callable[[], set[str]]
    requests: Callable[[], int]  # how many UpdateService calls there have been
    services: dict[tuple[str, str], Running] = field(default_factory=dict)

    def create(self, service: Service) -> Running:
        """Add a service; the next tick starts its tasks."""
        tasks: list[Task] = []
        history = History(deployments=[service.primary])
        placement = self.placement
        scheduler = Scheduler(
            placement.launcher,
            placement.group,
            placement.durations,
            self._new_task,
            tasks,
            history,
        )
        running = Running(service, tasks, history, scheduler)
        self.services[(service.cluster, service.name)] = running
        return running

    def _new_task(self, service: Service, deployment: Deployment) -> Task:
        given = self.definitions.container(deployment.task_definition)
        host, port = self.placement.addresses.take(service.port)
        identity = task_id()
        return Task(
            id=identity,
            arn=arn("task", f"{service.cluster}/{identity}"),
            deployment=deployment.id,
            definition=deployment.task_definition,
            image=str(given["image"]),
            memory=int(given["memory"]),
            cpu=int(given["cpu"]),
            host=host,
            port=port,
            container=str(given["name"]),
            command=tuple(given.get("command") or ()),
        )

    def tick(self) -> None:
        for running in self.services.values():
            running.service = running.scheduler.tick(running.service)

    def deploy(self, running: Running, definition: str, cause: str) -> Deployment:
        """Roll a task definition out as if somebody had deployed it."""
        made = new_deployment(definition, cause)
        self._commit(running, _with_deployment(running.service, made))
        return made

    def answer(self, operation: str, asked: Parameters, ignored: bool) -> Shape:
        match operation:
            case "DescribeServices":
                return self._describe_services(asked)
            case "UpdateService":
                return self._update_service(asked, ignored)
            case "ListTasks":
                return self._list_tasks(asked)
            case "DescribeTasks":
                return self._describe_tasks(asked)
            case "StopTask":
                return self._stop_task(asked, ignored)
            case _:
                return self._list_task_definitions(asked)

    def _commit(self, running: Running, changed: Service) -> None:
        if changed.primary.id != running.service.primary.id:
            running.history.deployments.append(changed.primary)
        running.service = changed

    def _cluster(self, asked: Parameters) -> str:
        name = str(asked.get("cluster") or "default").rpartition("/")[2]
        if name not in self.clusters():
            raise Refusal("ClusterNotFoundException", "Cluster not found.")
        return name

    def _describe_services(self, asked: Parameters) -> Shape:
        cluster = self._cluster(asked)
        found, failures = [], []
        for given in asked.get("services") or []:
            name = str(given).rpartition("/")[2]
            running = self.services.get((cluster, name))
            if running is None:
                missing = arn("service", f"{cluster}/{name}")
                failures.append({"arn": missing, "reason": "MISSING"})
            else:
                found.append(describe_service(running.service, running.tasks, running.history))
        return {"services": found, "failures": failures}

    def _update_service(self, asked: Parameters, ignored: bool) -> Shape:
        cluster = self._cluster(asked)
        running = self.services.get((cluster, str(asked.get("service")).rpartition("/")[2]))
        if running is None:
            raise Refusal("ServiceNotFoundException", "Service not found.")
        changed = self._updated(running.service, asked)
        if not ignored:
            self._commit(running, changed)
        return {"service": describe_service(changed, running.tasks, running.history)}

    def _updated(self, service: Service, asked: Parameters) -> Service:
        unknown = {key for key, value in asked.items() if value is not None} - UPDATES
        if unknown:
            words = ", ".join(sorted(unknown))
            raise Refusal("InvalidParameterException", f"The lab does not change {words} yet.")
        desired = asked.get("desiredCount")
        if desired is not None:
            if int(desired) < 0:
                raise Refusal("InvalidParameterException", "desiredCount cannot be negative.")
            service = replace(service, desired=int(desired))
        definition = service.primary.task_definition
        if asked.get("taskDefinition"):
            found = self.definitions.find(str(asked["taskDefinition"]))
            if found is None:
                raise Refusal("ClientException", "TaskDefinition not found.")
            definition = found
        if definition == service.primary.task_definition and not asked.get("forceNewDeployment"):
            return service
        return _with_deployment(service, new_deployment(definition, "api", self.requests()))

    def _tasks_of(self, cluster: str) -> list[tuple[Running, Task]]:
        return [
            (running, task)
            for running in self.services.values()
            if running.service.cluster == cluster
            for task in running.tasks
        ]

    def _list_tasks(self, asked: Parameters) -> Shape:
        cluster = self._cluster(asked)
        service = asked.get("serviceName")
        if service and (cluster, str(service).rpartition("/")[2]) not in self.services:
            raise Refusal("ServiceNotFoundException", "Service not found.")
        stopped = asked.get("desiredStatus", "RUNNING") == "STOPPED"
        family = asked.get("family")
        started_by = asked.get("startedBy")
        arns = [
            task.arn
            for running, task in self._tasks_of(cluster)
            if task.wanted is not stopped
            and (not service or running.service.name == str(service).rpartition("/")[2])
            and (not family or task.definition.rpartition("/")[2].split(":")[0] == family)
            and (not started_by or task.deployment == started_by)
        ]
        return {"taskArns": arns}

    def _describe_tasks(self, asked: Parameters) -> Shape:
        cluster = self._cluster(asked)
        given = [str(task) for task in asked.get("tasks") or []]
        if not given:
            raise Refusal("InvalidParameterException", "Tasks cannot be empty.")
        known = {task.id: (running, task) for running, task in self._tasks_of(cluster)}
        found, failures = [], []
        for name in given:
            identity = name.rpartition("/")[2]
            if identity in known:
                running, task = known[identity]
                found.append(describe_task(running.service, task))
            elif not name.startswith("arn:") and len(identity) != 32:
                raise Refusal("InvalidParameterException", "Invalid identifier: " + name)
            else:
                missing = name if name.startswith("arn:") else arn("task", f"{cluster}/{identity}")
                failures.append({"arn": missing, "reason": "MISSING"})
        return {"tasks": found, "failures": failures}

    def _stop_task(self, asked: Parameters, ignored: bool) -> Shape:
        cluster = self._cluster(asked)
        identity = str(asked.get("task")).rpartition("/")[2]
        for running, task in self._tasks_of(cluster):
            if task.id == identity:
                if not ignored:
                    reason = str(asked.get("reason") or "Task stopped by user")
                    running.scheduler.stop(running.service, task, "UserInitiated", reason)
                return {"task": describe_task(running.service, task)}
        raise Refusal("InvalidParameterException", "The referenced task was not found.")

    def _list_task_definitions(self, asked: Parameters) -> Shape:
        """Exact family, revisions as numbers; --sort is honoured; pages by maxResults."""
        family = asked.get("familyPrefix")
        status = str(asked.get("status") or "ACTIVE")
        names = [_name(one) for one in self.definitions.arns(status)]
        names = sorted(name for name in names if not family or name[0] == family)
        if asked.get("sort") == "DESC":
            names.reverse()
        start = _token(asked.get("nextToken"))
        size = int(asked.get("maxResults") or 100)
        page = names[start : start + size]
        shape: dict[str, Any] = {
            "taskDefinitionArns": [arn("task-definition", f"{f}:{n}") for f, n in page]
        }
        if start + size < len(names):
            shape["nextToken"] = str(start + size)
        return shape


def _with_deployment(service: Service, made: Deployment) -> Service:
    return replace(service, deployments=(made, *service.deployments))


def _name(definition: str) -> tuple[str, int]:
    family, _, revision = definition.rpartition("/")[2].partition(":")
    return family, int(revision)


def _token(token: object) -> int:
    if token is None:
        return 0
    if not str(token).isdigit():
        raise Refusal("InvalidParameterException", "Invalid token.")
    return int(str(token))


def counts(running: Running) -> tuple[int, int]:
    """How many tasks run, and how many are about to."""
    states = [task.status for task in running.tasks]
    return states.count(TaskStatus.RUNNING), states.count(TaskStatus.PENDING)
