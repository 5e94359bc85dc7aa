"""A room of caches on the real server, and a way to let its time pass."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from steadyhand.lab.cache.api import ElastiCache
from steadyhand.lab.cache.model import Group, Status
from steadyhand.lab.cache.room import Caches, Wanted
from steadyhand.lab.durations import Durations
from steadyhand.lab.loopback import Addresses
from steadyhand.lab.processes import Processes

MADE: list[redis.Redis] = []


def client(address: tuple[str, int]) -> redis.Redis:
    once = Retry(NoBackoff(), 0)
    made = redis.Redis(*address, decode_responses=True, socket_timeout=5, retry=once)
    MADE.append(made)
    return made


def at_end() -> None:
    while MADE:
        MADE.pop().close()


def until(room: Caches, holds: Callable[[], bool], seconds: float = 15) -> None:
    """Tick until something holds."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        room.tick()
        time.sleep(0.01)


def settle(room: Caches, group: Group) -> None:
    """Tick until the group and all of its nodes are available."""

    def settled() -> bool:
        states = {group.status, *(node.status for node in group.nodes)}
        return states == {Status.AVAILABLE} and all(node.answers() for node in group.nodes)

    until(room, settled)


def fill(at: redis.Redis, count: int, size: int = 1000, prefix: str = "key") -> None:
    pipeline = at.pipeline(transaction=False)
    for number in range(count):
        pipeline.set(f"{prefix}:{number}", "x" * size, ex=3600)
    pipeline.execute(raise_on_error=False)


def a_room(folder: Path) -> Caches:
    processes = Processes(folder / "processes.json")
    return Caches(processes, Addresses(), Durations(10_000), folder / "cache")


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Caches]:
    made = a_room(tmp_path)
    yield made
    made.stop()
    made.processes.kill_all()
    at_end()


@pytest.fixture
def api(room: Caches) -> ElastiCache:
    return ElastiCache(room)


@pytest.fixture
def pair(room: Caches) -> Group:
    """A primary and a replica that has caught up."""
    group = room.bring_up(Wanted("plans", max_memory=8, replicas=1))
    until(room, lambda: room.servers.is_copy(group.nodes[1]))
    return group


@pytest.fixture
def single(room: Caches) -> Group:
    return room.bring_up(Wanted("limits", max_memory=8, alone=True))
