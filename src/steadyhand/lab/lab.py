"""Options in, whole systems that run out: the one place where the lab's parts are put together.

Knows no HTTP of its own and no fault; control.py serves what is here, faults/ break it.
"""

import json
import logging
import os
import shutil
import threading
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

from steadyhand.lab import checkouts
from steadyhand.lab.account import ACCOUNT, REGION
from steadyhand.lab.authority import Authority
from steadyhand.lab.balancer.balancing import Balancing
from steadyhand.lab.balancer.proxy import Proxy
from steadyhand.lab.balancer.targets import Health
from steadyhand.lab.cache import api as cache_api
from steadyhand.lab.cache.api import ElastiCache
from steadyhand.lab.cache.room import Caches
from steadyhand.lab.cloud import resources
from steadyhand.lab.cloud.buckets import Buckets
from steadyhand.lab.cloud.calls import Calls
from steadyhand.lab.cloud.certificates import Certificates
from steadyhand.lab.cloud.metrics import MetricStore
from steadyhand.lab.cloud.room import Parameters, Refusal, Room
from steadyhand.lab.cloud.seam import install
from steadyhand.lab.cloud.server import ApiServer
from steadyhand.lab.cloudwatch import alarms, metrics_api
from steadyhand.lab.cloudwatch.alarms import Alarms
from steadyhand.lab.cloudwatch.metrics_api import Metrics
from steadyhand.lab.creating import (
    bring_up_cache,
    create,
    database_log,
    migration,
    values_of,
    wanted_database,
)
from steadyhand.lab.delivery.room import Deliveries
from steadyhand.lab.delivery.trails import Made
from steadyhand.lab.directory import Directory
from steadyhand.lab.durations import Durations
from steadyhand.lab.ecs import task_definitions
from steadyhand.lab.ecs.fleet import Fleet, Placement, Running, count_in
from steadyhand.lab.ecs.model import (
    Rollout,
    ServiceStatus,
    Task,
    TaskStatus,
)
from steadyhand.lab.ecs.operations import OPERATIONS
from steadyhand.lab.ecs.registry import Registry
from steadyhand.lab.ecs.task_definitions import TaskDefinitions
from steadyhand.lab.ecs.tasks import Launcher
from steadyhand.lab.kept.account import Account
from steadyhand.lab.kept.ledger import FILE
from steadyhand.lab.live import LabFailed, Live, adapted
from steadyhand.lab.logs import api as logs_api
from steadyhand.lab.logs.api import Logs
from steadyhand.lab.loopback import LOOPBACK, Addresses, is_free
from steadyhand.lab.measure import Measure
from steadyhand.lab.migrations import Migrations
from steadyhand.lab.network.closing import enforce
from steadyhand.lab.network.firewall import Firewall
from steadyhand.lab.options import Options
from steadyhand.lab.outside import Outside
from steadyhand.lab.processes import Processes
from steadyhand.lab.rds import api as rds_api
from steadyhand.lab.rds.api import Rds
from steadyhand.lab.rds.installation import remove_data
from steadyhand.lab.rds.room import Ground
from steadyhand.lab.runner import Runner
from steadyhand.lab.s3.door import Door, Roles
from steadyhand.lab.schedules import rules as schedule_rules
from steadyhand.lab.schedules.rules import Schedules
from steadyhand.lab.state import StateFolder
from steadyhand.lab.strict.guard import Guard
from steadyhand.lab.systems.parts import Parts
from steadyhand.lab.traffic import Traffic

TICK, REST = 0.2, 0.5  # seconds from beat to beat: at most, and once all is up
LOG = logging.getLogger("steadyhand.lab")


class Lab:
    """The systems and everything under them. `start` returns when all of them are healthy."""

    def __init__(
        self,
        systems: Sequence[Parts],
        options: Options,
        state: StateFolder,
        processes: Processes,
    ) -> None:
        self.parts = [adapted(parts, options) for parts in systems]
        self.options = options
        self.state = state
        self.durations = Durations(options.factor)
        self.lock = threading.RLock()
        self.pace = TICK
        self.ending = threading.Event()
        self.calls = Calls()
        self.metrics = MetricStore()
        self.alarms = Alarms(self.metrics, self.durations, ACCOUNT, REGION, self._act)
        self.balancing = Balancing(self.durations)
        self.processes = processes
        self.moto = resources.backends()
        self.registry = Registry()
        self.systems: dict[str, Live] = {}
        self._addresses = Addresses()
        self.firewall = Firewall()
        self.directory = Directory(self)
        self.outside = Outside(self.processes, self._addresses, state.folder)
        self.caches = Caches(
            self.processes, self._addresses, self.durations, state.folder / "caches"
        )
        ground = Ground(
            state.folder, self.processes, self._addresses, self.durations, log=self._database_line
        )
        self.rds = Rds(ground)
        buckets = Buckets(self.moto, lambda *stored: self.account.stored(*stored))
        self.logs = Logs(self.metrics, self.durations, ACCOUNT, REGION, buckets)
        self.schedules = Schedules(
            self.moto.events, self.durations, self.metrics, self._run_scheduled
        )
        self.roles = Roles()
        self.deliveries = Deliveries(self.durations, buckets, self.moto, self.roles.of)
        self.door = Door(self._bucket_policy, self.roles, self._bucket_region)
        self.ecs_operations = tuple(OPERATIONS)
        self.guard = Guard(self.moto)
        measured = Metrics(self.metrics, options.factor)
        self.rooms: tuple[Room, ...] = (
            Room("cloudwatch", metrics_api.OPERATIONS, measured.answer),
            Room("cloudwatch", alarms.OPERATIONS, self.alarms.answer),
            Room("rds", rds_api.OPERATIONS, self.rds.answer),
            Room("elasticache", cache_api.OPERATIONS, ElastiCache(self.caches).answer),
            Room("logs", logs_api.OPERATIONS, self.logs.answer),
            Room("ecs", task_definitions.OPERATIONS, TaskDefinitions(self.moto.ecs).answer),
            Room("events", schedule_rules.OPERATIONS, self.schedules.answer),
        )
        self.fleet = self._new_fleet()
        self.account = Account(self)

    def _new_fleet(self) -> Fleet:
        launcher = Launcher(
            self.registry,
            self.processes,
            self.durations,
            self._environment,
            self._log_line,
            lambda task: self.firewall.gate(f"{task.cluster}/{task.group}"),
        )
        return Fleet(
            resources.definitions(self.moto),
            Placement(launcher, self.durations, self._addresses, self.balancing.groups.get),
            lambda: set(self.moto.ecs.clusters),
            lambda: self.calls.counts["UpdateService"],
        )

    def _environment(self, definition: str) -> dict[str, str]:
        """A container's variables, and the keys of its task's role. Raises LookupError."""
        # moto's definition has no such attribute where none was given.
        found = self.moto.ecs.describe_task_definition(definition)
        role = getattr(found, "task_role_arn", "")
        keys = self.roles.environment(role) if role else {}
        return {**keys, **resources.container_environment(self.moto, definition)}

    def _bucket_region(self, bucket: str) -> str | None:
        found = self.moto.s3.buckets.get(bucket)
        return None if found is None else str(found.region_name)

    def _bucket_policy(self, bucket: str) -> bytes | None:
        found = self.moto.s3.buckets.get(bucket)
        return None if found is None else found.policy or b""

    # --- the way up ---------------------------------------------------------------------------

    def start(self) -> None:
        """Bring everything up. Raises LabFailed, PostgresFailed, OSError."""
        if self.options.fresh:
            self._forget()
        self.api = self._open_api(self.account.open(self._addresses))
        self.authority = Authority(self.state.folder / "authority.pem")
        hosts = [host for p in self.parts for one in p.balancers for host in one.hosts]
        self.balancing.tls = lambda: self.authority.serve([*hosts, "localhost"])
        self.certificates = Certificates(self.moto.acm, self.authority, self.durations)
        self.balancing.certificates = self.certificates.served
        self.balancing.start()
        self.firewall.start()
        self.outside.start_providers(self.authority)
        self.outside.start_broker([topic for parts in self.parts for topic in parts.topics])
        self.rds.load()
        databases = self.rds.provision([wanted_database(parts) for parts in self.parts])
        for parts, database in zip(self.parts, databases, strict=True):
            values = values_of(self, database) | bring_up_cache(self.caches, parts)
            self.systems[parts.name] = Live(parts, database, values)
        migrations = Migrations(self.processes)
        migrations.begin({name: migration(live) for name, live in self.systems.items()})
        with self.lock:
            self.account.before()
            for live in self.systems.values():
                create(self, live)
            self.account.after()
        self.outside.wait()
        if failed := migrations.failed():
            raise LabFailed(f"the migration failed of {failed}")
        self.measure = Measure(self)
        install(self)
        self.api.start()
        self._reconciler = threading.Thread(target=self._reconcile, name="reconciler", daemon=True)
        self._reconciler.start()
        checkouts.make_all(self.state.folder, self.parts)
        for live in self.systems.values():
            checkouts.initialise(self.directory.info(), live.parts)
        self._wait_healthy()
        github = self.outside.values["provider.github"]
        runner = Runner(self.outside, github, self.api.endpoint, self.options.factor, self.ending)
        runner.start(self.parts)
        for live in self.systems.values():
            host = live.parts.balancers[0].hosts[0]
            live.traffic = Traffic(
                partial(self.directory.find, host), self.options.traffic, live.parts.user
            )
            live.traffic.start()
        self.pace = self.durations.shortened(REST, TICK)

    def _open_api(self, former: int) -> ApiServer:
        port = self.options.aws_port
        if port and not is_free(LOOPBACK, port):
            raise LabFailed(f"port {port} is taken")
        return ApiServer(port or former, self.calls, self.ending, self.door)

    def _log_line(self, task: Task, line: str) -> None:
        with self.lock:
            options = resources.log_options(self.moto, task.definition)
            prefix = options.get("awslogs-stream-prefix", task.container)
            stream = f"{prefix}/{task.container}/{task.id}"
            self.logs.write_line(options.get("awslogs-group", ""), stream, line)

    def _database_line(self, instance: str, line: str) -> None:
        with self.lock:
            group = database_log(instance)
            self.logs.create(group)
            self.logs.write_line(group, f"{instance}.0", line)

    def _wait_healthy(self) -> None:
        deadline = time.monotonic() + 60
        while not self.healthy():
            if time.monotonic() > deadline and self.account.earlier:
                # What was left broken is still so, and its owner may mend it.
                LOG.warning("the system is as unhealthy as it was left")
                return
            if time.monotonic() > deadline or self.ending.wait(0.05):
                raise LabFailed("the system did not become healthy; see lab.log")

    # --- while it is up ------------------------------------------------------------------------

    def _reconcile(self) -> None:
        """The lab's heartbeat. Children are started from this thread, which lives as long."""
        while not self.ending.wait(self.pace):
            try:
                with self.lock:
                    self.certificates.tick()
                    self.balancing.sync(self.moto.elbv2)
                    enforce(self)
                    self.fleet.tick()
                    count_in(self.moto.ecs.clusters, self.fleet.services)
                    self.rds.tick()
                    self.caches.tick()
                    self.logs.tick()
                    self.schedules.tick(datetime.now(UTC))
                    self.alarms.tick()
                    self.account.tick()
                self.measure.tick(datetime.now(UTC))
                self.deliveries.tick(self.lock, self.balancing.proxies)
            except Exception:  # a tick that failed must not be the last one
                LOG.exception("tick")

    def _run_scheduled(self, asked: Parameters) -> Parameters:
        """Run a task as the API would for a rule; faults of answers strike here too."""
        faults = self.calls.seen("ecs", "RunTask", asked)
        for fault in faults:
            if fault.refusal is not None:
                raise Refusal(*fault.refusal)
        return self.ecs("RunTask", asked, any(fault.ignored for fault in faults))

    def _act(self, action: str, _alarm: str, message: Mapping[str, Any]) -> None:
        """Carry out an alarm's action: a message to an SNS topic. Raises Refusal."""
        if action not in self.moto.sns.topics:
            raise Refusal("ValidationError", f"Nothing carries out {action}.")
        self.moto.sns.publish(json.dumps(message), arn=action)

    def healthy(self) -> bool:
        """Every rollout is over, and every wanted task is healthy."""
        with self.lock:
            running = self.fleet.services.values()
            active = [one for one in running if one.service.status is ServiceStatus.ACTIVE]
            return all(self._is_healthy(one) for one in active)

    def _is_healthy(self, running: Running) -> bool:
        service = running.service
        if service.primary.rollout is not Rollout.COMPLETED:
            return False
        group = self.balancing.groups.get(service.target_group)
        if group is None:
            up = [task for task in running.tasks if task.status is TaskStatus.RUNNING]
            return len(up) >= service.desired
        well = [target for target in group.all() if target.health is Health.HEALTHY]
        return len(well) >= service.desired

    # --- Physics, as the seam asks ---------------------------------------------------------------

    def check(self, service: str, operation: str, asked: Parameters) -> None:
        """Refuse what AWS would. Raises Refusal."""
        self.guard.check(service, operation, asked)

    def told(self, call: Made) -> None:
        """A call of the API was answered, or refused."""
        self.deliveries.trails.made(call)

    def ecs(self, operation: str, parameters: Parameters, ignored: bool) -> Parameters:
        return OPERATIONS[operation](self.fleet, parameters, ignored)

    def registered(self, target_group_arn: str, targets: list[Any], there: bool) -> None:
        """Take over what the API was told of targets; ECS tells of its own by itself."""
        self.balancing.sync(self.moto.elbv2)
        group = self.balancing.groups[target_group_arn]
        usual = self.moto.elbv2.target_groups[target_group_arn].port
        for target in targets:
            address = str(target["Id"]), int(target.get("Port") or usual)
            (group.register if there else group.remove)(*address)

    def target_health(self, target_group_arn: str) -> list[dict[str, Any]] | None:
        group = self.balancing.groups.get(target_group_arn)
        if group is None:
            return None
        routes = (route for proxy in self.balancing.proxies.values() for route in proxy.routes)
        used = any(route.group is group for route in routes)
        return group.describe() if used else [_unused(row) for row in group.describe()]

    # --- what it is, and the way down ------------------------------------------------------------

    def proxy(self, name: str) -> Proxy:
        """The proxy of a load balancer, by the load balancer's name."""
        return self.balancing.proxies[resources.balancer_arn(self.moto, name)]

    def pids(self) -> dict[int, str]:
        """The lab, its children, and theirs."""
        return {os.getpid(): "lab", **self.processes.family()}

    def stop(self) -> None:
        """End everything. Safe after a start that failed half-way, and safe twice."""
        self.ending.set()
        for live in self.systems.values():
            if live.traffic is not None:
                live.traffic.stop()
        if hasattr(self, "_reconciler"):
            self._reconciler.join(10)
        for running in self.fleet.services.values():
            for task in running.tasks:
                if task.process is not None and task.process.poll() is None:
                    task.process.kill()
        if hasattr(self, "api"):
            self.api.stop()
        self.balancing.stop()
        self.caches.stop()
        self.rds.close(keeps=not self.options.fresh)
        self.processes.kill_all()
        self.firewall.stop()
        self.rds.wait()
        with self.lock:
            self.account.book.flush()
            self.account.ledger.close()
        if self.options.fresh:
            remove_data(self.state.folder)
            self._forget()
        self.state.processes.unlink(missing_ok=True)

    def _forget(self) -> None:
        """Remove what an account would keep but databases: caches, topics, and the rest."""
        for file in self.state.folder.glob(f"{FILE}*"):
            file.unlink()
        for name in ("caches", "kafka"):
            shutil.rmtree(self.state.folder / name, ignore_errors=True)
        checkouts.forget(self.state.folder)
        (self.state.folder / "authority.pem").unlink(missing_ok=True)


# https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetHealth.html
def _unused(row: Mapping[str, Any]) -> dict[str, Any]:
    """A target of a group that no rule sends anything to."""
    said = "Target group is not configured to receive traffic from the load balancer"
    health = {"State": "unused", "Reason": "Target.NotInUse", "Description": said}
    return {**row, "TargetHealth": health}
