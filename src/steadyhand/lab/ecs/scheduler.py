"""A service and its tasks in, what happens to them in one tick out: starts, drains, stops, events.

Level-triggered: each tick looks at what is there and what should be, as the ECS scheduler does. It
knows target health and processes, and nothing of who asked for a deployment.
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-ecs.html
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from steadyhand.lab.balancer.targets import Health, Target, TargetGroup
from steadyhand.lab.durations import Durations
from steadyhand.lab.ecs.model import (
    Deployment,
    History,
    Rollout,
    Service,
    Task,
    TaskStatus,
    now,
    of,
)
from steadyhand.lab.ecs.tasks import Launcher

# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html
BREAKER_MINIMUM = 3
STOPPED_KEPT = 100


@dataclass
class Scheduler:
    """Drives one service. `tasks` is shared with whoever answers for them."""

    launcher: Launcher
    group: Callable[[str], TargetGroup | None]  # by its ARN
    durations: Durations
    new_task: Callable[[Service, Deployment], Task]
    tasks: list[Task]
    history: History
    _targets: TargetGroup | None = None
    _steady: bool = False
    _failures: int = 0
    _resume_at: float = field(default=0.0)

    def tick(self, service: Service) -> Service:
        """Do what is due now. Returns the service with its deployments brought up to date."""
        self._targets = self.group(service.target_group)
        service = self._reap(service)
        self._drain(service)
        self._judge_health(service)
        service = self._start(service)
        self._stop_surplus(service)
        service = self._settle(service)
        self._forget_stopped()
        return service

    def stop(self, service: Service, task: Task, code: str, reason: str) -> None:
        """Begin to end a task: drained first, if the load balancer has it."""
        if not task.wanted:
            return
        targets = self.group(service.target_group)
        task.stop_code, task.stopped_reason, task.stopping_at = code, reason, now()
        if targets is not None and targets.get(task.host, task.port) is not None:
            targets.drain(task.host, task.port)
            self._say(service, f"deregistered 1 targets in (target-group {service.target_group})")
            self._say(service, "has begun draining connections on 1 tasks.")
            task.status = TaskStatus.DEACTIVATING
            task.drain_until = time.monotonic() + self.durations.deregistration_delay
        else:
            self.launcher.terminate(task)

    def _reap(self, service: Service) -> Service:
        for task in self.tasks:
            before = task.status
            self.launcher.watch(task)
            if task.status is TaskStatus.STOPPED and before is not TaskStatus.STOPPED:
                if self._targets is not None:
                    self._targets.remove(task.host, task.port)
                if before in (TaskStatus.PENDING, TaskStatus.RUNNING):
                    service = self._count_failure(service, task)
        return service

    def _count_failure(self, service: Service, task: Task) -> Service:
        """A task ended by itself. One that never was healthy slows down the next start."""
        if not task.was_healthy:
            pause = self.durations.restart_backoff * 2 ** min(self._failures, 6)
            self._failures += 1
            self._resume_at = time.monotonic() + pause
        primary = service.primary
        if primary.id != task.deployment or primary.rollout is not Rollout.IN_PROGRESS:
            return service
        failed = primary.failed + 1
        primary = replace(primary, failed=failed, updated_at=now())
        threshold = max(BREAKER_MINIMUM, math.ceil(service.desired / 2))
        if service.breaker and failed >= threshold and len(service.deployments) > 1:
            reason = "ECS deployment circuit breaker: tasks failed to start."
            primary = replace(primary, rollout=Rollout.FAILED, reason=reason)
            self._say(
                service, f"(deployment {primary.id}) deployment failed: tasks failed to start."
            )
        return replace(service, deployments=(primary, *service.deployments[1:]))

    def _drain(self, service: Service) -> None:
        """Terminate what the load balancer has drained: nothing in flight, or no time left."""
        for task in self.tasks:
            if task.status is TaskStatus.DEACTIVATING:
                target = self._target(task)
                idle = target is None or target.in_flight == 0
                if idle or time.monotonic() >= task.drain_until:
                    self.launcher.terminate(task)
                    if self._targets is not None:
                        self._targets.remove(task.host, task.port)
                    self._say(service, f"has stopped 1 running tasks: (task {task.id}).")

    def _judge_health(self, service: Service) -> None:
        for task in self.tasks:
            if task.status is not TaskStatus.RUNNING or task.started_at is None:
                continue
            target = self._target(task)
            if self._healthy(task):
                task.was_healthy = True
                self._failures = 0
            age = (now() - task.started_at).total_seconds()
            unhealthy = target is not None and target.health is not Health.HEALTHY
            if unhealthy and age > self.durations.health_grace:
                group = f"(target-group {service.target_group})"
                self._say(
                    service,
                    f"(port {task.port}) is unhealthy in {group} due to "
                    "(reason Health checks failed).",
                )
                reason = f"Task failed ELB health checks in {group}"
                self.stop(service, task, "ServiceSchedulerInitiated", reason)

    def _target(self, task: Task) -> Target | None:
        return None if self._targets is None else self._targets.get(task.host, task.port)

    def _healthy(self, task: Task) -> bool:
        """At its load balancer; a task that has none is well as long as it runs."""
        target = self._target(task)
        well = self._targets is None or (target is not None and target.health is Health.HEALTHY)
        return task.status is TaskStatus.RUNNING and well

    def _start(self, service: Service) -> Service:
        if service.primary.rollout is Rollout.FAILED or time.monotonic() < self._resume_at:
            return service
        wanted = [task for task in self.tasks if task.wanted]
        missing = service.desired - len(of(wanted, service.primary))
        room = math.floor(service.desired * service.maximum_percent / 100) - len(wanted)
        started = []
        for _ in range(min(missing, room)):
            task = self.new_task(service, service.primary)
            self.tasks.append(task)
            self.launcher.start(task)
            if task.status is TaskStatus.STOPPED:
                reason = task.stopped_reason
                self._say(service, f"was unable to place a task. Reason: {reason}.")
                service = self._count_failure(service, task)
                break
            started.append(task)
            if self._targets is not None:
                self._targets.register(task.host, task.port, task.zone)
        if started:
            names = " ".join(f"(task {task.id})" for task in started)
            self._say(service, f"has started {len(started)} tasks: {names}.")
            if self._targets is not None:
                group = f"(target-group {service.target_group})"
                self._say(service, f"registered {len(started)} targets in {group}")
        return service

    def _stop_surplus(self, service: Service) -> None:
        """Old deployments' tasks go as far as enough healthy ones stay; then what is too many."""
        wanted = [task for task in self.tasks if task.wanted]
        old = [task for task in wanted if task.deployment != service.primary.id]
        primary = of(wanted, service.primary)
        healthy = sum(self._healthy(task) for task in wanted)
        minimum = math.ceil(service.desired * service.minimum_percent / 100)
        reason = f"Scaling activity initiated by (deployment {service.primary.id})"
        # The sick ones first: they are nobody's loss.
        for task in sorted(old, key=self._healthy):
            spare = not self._healthy(task) or healthy > minimum
            keeps = service.primary.rollout is Rollout.FAILED and len(old) <= service.desired
            if spare and not keeps:
                healthy -= self._healthy(task)
                self.stop(service, task, "ServiceSchedulerInitiated", reason)
        for task in sorted(primary, key=self._healthy)[: max(0, len(primary) - service.desired)]:
            self.stop(service, task, "ServiceSchedulerInitiated", reason)

    def _settle(self, service: Service) -> Service:
        """Drop deployments that have no task left; complete the primary; say so once."""
        wanted = [task for task in self.tasks if task.wanted]
        older = [d for d in service.deployments[1:] if of(wanted, d)]
        primary = service.primary
        healthy = sum(self._healthy(task) for task in of(wanted, primary))
        complete = healthy == service.desired == len(wanted)
        if complete and primary.rollout is Rollout.IN_PROGRESS:
            reason = f"ECS deployment {primary.id} completed."
            primary = replace(primary, rollout=Rollout.COMPLETED, reason=reason, updated_at=now())
            self._say(service, f"(deployment {primary.id}) deployment completed.")
        if complete and not self._steady:
            self._say(service, "has reached a steady state.")
        self._steady = complete
        return replace(service, deployments=(primary, *older))

    def _forget_stopped(self) -> None:
        stopped = [task for task in self.tasks if task.status is TaskStatus.STOPPED]
        for task in stopped[:-STOPPED_KEPT]:
            self.tasks.remove(task)

    def _say(self, service: Service, message: str) -> None:
        self.history.say(f"(service {service.name}) {message}")
