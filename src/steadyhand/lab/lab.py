"""Options in, a whole system that runs out: the one place where the lab's parts are put together.

Knows no HTTP of its own and no fault; control.py serves what is here, faults/ break it.
"""

import logging
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import psutil

from steadyhand.lab.balancer.proxy import Balancer
from steadyhand.lab.balancer.targets import Health
from steadyhand.lab.cloud import resources
from steadyhand.lab.cloud.calls import Calls
from steadyhand.lab.cloud.metrics import MetricStore
from steadyhand.lab.cloud.seam import Parameters, install
from steadyhand.lab.cloud.server import ApiServer
from steadyhand.lab.durations import Durations
from steadyhand.lab.ecs.model import (
    Deployment,
    History,
    Rollout,
    Service,
    Task,
    new_deployment,
    now,
    task_id,
)
from steadyhand.lab.ecs.operations import ACCOUNT, REGION, Ecs, Running, arn, counts
from steadyhand.lab.ecs.scheduler import Scheduler
from steadyhand.lab.ecs.tasks import Launcher
from steadyhand.lab.loopback import LOOPBACK, Addresses, is_free
from steadyhand.lab.measure import Measure
from steadyhand.lab.postgres import Postgres, remove_leftovers, start_postgres
from steadyhand.lab.processes import Processes, sweep
from steadyhand.lab.state import StateFolder
from steadyhand.lab.systems.system import System, renamed
from steadyhand.lab.traffic import Traffic

TICK = 0.2
LOG = logging.getLogger("steadyhand.lab")


class LabFailed(Exception):
    """The lab did not come up; the message is one line for a person."""


@dataclass(frozen=True)
class Options:
    factor: float = 1.0
    desired: int = 2
    revision: int = 7
    renames: Mapping[str, str] = field(default_factory=dict)
    foreign_families: tuple[tuple[str, int], ...] = ()
    traffic: float = 25.0  # requests a second
    aws_port: int = 0


class Lab:
    """One system and everything under it. `start` returns when it is healthy."""

    def __init__(self, system: System, options: Options, state: StateFolder) -> None:
        names = renamed(system.names, options.renames)
        families = (*names.foreign_families, *options.foreign_families)
        self.system = replace(system, names=replace(names, foreign_families=families))
        self.options = options
        self.state = state
        self.durations = Durations(options.factor)
        self.lock = threading.RLock()
        self.ending = threading.Event()
        self.calls = Calls()
        self.metrics = MetricStore()
        self.balancer = Balancer(self.durations, 0)
        self.processes = Processes(state.processes)
        self.moto = resources.backends()
        self.traffic: Traffic | None = None
        self._addresses = Addresses()

    # --- the way up ---------------------------------------------------------------------------

    def start(self) -> None:
        """Bring everything up. Raises LabFailed, PostgresFailed, OSError."""
        sweep(self.state.processes)
        remove_leftovers(self.state.folder)
        self.api = self._open_api()
        system = self.system
        self.postgres: Postgres = start_postgres(
            self.processes,
            self._addresses,
            self.state.folder,
            system.database_user,
            system.database,
        )
        self.postgres.run(system.schema)
        self.balancer.start()
        self._create_resources()
        self.running = self._create_service()
        self.measure = Measure(self)
        install(self)
        self.api.start()
        self.ecs_api.add(self.running)
        self._reconciler = threading.Thread(target=self._reconcile, name="reconciler", daemon=True)
        self._reconciler.start()
        self._wait_healthy()
        address = (LOOPBACK, self.balancer.port)
        self.traffic = Traffic(address, self.options.traffic, system.user)
        self.traffic.start()

    def _open_api(self) -> ApiServer:
        port = self.options.aws_port
        if port and not is_free(LOOPBACK, port):
            raise LabFailed(f"port {port} is taken")
        return ApiServer(port, self.calls, self.ending)

    def _create_resources(self) -> None:
        names = self.system.names
        self.moto.ecs.create_cluster(names.cluster)
        self.moto.logs.create_log_group(names.log_group, {})
        pg = self.postgres
        database = resources.Database(pg.host, pg.port, pg.user, pg.password, pg.database)
        resources.create_database(self.moto, names, database)
        made = resources.create_load_balancer(self.moto, names, self.balancer.port)
        self.balancer_arn, self.target_group_arn = made
        for revision in range(1, self.options.revision + 1):
            self.register(self.system.good_tag.format(revision=revision), revision)
        for family, last in names.foreign_families:
            for revision in range(1, last + 1):
                resources.register(self.moto, self.system, family, revision, "1.0.0", {})

    def register(self, tag: str, revision: int) -> str:
        """Register a revision of the service's own family. Returns its ARN."""
        pg = self.postgres
        environment = {
            "DB_HOST": pg.host,
            "DB_PORT": str(pg.port),
            "DB_NAME": pg.database,
            "DB_USER": pg.user,
        }
        family = self.system.names.service
        return resources.register(self.moto, self.system, family, revision, tag, environment)

    def _create_service(self) -> Running:
        names = self.system.names
        definition = arn("task-definition", f"{names.service}:{self.options.revision}")
        service = Service(
            name=names.service,
            arn=arn("service", f"{names.cluster}/{names.service}"),
            cluster=names.cluster,
            cluster_arn=arn("cluster", names.cluster),
            target_group=self.target_group_arn,
            container=names.container,
            port=resources.APP_PORT,
            desired=self.options.desired,
            deployments=(new_deployment(definition, "start"),),
            created_at=now(),
        )
        launcher = Launcher(
            self.system,
            self.processes,
            self.durations,
            lambda definition: resources.container_environment(self.moto, definition),
            self._log_line,
        )
        tasks: list[Task] = []
        history = History()
        targets = self.balancer.targets
        scheduler = Scheduler(launcher, targets, self.durations, self._new_task, tasks, history)
        self.ecs_api = Ecs(
            resources.definitions(self.moto),
            lambda: set(self.moto.ecs.clusters),
            lambda: self.calls.counts["UpdateService"],
        )
        return Running(service, tasks, history, scheduler)

    def _new_task(self, service: Service, deployment: Deployment) -> Task:
        given = resources.container(self.moto, deployment.task_definition)
        host, port = self._addresses.take(service.port)
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
        )

    def _log_line(self, task: str, line: str) -> None:
        container = self.system.names.container
        with self.lock:
            group = self.moto.logs.groups.get(self.system.names.log_group)
            if group is not None:
                resources.write_log(group, f"{container}/{container}/{task}", line)

    def _wait_healthy(self) -> None:
        deadline = time.monotonic() + 60
        while not self.healthy():
            if time.monotonic() > deadline or self.ending.wait(0.05):
                raise LabFailed("the system did not become healthy; see lab.log")

    # --- while it is up ------------------------------------------------------------------------

    def _reconcile(self) -> None:
        """The lab's heartbeat. Children are started from this thread, which lives as long."""
        while not self.ending.wait(TICK):
            try:
                with self.lock:
                    self.ecs_api.tick()
                    self._count_in_cluster()
                self.measure.tick(datetime.now(UTC))
            except Exception:  # a tick that failed must not be the last one
                LOG.exception("tick")

    def _count_in_cluster(self) -> None:
        cluster = self.moto.ecs.clusters[self.system.names.cluster]
        cluster.running_tasks_count, cluster.pending_tasks_count = counts(self.running)
        cluster.active_services_count = len(self.ecs_api.services)

    def healthy(self) -> bool:
        """The rollout is over, and every wanted task is healthy at the load balancer."""
        with self.lock:
            service = self.running.service
            targets = [t.health for t in self.balancer.targets.all()]
            complete = service.primary.rollout is Rollout.COMPLETED
            return complete and targets.count(Health.HEALTHY) >= service.desired

    # --- Physics, as the seam asks ---------------------------------------------------------------

    def ecs(self, operation: str, parameters: Parameters, ignored: bool) -> Parameters:
        return self.ecs_api.answer(operation, parameters, ignored)

    def target_health(self, target_group_arn: str) -> list[dict[str, Any]] | None:
        if target_group_arn != self.target_group_arn:
            return None
        return self.balancer.targets.describe()

    def database_address(self, instance: str) -> str | None:
        ours = instance == self.system.names.database_instance
        return self.postgres.host if ours else None

    def set_database_password(self, instance: str, password: str) -> None:
        if instance == self.system.names.database_instance:
            self.postgres.set_password(password)

    # --- what it is, and the way down ------------------------------------------------------------

    @property
    def balancer_dimension(self) -> str:
        """The LoadBalancer dimension of its metrics: the end of its ARN."""
        return self.balancer_arn.partition(":loadbalancer/")[2]

    def pids(self) -> dict[int, str]:
        """The lab, its children, and theirs."""
        found = {psutil.Process().pid: "lab", **self.processes.pids()}
        for pid, name in list(found.items()):
            with suppress(psutil.Error):
                below = [] if name == "lab" else psutil.Process(pid).children(recursive=True)
                found |= {child.pid: f"{name}: child" for child in below}
        return found

    def contract(self, control: str) -> dict[str, Any]:
        names = self.system.names
        return {
            "schema": 1,
            "pid": psutil.Process().pid,
            "factor": self.options.factor,
            "control": control,
            "aws": {"endpoint": self.api.endpoint, "region": REGION, "account": ACCOUNT},
            "url": self.balancer.url,
            "webhook": f"{control}/hooks",
            "system": {
                "name": self.system.name,
                "folder": str(self.system.folder),
                "cluster": names.cluster,
                "service": names.service,
                "load_balancer": self.balancer_dimension,
            },
        }

    def stop(self) -> None:
        """End everything. Safe after a start that failed half-way, and safe twice."""
        self.ending.set()
        if self.traffic is not None:
            self.traffic.stop()
        if hasattr(self, "_reconciler"):
            self._reconciler.join(10)
        if hasattr(self, "running"):
            for task in self.running.tasks:
                if task.process is not None and task.process.poll() is None:
                    task.process.kill()
        if hasattr(self, "api"):
            self.api.stop()
        if hasattr(self, "postgres"):
            self.postgres.stop()
        self.processes.kill_all()
        remove_leftovers(self.state.folder)
        self.state.processes.unlink(missing_ok=True)
