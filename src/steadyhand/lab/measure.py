"""What the lab's processes do, in; CloudWatch points of each period that is over, out."""

from collections import defaultdict
from datetime import datetime
from typing import TYPE_CHECKING

from steadyhand.lab.balancer.tally import NAMESPACE as BALANCERS
from steadyhand.lab.balancer.targets import Health
from steadyhand.lab.cache.measuring import NAMESPACE as CACHES
from steadyhand.lab.cloud.metrics import Dimensions, Metric, floor, point, rounded
from steadyhand.lab.ecs.model import TaskStatus
from steadyhand.lab.ecs.quota import UNITS
from steadyhand.lab.kafka.lagging import NAMESPACE as BROKERS
from steadyhand.lab.kafka.lagging import Lagging

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
        self._used: dict[str, tuple[float, float]] = {}
        self._lagging = Lagging(lambda: lab.outside.values["kafka"], self._period / 2, lab.ending)
        if "kafka" in lab.outside.values:
            self._lagging.start()

    def tick(self, now: datetime) -> None:
        """Sample a few times a period, and publish the period that is over."""
        start = floor(now, self._period)
        if self._start is not None and start > self._start:
            self._sample_caches()
            self._sample_lag()
            self._publish(self._start, now)
        self._start = start
        pause = self._period / SAMPLES_PER_PERIOD
        if self._sampled is None or (now - self._sampled).total_seconds() >= pause:
            self._sampled = now
            self._sample_tasks()
            self._sample_databases()
            self._sample_targets()

    def _sample_tasks(self) -> None:
        used: dict[str, tuple[float, float]] = {}
        with self._lab.lock:
            for running in self._lab.fleet.services.values():
                service = running.service
                dimensions = (("ClusterName", service.cluster), ("ServiceName", service.name))
                cpu = Metric("AWS/ECS", "CPUUtilization", frozenset(dimensions))
                memory = Metric("AWS/ECS", "MemoryUtilization", frozenset(dimensions))
                for task in running.tasks:
                    if task.status is not TaskStatus.RUNNING:
                        continue
                    used[task.id] = (task.seen_at, task.cpu_seconds)
                    if task.resident:
                        self._add(memory, 100 * task.resident / task.memory, "Percent")
                    at, seconds = self._used.get(task.id, (task.seen_at, 0.0))
                    if task.seen_at > at:
                        cores = (task.cpu_seconds - seconds) / (task.seen_at - at)
                        part = 100 * cores / (task.cpu / UNITS)
                        # Production's never gets more than its units; here a start may (`quota`).
                        self._add(cpu, min(100.0, part), "Percent")
        self._used = used

    def _sample_databases(self) -> None:
        """A database that does not answer has no datapoint."""
        with self._lab.lock:
            for instance, values in self._lab.rds.samples().items():
                dimensions = frozenset({("DBInstanceIdentifier", instance)})
                for name, (value, unit) in values.items():
                    self._add(Metric("AWS/RDS", name, dimensions), value, unit)

    def _sample_targets(self) -> None:
        """How many targets are well, of each target group that has any, behind each balancer."""
        with self._lab.lock:
            for arn, proxy in self._lab.balancing.proxies.items():
                for group in {id(route.group): route.group for route in proxy.routes}.values():
                    of = _balancer(arn) | {("TargetGroup", group.dimension)}
                    targets = group.all()
                    for zone in ("", *sorted({target.zone for target in targets} - {""})):
                        there = of | ({("AvailabilityZone", zone)} if zone else set())
                        states = [one.health for one in targets if zone in ("", one.zone)]
                        for name, state in _HOSTS.items() if states else ():
                            self._add(Metric(BALANCERS, name, there), states.count(state), "Count")

    def _sample_caches(self) -> None:
        """Once a period: ElastiCache counts what happened in a minute."""
        with self._lab.lock:
            for name, dimensions, value, unit in self._lab.caches.samples():
                self._add(Metric(CACHES, name, frozenset(dimensions.items())), value, unit)

    def _sample_lag(self) -> None:
        """Of the topics that systems declare; a broker that does not answer has no datapoint."""
        # https://docs.aws.amazon.com/msk/latest/developerguide/metrics-details.html
        clusters = {topic.name: parts.kafka for parts in self._lab.parts for topic in parts.topics}
        for (group, topic), lag in self._lagging.take().items():
            if topic in clusters:
                named = (("Cluster Name", clusters[topic]), ("Consumer Group", group))
                of = frozenset((*named, ("Topic", topic)))
                self._add(Metric(BROKERS, "SumOffsetLag", of), lag.total, "Count")
                self._add(Metric(BROKERS, "MaxOffsetLag", of), lag.worst, "Count")

    def _add(self, metric: Metric, value: float, unit: str) -> None:
        self._open[metric].append(rounded(value))
        self._unit[metric] = unit

    def _publish(self, start: datetime, now: datetime) -> None:
        lab = self._lab
        with lab.lock:
            for metric, values in self._open.items():
                lab.metrics.add(metric, point(start, values, self._unit[metric]))
            for arn, proxy in lab.balancing.proxies.items():
                proxy.tally.publish(lab.metrics, _balancer(arn), now)
        self._open.clear()


# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
_HOSTS = {"HealthyHostCount": Health.HEALTHY, "UnHealthyHostCount": Health.UNHEALTHY}


def _balancer(arn: str) -> Dimensions:
    return frozenset({("LoadBalancer", arn.partition(":loadbalancer/")[2])})
