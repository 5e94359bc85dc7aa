"""Nodes in, CloudWatch's figures of them out. Counters become what happened since the last look.

https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/CacheMetrics.Redis.html
https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/CacheMetrics.HostLevel.html
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, NamedTuple

import psutil
import redis

from steadyhand.lab.cache.link import Silent
from steadyhand.lab.cache.model import NODE, Group, Node
from steadyhand.lab.cache.node_types import vcpus

NAMESPACE = "AWS/ElastiCache"

# name of the metric → name of the server's counter
COUNTED = {
    "CacheHits": "keyspace_hits",
    "CacheMisses": "keyspace_misses",
    "Evictions": "evicted_keys",
    "Reclaimed": "expired_keys",
    "NewConnections": "total_connections_received",
}


Figures = dict[str, tuple[float, str]]  # name → value and unit


class Sample(NamedTuple):
    name: str
    dimensions: dict[str, str]
    value: float
    unit: str


class Load(NamedTuple):
    pid: int
    at: float
    seconds: float  # of processor time, since the process began


class Measuring:
    """Keeps the counters of the last look: a node's first look gives no counts."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._last: dict[str, dict[str, float]] = {}
        self._busy: dict[str, Load] = {}

    def samples(self, group: Group) -> Iterator[Sample]:
        for node in group.nodes:
            for name, (value, unit) in self._figures(node, vcpus(group.node_type)).items():
                # Each figure is published for the cluster and for its node.
                for of in ({}, {"CacheNodeId": NODE}):
                    yield Sample(name, {"CacheClusterId": node.id, **of}, value, unit)

    def _figures(self, node: Node, processors: int) -> Figures:
        if node.link is None or node.process is None or not node.lives():
            self._last.pop(node.id, None)
            self._busy.pop(node.id, None)
            return {}
        figures: Figures = {}
        with suppress(Silent, redis.ResponseError, psutil.Error, KeyError):
            # The host tells of a server that is too busy to tell of itself.
            figures |= self._load(node, processors)
            info = node.link.info()
            figures |= {**_levels(info), **self._counts(node, info)}
        return figures

    def _load(self, node: Node, processors: int) -> Figures:
        assert node.process is not None
        used = psutil.Process(node.process.pid).cpu_times()
        now = Load(node.process.pid, self._clock(), used.user + used.system)
        before = self._busy.get(node.id)
        self._busy[node.id] = now
        if before is None or before.pid != now.pid or now.at <= before.at:
            return {}
        busy = min(100.0, 100 * (now.seconds - before.seconds) / (now.at - before.at))
        return {
            "EngineCPUUtilization": (busy, "Percent"),
            # The engine has one of the node's processors for itself.
            "CPUUtilization": (busy / processors, "Percent"),
        }

    def _counts(self, node: Node, info: dict[str, Any]) -> Figures:
        assert node.process is not None
        seen = {name: float(info[counter]) for name, counter in COUNTED.items()}
        seen["pid"] = node.process.pid
        before = self._last.get(node.id)
        self._last[node.id] = seen
        if before is None or before["pid"] != seen["pid"]:
            return {}
        counts = {name: max(0.0, seen[name] - before[name]) for name in COUNTED}
        figures = {name: (value, "Count") for name, value in counts.items()}
        reads = counts["CacheHits"] + counts["CacheMisses"]
        if reads:
            figures["CacheHitRate"] = (100 * counts["CacheHits"] / reads, "Percent")
        return figures


def _levels(info: dict[str, Any]) -> Figures:
    used, limit = float(info["used_memory"]), float(info["maxmemory"])
    is_master = info["role"] == "master"
    replicas = int(info.get("connected_slaves", 0))
    levels = {
        "BytesUsedForCache": (used, "Bytes"),
        # Excluding the connections of replicas, as AWS does; the lab's own one is counted, and
        # so are ElastiCache's.
        "CurrConnections": (max(0.0, float(info["connected_clients"]) - replicas), "Count"),
        "CurrItems": (float(_keys(info)), "Count"),
        "IsMaster": (float(is_master), "Count"),
    }
    if limit:
        levels["DatabaseMemoryUsagePercentage"] = (100 * used / limit, "Percent")
        levels["FreeableMemory"] = (max(0.0, limit - used), "Bytes")
    if not is_master:
        levels["ReplicationLag"] = (max(0.0, float(info["master_last_io_seconds_ago"])), "Seconds")
    return levels


def _keys(info: dict[str, Any]) -> int:
    databases = (value for name, value in info.items() if name.startswith("db"))
    return sum(int(held["keys"]) for held in databases if isinstance(held, dict))
