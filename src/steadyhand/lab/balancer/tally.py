"""What the load balancer answered, in; counts for users and points for CloudWatch, out."""

import threading
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime

from steadyhand.lab.cloud.metrics import Dimensions, Metric, MetricStore, floor, point, rounded

NAMESPACE = "AWS/ApplicationELB"


@dataclass(frozen=True)
class Answer:
    """One response. `target_seconds` is None where no target gave it; `group` is the dimension of
    the target group whose target did."""

    status: int
    target_seconds: float | None
    group: str = ""


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
        target groups. The API's lock is held."""
        current = floor(now, self.period)
        with self._lock:
            over = {at: self._open.pop(at) for at in sorted(self._open) if at < current}
        for at, answers in over.items():
            _publish(store, dimensions, at, answers)
            for group in {answer.group for answer in answers} - {""}:
                of_group = [answer for answer in answers if answer.group == group]
                _publish(store, dimensions | {("TargetGroup", group)}, at, of_group)


def _publish(
    store: MetricStore, dimensions: Dimensions, at: datetime, answers: list[Answer]
) -> None:
    for name, values, unit in _measurements(answers):
        # As AWS does, a count of nothing is no datapoint.
        if values:
            store.add(Metric(NAMESPACE, name, dimensions), point(at, values, unit))


def _measurements(answers: list[Answer]) -> list[tuple[str, list[float], str]]:
    times = [rounded(a.target_seconds) for a in answers if a.target_seconds is not None]
    counts: dict[str, list[float]] = defaultdict(list)
    for answer in answers:
        side = "ELB" if answer.target_seconds is None else "Target"
        counts[f"HTTPCode_{side}_{answer.status // 100}XX_Count"].append(1.0)
        if side == "ELB" and answer.status >= 500:
            counts[f"HTTPCode_ELB_{answer.status}_Count"].append(1.0)
    # RequestCount counts requests that a target was chosen for and answered.
    return [
        ("RequestCount", [1.0] * len(times), "Count"),
        ("TargetResponseTime", times, "Seconds"),
        *((name, ones, "Count") for name, ones in counts.items()),
    ]
