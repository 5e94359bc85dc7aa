"""CloudWatch's rooms with a clock that is moved by hand."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.lab.answers import check_answer

from steadyhand.lab.cloud.metrics import MetricStore, point
from steadyhand.lab.cloudwatch.alarms import OPERATIONS, Alarms
from steadyhand.lab.cloudwatch.metrics_api import Metrics
from steadyhand.lab.cloudwatch.queries import metric_of
from steadyhand.lab.durations import Durations

NOON = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ACCOUNT, REGION = "123456789012", "us-east-1"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:ops"


@dataclass
class Rooms:
    """A store, and the rooms that work on it."""

    factor: float = 1.0
    at: datetime = NOON
    acted: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.store = MetricStore()
        self.metrics = Metrics(self.store, self.factor, lambda: self.at)
        self.alarms = Alarms(
            self.store, Durations(self.factor), ACCOUNT, REGION, self.act, lambda: self.at
        )

    def act(self, action: str, alarm: str, message: dict[str, Any]) -> None:
        self.acted.append((action, alarm, message))

    def answer(self, operation: str, **asked: Any) -> dict[str, Any]:
        room = self.alarms if operation in OPERATIONS else self.metrics
        answered: dict[str, Any] = room.answer(operation, asked)
        check_answer("cloudwatch", operation, answered)
        return answered

    def measure(self, at: datetime, *values: float, name: str = "Requests") -> None:
        """Put values into the metric N/`name` without dimensions."""
        self.store.add(metric_of("N", name, []), point(at, values))

    def move(self, seconds: float, step: float = 1.0) -> None:
        """Let time go on, ticking as the reconciler does."""
        until = self.at + timedelta(seconds=seconds)
        while self.at < until:
            self.at = min(until, self.at + timedelta(seconds=step))
            self.alarms.tick()

    def put(self, **changes: Any) -> None:
        """Put the alarm `high`, which needs one minute above 5 unless `changes` say otherwise."""
        self.answer("PutMetricAlarm", **{**HIGH, **changes})

    def alarm(self, name: str = "high") -> dict[str, Any]:
        (found,) = self.answer("DescribeAlarms", AlarmNames=[name])["MetricAlarms"]
        shape: dict[str, Any] = found
        return shape


HIGH: dict[str, Any] = {
    "AlarmName": "high",
    "Namespace": "N",
    "MetricName": "Requests",
    "Statistic": "Sum",
    "Period": 60,
    "EvaluationPeriods": 1,
    "Threshold": 5.0,
    "ComparisonOperator": "GreaterThanThreshold",
    "AlarmActions": [TOPIC],
    "OKActions": [TOPIC],
}
