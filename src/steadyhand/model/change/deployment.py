"""Deployments of an ECS service: what describe-services prints, in; dated deployments, out."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct

# A deployment this near to its service's own beginning came with it: it changed nothing.
_TOGETHER = 2.0  # seconds


class DeploymentSeen(Struct, frozen=True):
    """A change of what a service runs. `old` and `new` are "family:revision", "" when unknown."""

    service: str
    old: str
    new: str
    at: datetime
    id: str


class ServiceSeen(Struct, frozen=True):
    """A service at one look. `deployments` leaves out the one that the service began with."""

    name: str
    running: int
    desired: int
    deployments: tuple[DeploymentSeen, ...]  # newest first
    messages: tuple[tuple[datetime, str], ...]  # the service's own events, newest first


def read_service(printed: str) -> ServiceSeen:
    """Read `aws ecs describe-services`. Raises ValueError where it holds no service."""
    try:
        service = json.loads(printed)["services"][0]
        return _service(service)
    except (KeyError, IndexError, TypeError, AttributeError) as error:
        raise ValueError(f"not an answer with one service: {error!r}") from None


def read_time(value: object) -> datetime | None:
    """Read a time as the AWS CLI prints it, seconds or ISO 8601; None for anything else."""
    if isinstance(value, int | float):
        return datetime.fromtimestamp(value, UTC)
    if not isinstance(value, str):
        return None
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _service(service: Mapping[str, Any]) -> ServiceSeen:
    name = str(service["serviceName"])
    created = read_time(service.get("createdAt"))
    messages = tuple(
        (at, str(event["message"]))
        for event in service.get("events", [])
        if (at := read_time(event.get("createdAt"))) is not None
    )
    listed = [
        (at, str(one["id"]), str(one["taskDefinition"]).rpartition("/")[2])
        for one in service.get("deployments", [])
        if (at := read_time(one.get("createdAt"))) is not None
    ]
    listed.sort(reverse=True)
    seen = []
    for place, (at, key, definition) in enumerate(listed):
        if created is not None and (at - created).total_seconds() <= _TOGETHER:
            continue
        before = listed[place + 1][2] if place + 1 < len(listed) else ""
        seen.append(DeploymentSeen(name, before, definition, at, key))
    known = {key for _, key, _ in listed}
    seen += _completed(name, messages, known, created)
    seen.sort(key=lambda one: one.at, reverse=True)
    return ServiceSeen(
        name, int(service["runningCount"]), int(service["desiredCount"]), tuple(seen), messages
    )


def _completed(
    name: str,
    messages: tuple[tuple[datetime, str], ...],
    known: set[str],
    created: datetime | None,
) -> list[DeploymentSeen]:
    """Name the deployments that only the service's events remember; the oldest is its beginning."""
    found: dict[str, datetime] = {}
    for at, message in messages:
        told = re.search(r"\(deployment (\S+?)\) deployment completed", message)
        if told:
            found[told[1]] = at
    if created is not None and found and len(messages) < _KEPT:
        del found[min(found, key=lambda key: found[key])]
    return [DeploymentSeen(name, "", "", at, key) for key, at in found.items() if key not in known]


_KEPT = 100  # events that ECS keeps of a service; with fewer, its first deployment is among them
