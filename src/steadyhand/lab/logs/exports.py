"""Export tasks: a group's events of a time, written as gzip objects into a bucket, piece by piece.

A task goes PENDING → RUNNING → COMPLETED; one of them at a time. What a bucket is, whoever made
the room knows. https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/S3Export.html
"""

import gzip
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from steadyhand.lab.cloud.room import Parameters, Refusal
from steadyhand.lab.logs.asked import Place, Shape, group_named, invalid, not_found, paged
from steadyhand.lab.logs.store import Group, LogStore, before

PENDING_SECONDS = 5.0
# Written in one tick, with the API's lock held: a tenth of a second's work.
EVENTS_PER_OBJECT = 20_000
MOST_TASKS = 500
PREFIX = "exportedlogs"
ACTIVE = ("PENDING", "RUNNING", "PENDING_CANCEL")


class Buckets(Protocol):
    """The lab's S3."""

    def exists(self, bucket: str) -> bool: ...

    def put(self, bucket: str, key: str, content: bytes) -> None: ...


@dataclass
class Task:
    id: str
    name: str
    group: str
    start: int
    end: int
    bucket: str
    prefix: str
    created: int
    stream_prefix: str = ""
    status: str = "PENDING"
    message: str = ""
    completed: int | None = None
    pieces: Iterator[tuple[str, bytes]] | None = None

    def shape(self) -> Shape:
        status = {"code": self.status, **({"message": self.message} if self.message else {})}
        shape: Shape = {
            "taskId": self.id,
            "logGroupName": self.group,
            "from": self.start,
            "to": self.end,
            "destination": self.bucket,
            "destinationPrefix": self.prefix,
            "status": status,
            "executionInfo": {"creationTime": self.created},
        }
        if self.name:
            shape["taskName"] = self.name
        if self.completed is not None:
            shape["executionInfo"]["completionTime"] = self.completed
        return shape


@dataclass
class Exports:
    """Every method is called with the API's lock held."""

    buckets: Buckets
    pending_seconds: float = PENDING_SECONDS
    tasks: dict[str, Task] = field(default_factory=dict)

    def create(self, store: LogStore, asked: Parameters, place: Place) -> Shape:
        """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateExportTask.html"""
        group = group_named(store, str(asked["logGroupName"]))
        if group.log_class != "STANDARD":
            raise invalid("Only log groups of the Standard class can be exported.")
        start, end = int(asked["from"]), int(asked["to"])
        if start >= end:
            raise invalid("The from time must be before the to time.")
        bucket = str(asked["destination"])
        if not self.buckets.exists(bucket):
            raise invalid("The given bucket does not exist. Please make sure the bucket exists.")
        if any(task.status in ACTIVE for task in self.tasks.values()):
            raise Refusal("LimitExceededException", "Resource limit exceeded.")
        prefix = str(asked.get("destinationPrefix") or PREFIX)
        task = Task(
            str(uuid.uuid4()), str(asked.get("taskName") or ""), group.name, start, end, bucket,
            prefix, place.now, str(asked.get("logStreamNamePrefix") or ""),
        )  # fmt: skip
        # AWS tries whether it may write before it takes the task.
        self.buckets.put(bucket, f"{prefix}/aws-logs-write-test", b"Permission Check Successful")
        self.tasks[task.id] = task
        for oldest in list(self.tasks)[:-MOST_TASKS]:
            del self.tasks[oldest]
        return {"taskId": task.id}

    def describe(self, _store: LogStore, asked: Parameters, _place: Place) -> Shape:
        one, status = asked.get("taskId"), asked.get("statusCode")
        if one and one not in self.tasks:
            raise not_found("export task")
        rows = [
            task.shape()
            for task in reversed(self.tasks.values())
            if one in (None, task.id) and status in (None, task.status)
        ]
        return paged(rows, "exportTasks", asked)

    def cancel(self, _store: LogStore, asked: Parameters, place: Place) -> Shape:
        """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CancelExportTask.html"""
        task = self.tasks.get(str(asked["taskId"]))
        if task is None:
            raise not_found("export task")
        if task.status not in ACTIVE:
            message = "The specified export task has already finished"
            raise Refusal("InvalidOperationException", message)
        task.status, task.message, task.completed = "CANCELLED", "", place.now
        return {}

    def tick(self, store: LogStore, place: Place) -> None:
        """Take the active task one step further."""
        for task in self.tasks.values():
            if task.status == "PENDING" and place.now - task.created >= 1000 * self.pending_seconds:
                task.status = "RUNNING"
            elif task.status == "RUNNING":
                self._step(store, task, place)

    def _step(self, store: LogStore, task: Task, place: Place) -> None:
        group = store.groups.get(task.group)
        if group is None or not self.buckets.exists(task.bucket):
            task.status, task.message = "FAILED", "The log group or the bucket is gone."
            task.completed = place.now
            return
        if task.pieces is None:
            task.pieces = _pieces(group, task, place)
        piece = next(task.pieces, None)
        if piece is not None:
            self.buckets.put(task.bucket, *piece)
            return
        task.status, task.message = "COMPLETED", "Completed successfully"
        task.completed = place.now


def _pieces(group: Group, task: Task, place: Place) -> Iterator[tuple[str, bytes]]:
    """Make the objects one after the other: a folder for each stream that has events."""
    oldest = max(task.start, group.oldest_kept(place.now))
    for name in sorted(group.streams):
        if name not in group.streams or not name.startswith(task.stream_prefix):
            continue
        events = group.streams[name].events
        found = events[before(events, (oldest, 0)) : before(events, (task.end + 1, 0))]
        folder = f"{task.prefix}/{task.id}/{name.replace('/', '-')}"
        for number, at in enumerate(range(0, len(found), EVENTS_PER_OBJECT)):
            lines = [
                f"{_stamp(event.timestamp)} {event.message}\n"
                for event in found[at : at + EVENTS_PER_OBJECT]
            ]
            content = gzip.compress("".join(lines).encode(), compresslevel=1, mtime=0)
            yield f"{folder}/{number:06d}.gz", content


def _stamp(millis: int) -> str:
    at = datetime.fromtimestamp(millis // 1000, UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{millis % 1000:03d}Z"
