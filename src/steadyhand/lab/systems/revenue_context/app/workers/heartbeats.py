"""Workers say in Redis that they get on; whoever asks learns who does not.

A worker that ends takes its heartbeat away. One that vanished is reported until its last word is
too old to be kept; a service without any heartbeat is reported for as long.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

KEEP_SECONDS = 120
SERVICES = ("context-engine", "orchestration-engine")


def _key(service: str, worker: str) -> str:
    return f"worker:heartbeat:{service}:{worker}"


@dataclass(frozen=True)
class Heartbeat:
    """One worker's."""

    service: str
    worker: str
    age: float  # seconds since it last got on


def beat(redis: Any, service: str, worker: str) -> None:
    redis.set(_key(service, worker), repr(time.time()), ex=KEEP_SECONDS)


def stop(redis: Any, service: str, worker: str) -> None:
    redis.delete(_key(service, worker))


def heartbeats(redis: Any) -> list[Heartbeat]:
    found = []
    for key in redis.scan_iter("worker:heartbeat:*", count=500):
        said = redis.get(key)
        if said is not None:
            _, _, service, worker = key.split(":", 3)
            found.append(Heartbeat(service, worker, max(0.0, time.time() - float(said))))
    return sorted(found, key=lambda one: (one.service, one.worker))


def complaints(found: Sequence[Heartbeat], stale: float) -> list[str]:
    """Say what is wrong with the workers; nothing, where all is well."""
    said = [
        f"{one.service}: the heartbeat of {one.worker} is {one.age:.0f} s old"
        for one in found
        if one.age > stale
    ]
    there = {one.service for one in found}
    return said + [f"{service}: no worker" for service in SERVICES if service not in there]
