"""What there is to look at when causes are judged: which reads, and what they printed as facts.

Pure: gives argv, reads text. Whoever calls it does the reading.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from steadyhand.model.settings import ServiceName


@dataclass(frozen=True)
class Deployment:
    id: str
    task_definition: str  # "family:revision"
    began: datetime


@dataclass(frozen=True)
class Stopped:
    reason: str
    exit_code: int | None
    at: datetime | None


@dataclass(frozen=True)
class Evidence:
    """Facts read at `now` about the alarm's service. Times are UTC and aware."""

    now: datetime
    window: timedelta  # how far back something counts as near
    deployments: tuple[Deployment, ...] = ()  # newest first, without the service's very first
    running: int | None = None
    desired: int | None = None
    stopped: tuple[Stopped, ...] = ()
    errors: tuple[str, ...] = ()  # lines of the log group
    unread: tuple[str, ...] = ()  # what could not be looked at, and why


def reads(service: ServiceName, since: datetime) -> dict[str, tuple[str, ...]]:
    """Name the reads; `tasks` needs the ids that `stopped` printed and is asked with `tasks_of`."""
    ecs = ("aws", "ecs")
    found: dict[str, tuple[str, ...]] = {
        "service": (
            *ecs, "describe-services", "--cluster", service.cluster, "--services", service.name,
            "--output", "json",
        ),
        "stopped": (
            *ecs, "list-tasks", "--cluster", service.cluster, "--service-name", service.name,
            "--desired-status", "STOPPED", "--output", "json",
        ),
    }  # fmt: skip
    if service.log_group:
        start = str(int(since.timestamp() * 1000))
        found["errors"] = (
            "aws", "logs", "filter-log-events", "--log-group-name", service.log_group,
            "--filter-pattern", "ERROR", "--start-time", start, "--max-items", "200",
            "--output", "json",
        )  # fmt: skip
    return found


def tasks_of(service: ServiceName, stopped: str) -> tuple[str, ...] | None:
    """Name the read for the tasks that `stopped` lists; None where it lists none."""
    arns = _json(stopped).get("taskArns", [])
    if not arns:
        return None
    return (
        "aws", "ecs", "describe-tasks", "--cluster", service.cluster, "--tasks",
        *[str(arn) for arn in arns[:100]], "--output", "json",
    )  # fmt: skip


def evidence(now: datetime, window: timedelta, printed: Mapping[str, str],
             unread: tuple[str, ...] = ()) -> Evidence:  # fmt: skip
    """Read facts out of what the reads printed, by the names that `reads` gave them."""
    service: dict[str, Any] = next(iter(_json(printed.get("service", "")).get("services", [])), {})
    created = _time(service.get("createdAt"))
    deployments = [
        Deployment(
            str(one.get("id", "")), str(one.get("taskDefinition", "")).rpartition("/")[2], began
        )
        for one in service.get("deployments", [])
        if (began := _time(one.get("createdAt"))) is not None
        # The one that the service was created with changed nothing.
        and (created is None or began - created > timedelta(seconds=2))
    ]
    return Evidence(
        now,
        window,
        deployments=tuple(sorted(deployments, key=lambda d: d.began, reverse=True)),
        running=service.get("runningCount"),
        desired=service.get("desiredCount"),
        stopped=tuple(_stopped(task) for task in _json(printed.get("tasks", "")).get("tasks", [])),
        errors=tuple(
            str(event.get("message", ""))
            for event in _json(printed.get("errors", "")).get("events", [])
        ),
        unread=unread,
    )


def _stopped(task: Mapping[str, Any]) -> Stopped:
    container: Mapping[str, Any] = next(iter(task.get("containers", [])), {})
    said = [str(container.get("reason", "")), str(task.get("stoppedReason", ""))]
    reason = "; ".join(text for text in said if text)
    return Stopped(reason, container.get("exitCode"), _time(task.get("stoppedAt")))


def _json(text: str) -> dict[str, Any]:
    try:
        said = json.loads(text or "{}")
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _time(value: object) -> datetime | None:
    """Read a time as the AWS CLI prints it: seconds, or ISO 8601."""
    if isinstance(value, int | float):
        return datetime.fromtimestamp(value, UTC)
    if isinstance(value, str):
        try:
            read = datetime.fromisoformat(value)
        except ValueError:
            return None
        return read if read.tzinfo else read.replace(tzinfo=UTC)
    return None
