"""Every service and every task there is, and the tick that moves them on.

Holds what ECS has; what the API's operations make of it is operations/. Every method is called with
the API's lock held.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from steadyhand.lab.account import ZONES, ecs_arn
from steadyhand.lab.balancer.targets import TargetGroup
from steadyhand.lab.cloud.seam import Refusal
from steadyhand.lab.durations import Durations
from steadyhand.lab.ecs.model import (
    Deployment,
    History,
    Service,
    ServiceStatus,
    Session,
    Task,
    TaskStatus,
    new_deployment,
    now,
    task_id,
)
from steadyhand.lab.ecs.scheduler import STOPPED_KEPT, Scheduler
from steadyhand.lab.ecs.tasks import Launcher
from steadyhand.lab.ecs.visitors import Visitor, visit
from steadyhand.lab.loopback import Addresses


@dataclass(frozen=True)
class Definitions:
    """What moto keeps of task definitions: an exact one by name, and the ARNs of a status."""

    find: Callable[[str], str | None]  # "family", "family:7" or an ARN; the ACTIVE one's ARN
    arns: Callable[[str], list[str]]
    container: Callable[[str], dict[str, Any]]  # the first container of one
    network_mode: Callable[[str], str]


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
class Fleet:
    """`requests` says how many UpdateService calls there have been."""

    definitions: Definitions
    placement: Placement
    clusters: Callable[[], set[str]]
    requests: Callable[[], int]
    services: dict[tuple[str, str], Running] = field(default_factory=dict)
    alone: list[Task] = field(default_factory=list)  # tasks that no service has: run-task's
    sessions: dict[str, Session] = field(default_factory=dict)  # that nobody has joined yet
    visitors: dict[str, Visitor] = field(default_factory=dict)  # by name
    control: Callable[[], str] = str  # where the lab's control API is

    def create(self, service: Service) -> Running:
        """Add a service; the next tick starts its tasks."""
        tasks: list[Task] = []
        history = History(deployments=[service.primary])
        placement = self.placement
        scheduler = Scheduler(
            placement.launcher,
            placement.group,
            placement.durations,
            self._task_of,
            tasks,
            history,
        )
        running = Running(service, tasks, history, scheduler)
        self.services[(service.cluster, service.name)] = running
        return running

    def _task_of(self, service: Service, deployment: Deployment) -> Task:
        task = self.new_task(service.cluster, deployment.task_definition, service.port)
        task.deployment = task.started_by = deployment.id
        task.group = f"service:{service.name}"
        task.exec_enabled = service.exec_enabled
        # Spread over the zones: the one with the fewest of the service's tasks is next.
        tasks = self.services[(service.cluster, service.name)].tasks
        used = [one.zone for one in tasks if one.wanted]
        task.zone = min(ZONES, key=used.count)
        return task

    def new_task(self, cluster: str, definition: str, port: int) -> Task:
        """Give a task that has not been started yet."""
        given = self.definitions.container(definition)
        host, free = self.placement.addresses.take(port)
        identity = task_id()
        return Task(
            id=identity,
            arn=ecs_arn("task", f"{cluster}/{identity}"),
            cluster=cluster,
            definition=definition,
            image=str(given["image"]),
            memory=int(given["memory"]),
            cpu=int(given["cpu"]),
            host=host,
            port=free,
            container=str(given["name"]),
            command=tuple(given.get("command") or ()),
        )

    def tick(self) -> None:
        for key, running in list(self.services.items()):
            running.service = running.scheduler.tick(running.service)
            visit(self.placement.launcher, running.tasks, self.visitors)
            if running.service.status is not ServiceStatus.ACTIVE:
                self._bury(key, running)
        for task in self.alone:
            if task.status is TaskStatus.PENDING:
                self.placement.launcher.start(task)
            self.placement.launcher.watch(task)
        stopped = [task for task in self.alone if task.status is TaskStatus.STOPPED]
        for task in stopped[:-STOPPED_KEPT]:
            self.alone.remove(task)

    def _bury(self, key: tuple[str, str], running: Running) -> None:
        """A deleted service is DRAINING while a task runs, then INACTIVE, then forgotten."""
        service = running.service
        if service.status is ServiceStatus.DRAINING:
            if all(task.status is TaskStatus.STOPPED for task in running.tasks):
                ended = replace(service, status=ServiceStatus.INACTIVE, ended_at=now())
                running.service = ended
        elif service.ended_at is not None:
            # https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeleteService.html
            age = (now() - service.ended_at).total_seconds()
            if age > self.placement.durations.shortened(3600, 5.0):
                del self.services[key]

    def deploy(self, running: Running, definition: str, cause: str) -> Deployment:
        """Roll a task definition out as if somebody had deployed it."""
        made = new_deployment(definition, cause)
        self.commit(running, with_deployment(running.service, made))
        return made

    def commit(self, running: Running, changed: Service) -> None:
        """Put a changed service in the place of the old one."""
        if changed.primary.id != running.service.primary.id:
            running.history.deployments.append(changed.primary)
        running.service = changed

    # --- what operations look up; each raises Refusal in AWS's words -----------------------------

    def cluster(self, asked: Mapping[str, Any]) -> str:
        name = str(asked.get("cluster") or "default").rpartition("/")[2]
        if name not in self.clusters():
            raise Refusal("ClusterNotFoundException", "Cluster not found.")
        return name

    def service(self, cluster: str, given: object) -> Running:
        """The service of that name or ARN, if it is not deleted."""
        running = self.services.get((cluster, str(given).rpartition("/")[2]))
        if running is None:
            raise Refusal("ServiceNotFoundException", "Service not found.")
        if running.service.status is not ServiceStatus.ACTIVE:
            raise Refusal("ServiceNotActiveException", "Service was not ACTIVE.")
        return running

    def definition(self, given: object) -> str:
        """The ARN of an ACTIVE task definition."""
        found = self.definitions.find(str(given))
        if found is None:
            raise Refusal("ClientException", "TaskDefinition not found.")
        return found

    def tasks(self, cluster: str) -> Iterator[tuple[Running | None, Task]]:
        """Every task of a cluster, with its service where it has one."""
        for running in self.services.values():
            if running.service.cluster == cluster:
                yield from ((running, task) for task in running.tasks)
        yield from ((None, task) for task in self.alone if task.cluster == cluster)

    def task(self, cluster: str, given: object) -> tuple[Running | None, Task]:
        identity = str(given).rpartition("/")[2]
        for running, task in self.tasks(cluster):
            if task.id == identity:
                return running, task
        raise Refusal("InvalidParameterException", "The referenced task was not found.")


def with_deployment(service: Service, made: Deployment) -> Service:
    return replace(service, deployments=(made, *service.deployments))


def family_of(definition: str) -> str:
    """The family of "…/family:7"."""
    return definition.rpartition("/")[2].partition(":")[0]


def counts(running: Running) -> tuple[int, int]:
    """How many tasks run, and how many are about to."""
    states = [task.status for task in running.tasks]
    return states.count(TaskStatus.RUNNING), states.count(TaskStatus.PENDING)


def count_in(clusters: Mapping[str, Any], services: Mapping[tuple[str, str], Running]) -> None:
    """Tell each of moto's clusters how many tasks and services it has."""
    for name, cluster in clusters.items():
        running = [one for (of, _), one in services.items() if of == name]
        numbers = [counts(one) for one in running]
        cluster.running_tasks_count = sum(number for number, _ in numbers)
        cluster.pending_tasks_count = sum(number for _, number in numbers)
        cluster.active_services_count = len(running)
