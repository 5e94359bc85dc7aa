"""A scene in, the cache it means and a connection to its primary out; keys that faults leave there.

Everything is done through Valkey's own commands, as any client of the cache could do it.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import redis

from steadyhand.lab.cache.model import Group
from steadyhand.lab.faults.fault import BadParameter, Scene

PATIENCE = 10.0
SCAN = 1000
POLICY = "maxmemory-policy"


def group_of(scene: Scene) -> Group:
    """The system's cache, as ElastiCache has it. Raises BadParameter."""
    cache = scene.live.parts.cache
    groups = scene.lab.caches.kept.groups
    if cache is None or cache.name not in groups:
        raise BadParameter(f"{scene.live.parts.name} has no cache")
    return groups[cache.name]


@contextmanager
def connection(scene: Scene, patience: float | None = PATIENCE) -> Iterator[Any]:
    """A client of the cache's endpoint. Raises BadParameter where the cache does not answer."""
    host, port = group_of(scene).endpoint
    client = redis.Redis(host, port, socket_timeout=patience, socket_connect_timeout=PATIENCE)
    try:
        yield client
    except (redis.ConnectionError, redis.TimeoutError) as error:
        raise BadParameter(f"the cache does not answer: {error}") from None
    finally:
        client.close()


@contextmanager
def undoing(scene: Scene, patience: float | None = PATIENCE) -> Iterator[Any]:
    """The same, for the way back: a cache that does not answer holds nothing to undo."""
    with suppress(BadParameter), connection(scene, patience) as client:
        yield client


def remove(client: Any, prefix: str) -> int:
    """Take every key that begins so away; how many there were."""
    count = 0
    for keys in _some(client.scan_iter(match=f"{prefix}*", count=SCAN)):
        count += client.unlink(*keys)
    return count


def _some(keys: Iterator[bytes]) -> Iterator[list[bytes]]:
    some: list[bytes] = []
    for key in keys:
        some.append(key)
        if len(some) == SCAN:
            yield some
            some = []
    if some:
        yield some


def limit_of(client: Any) -> int:
    """How many bytes the cache may hold. Raises BadParameter where there is no limit."""
    limit = int(client.info("memory")["maxmemory"])
    if not limit:
        raise BadParameter("the cache has no memory limit")
    return limit


def set_policy(client: Any, policy: str) -> str:
    """Set what happens when memory is full; what it was."""
    before = str(client.config_get(POLICY)[POLICY])
    client.config_set(POLICY, policy)
    return before
