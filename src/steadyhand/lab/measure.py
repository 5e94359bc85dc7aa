"""What the lab's processes do, in; CloudWatch points of each period that is over, out."""

from collections import defaultdict
from datetime import datetime
from typing import TYPE_CHECKING

import psycopg

from steadyhand.lab.cloud.metrics import Dimensions, Metric, floor, point, rounded
from steadyhand.lab.ecs.model import TaskStatus

if TYPE_CHECKING:
    from steadyhand.lab.lab import Lab

SAMPLES_PER_PERIOD = 5


class Measure:
    """Called on every tick of the reconciler, in its thread."""

    def __init__(self, lab: "Lab") -> None:
        self._lab = lab
        self._period = lab.durations.metric_period
        self._open: dict[Metric, list[float]] = defaultdict(list)
        self._unit: dict[Metric, str] = {}
        self._start: datetime | None = None
        self._sampled: datetime | None = None
        self._used: dict[str, tuple[datetime, float]] = {}
        names = lab.system.names
        service = (("ClusterName", names.cluster), ("ServiceName", names.service))
        database = frozenset({("DBInstanceIdentifier", names.database_instance)})
        self._cpu = Metric("AWS/ECS", "CPUUtilization", frozenset(service))
        self._memory = Metric("AWS/ECS", "MemoryUtilization", frozenset(service))
        self._connections = Metric("AWS/RDS", "DatabaseConnections", database)
        self._balancer: Dimensions = frozenset({("LoadBalancer", lab.balancer_dimension)})

    def tick(self, now: datetime) -> None:
        """Sample a few times a period, and publish the period that is over."""
        start = floor(now, self._period)
        if self._start is not None and start > self._start:
            self._publish(self._start, now)
        self._start = start
        pause = self._period / SAMPLES_PER_PERIOD
        if self._sampled is None or (now - self._sampled).total_seconds() >= pause:
            self._sampled = now
            self._sample_tasks(now)
            self._sample_database()

    def _sample_tasks(self, now: datetime) -> None:
        with self._lab.lock:
            running = [t for t in self._lab.running.tasks if t.status is TaskStatus.RUNNING]
            for task in running:
                before = self._used.get(task.id)
                self._used[task.id] = (now, task.cpu_seconds)
                if task.resident:
                    self._add(self._memory, 100 * task.resident / task.memory, "Percent")
                if before is not None and now > before[0]:
                    cores = (task.cpu_seconds - before[1]) / (now - before[0]).total_seconds()
                    self._add(self._cpu, 100 * cores / (task.cpu / 1024), "Percent")
            self._used = {task.id: self._used[task.id] for task in running}

    def _sample_database(self) -> None:
        try:
            self._add(self._connections, float(self._lab.postgres.connections()), "Count")
        except psycopg.Error:
            return  # A database that does not answer has no datapoint.

    def _add(self, metric: Metric, value: float, unit: str) -> None:
        self._open[metric].append(rounded(value))
        self._unit[metric] = unit

    def _publish(self, start: datetime, now: datetime) -> None:
        with self._lab.lock:
            for metric, values in self._open.items():
                self._lab.metrics.add(metric, point(start, values, self._unit[metric]))
            self._lab.balancer.tally.publish(self._lab.metrics, self._balancer, now)
        self._open.clear()
