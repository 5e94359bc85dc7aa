"""CloudWatch Logs with a clock that is moved by hand, and buckets in memory."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.lab.answers import check_answer

from steadyhand.lab.cloud.metrics import MetricStore
from steadyhand.lab.durations import Durations
from steadyhand.lab.logs.api import Logs

NOON = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
NOW = int(NOON.timestamp() * 1000)
SECOND, MINUTE, HOUR, DAY = 1000, 60_000, 3_600_000, 86_400_000
GROUP = "/ecs/shop"


@dataclass
class Shelf:
    """Buckets in memory."""

    objects: dict[str, dict[str, bytes]] = field(default_factory=lambda: {"logs-archive": {}})

    def exists(self, bucket: str) -> bool:
        return bucket in self.objects

    def put(self, bucket: str, key: str, content: bytes) -> None:
        self.objects[bucket][key] = content


@dataclass
class Room:
    """A room with one group of two streams, `api/1` and `api/2`."""

    at: datetime = NOON
    shelf: Shelf = field(default_factory=Shelf)

    def __post_init__(self) -> None:
        self.metrics = MetricStore()
        self.logs = Logs(
            self.metrics, Durations(1), "123456789012", "us-east-1", self.shelf, lambda: self.at
        )
        self.answer("CreateLogGroup", logGroupName=GROUP)
        for stream in ("api/1", "api/2"):
            self.answer("CreateLogStream", logGroupName=GROUP, logStreamName=stream)

    def answer(self, operation: str, **asked: Any) -> dict[str, Any]:
        given = {key: value for key, value in asked.items() if value is not None}
        answered = self.logs.answer(operation, given)
        check_answer("logs", operation, answered)
        return answered

    def put(self, *events: tuple[int, str], stream: str = "api/1") -> dict[str, Any]:
        """Put events; their times are counted from NOON, in milliseconds."""
        batch = [{"timestamp": NOW + at, "message": message} for at, message in events]
        return self.answer(
            "PutLogEvents", logGroupName=GROUP, logStreamName=stream, logEvents=batch
        )

    def found(self, **asked: Any) -> list[str]:
        """The messages of one page of a search."""
        events = self.answer("FilterLogEvents", **{"logGroupName": GROUP, **asked})["events"]
        return [event["message"] for event in events]

    def tick(self, seconds: float = 0.0) -> None:
        self.at += timedelta(seconds=seconds)
        self.logs.tick()
