"""What the load balancer answered, in; counts for users and points for CloudWatch, out."""

import threading
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime

from steadyhand.lab.cloud.metrics import Dimensions, Metric, MetricStore, floor, point, rounded

# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
NAMESPACE = "AWS/ApplicationELB"

Measured = tuple[str, list[float], str]  # a metric's name, its values, their unit


@dataclass(frozen=True)
class Answer:
    """One response. `target_seconds` is None where no target gave it; `group` is the dimension of
    the target group that a target was chosen from, `zone` where the node is that was asked."""

    status: int
    target_seconds: float | None
    group: str = ""
    zone: str = ""


@dataclass
class Tally:
    """Thread-safe. Answers wait here, by period, until the period is over."""

    period: int
    counts: Counter[str] = field(default_factory=Counter)
    _open: dict[datetime, list[Answer]] = field(default_factory=lambda: defaultdict(list))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, answer: Answer) -> None:
        now = datetime.fromtimestamp(time.time(), UTC)
        side = "elb" if answer.target_seconds is None else "target"
        with self._lock:
            self._open[floor(now, self.period)].append(answer)
            self.counts[f"{side}_{answer.status // 100}xx"] += 1
            self.counts["requests"] += 1

    def snapshot(self) -> dict[str, int]:
        with self._lock:
            return dict(sorted(self.counts.items()))

    def publish(self, store: MetricStore, dimensions: Dimensions, now: datetime) -> None:
        """Move the periods that are over into the store, for the load balancer and for each of its
        target groups, as a whole and by zone. The API's lock is held."""
        current = floor(now, self.period)
        with self._lock:
            over = {at: self._open.pop(at) for at in sorted(self._open) if at < current}
        for at, answers in over.items():
            zones = {answer.zone for answer in answers} - {""}
            for zone in ("", *sorted(zones)):
                seen = [answer for answer in answers if zone in ("", answer.zone)]
                where = frozenset({("AvailabilityZone", zone)} if zone else ())
                _publish_all(store, dimensions | where, at, seen)


def _publish_all(
    store: MetricStore, dimensions: Dimensions, at: datetime, answers: list[Answer]
) -> None:
    _publish(store, dimensions, at, _measurements(answers))
    for group in {answer.group for answer in answers} - {""}:
        of_group = [answer for answer in answers if answer.group == group]
        # What the load balancer says itself is no group's.
        measured = [one for one in _measurements(of_group) if "_ELB_" not in one[0]]
        _publish(store, dimensions | {("TargetGroup", group)}, at, measured)


def _publish(
    store: MetricStore, dimensions: Dimensions, at: datetime, measured: list[Measured]
) -> None:
    for name, values, unit in measured:
        # As AWS does, a count of nothing is no datapoint.
        if values:
            store.add(Metric(NAMESPACE, name, dimensions), point(at, values, unit))


def _measurements(answers: list[Answer]) -> list[Measured]:
    times = [rounded(a.target_seconds) for a in answers if a.target_seconds is not None]
    counts: dict[str, list[float]] = defaultdict(list)
    for answer in answers:
        side = "ELB" if answer.target_seconds is None else "Target"
        counts[f"HTTPCode_{side}_{answer.status // 100}XX_Count"].append(1.0)
        if side == "ELB" and answer.status >= 500:
            counts[f"HTTPCode_ELB_{answer.status}_Count"].append(1.0)
    # RequestCount counts requests that a target was chosen for, whether or not it answered.
    chosen = [1.0 for answer in answers if answer.group or answer.target_seconds is not None]
    return [
        ("RequestCount", chosen, "Count"),
        ("TargetResponseTime", times, "Seconds"),
        *((name, ones, "Count") for name, ones in counts.items()),
    ]
