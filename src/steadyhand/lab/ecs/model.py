"""The words of ECS: services and deployments as values, tasks as the things that change.

Pure; who starts and stops processes is tasks.py, who decides is scheduler.py.
"""

import uuid
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from random import Random
from typing import Any

from steadyhand.lab.account import ZONES
from steadyhand.lab.processes import Child

RANDOM = Random()


def now() -> datetime:
    return datetime.now(UTC)


class Rollout(StrEnum):
    IN_PROGRESS = "IN_PROGRESS"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"


class TaskStatus(StrEnum):
    """As describe-tasks says it, without those that pass in no time here."""

    PENDING = "PENDING"
    RUNNING = "RUNNING"
    DEACTIVATING = "DEACTIVATING"  # the load balancer is draining it
    STOPPING = "STOPPING"
    STOPPED = "STOPPED"


@dataclass(frozen=True)
class Deployment:
    """`cause` says who made it: "start", "fault", or "api" with the number of its request."""

    id: str
    task_definition: str
    created_at: datetime
    updated_at: datetime
    rollout: Rollout = Rollout.IN_PROGRESS
    reason: str = ""
    failed: int = 0
    cause: str = "start"
    request: int | None = None


def new_deployment(task_definition: str, cause: str, request: int | None = None) -> Deployment:
    at = now()
    identity = f"ecs-svc/{RANDOM.randrange(10**18, 10**19)}"
    reason = f"ECS deployment {identity} in progress."
    return Deployment(
        identity, task_definition, at, at, reason=reason, cause=cause, request=request
    )


@dataclass(frozen=True)
class Event:
    id: str
    at: datetime
    message: str


class ServiceStatus(StrEnum):
    ACTIVE = "ACTIVE"
    DRAINING = "DRAINING"
    INACTIVE = "INACTIVE"


@dataclass(frozen=True)
class Service:
    """A service as a value: an update makes another one. `deployments` has the primary first."""

    name: str
    arn: str
    cluster: str
    cluster_arn: str
    target_group: str
    container: str
    port: int
    desired: int
    deployments: tuple[Deployment, ...]
    created_at: datetime
    maximum_percent: int = 200
    minimum_percent: int = 100
    breaker: bool = True
    roll_back: bool = False
    status: ServiceStatus = ServiceStatus.ACTIVE
    network: Mapping[str, Any] = field(default_factory=dict)  # as the API gives it
    exec_enabled: bool = False
    ended_at: datetime | None = None
    grace: int = 0  # seconds in which a failing health check is overlooked

    @property
    def primary(self) -> Deployment:
        return self.deployments[0]


@dataclass
class Task:
    """One task and its process. Only the scheduler's thread changes it, under the API's lock."""

    id: str
    arn: str
    cluster: str
    definition: str
    image: str
    memory: int  # MiB
    cpu: int  # CPU units
    host: str
    port: int
    container: str
    zone: str = ZONES[0]
    command: tuple[str, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)  # over that of its definition
    home: Path = Path("/")  # the folder it runs in
    overrides: list[dict[str, Any]] = field(default_factory=list)
    deployment: str = ""
    started_by: str = ""
    group: str = ""  # "service:NAME", or "family:NAME" where no service has it
    exec_enabled: bool = False
    created_at: datetime = field(default_factory=now)
    status: TaskStatus = TaskStatus.PENDING
    process: Child | None = None
    beside: dict[str, Child] = field(default_factory=dict)  # see visitors.py
    was_healthy: bool = False
    hangs: bool = False  # its process is stopped where it is, by a fault
    killed_for_memory: bool = False
    resident: float = 0.0  # MiB
    cpu_seconds: float = 0.0
    seen_at: float = 0.0  # monotonic: when it had used those
    cpu_of_ended: float = 0.0  # of processes beside that are no more
    started_at: datetime | None = None
    stopping_at: datetime | None = None
    drain_until: float = 0.0  # monotonic
    kill_at: float = 0.0  # monotonic
    stopped_at: datetime | None = None
    stop_code: str = ""
    stopped_reason: str = ""
    container_reason: str = ""
    exit_code: int | None = None

    @property
    def wanted(self) -> bool:
        """It is to run: nothing has begun to stop it."""
        return self.status in (TaskStatus.PENDING, TaskStatus.RUNNING)


@dataclass(frozen=True)
class Session:
    """A command that somebody may run in a task, once, with the token."""

    id: str
    token: str
    task: Task
    command: str


def task_id() -> str:
    return uuid.uuid4().hex


@dataclass
class History:
    """A service's events, newest first, and each deployment it ever had."""

    events: deque[Event] = field(default_factory=lambda: deque(maxlen=100))
    deployments: list[Deployment] = field(default_factory=list)

    def say(self, message: str) -> None:
        self.events.appendleft(Event(str(uuid.uuid4()), now(), message))


def of(tasks: Iterable[Task], deployment: Deployment) -> list[Task]:
    return [task for task in tasks if task.deployment == deployment.id]
