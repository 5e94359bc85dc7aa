"""Plans in, plans out of Redis, under `plan:*` with a lifetime each. Without Redis it only misses.

Knows no database. A cache that does not answer is left alone for a moment, so that requests do not
each wait for it.
"""

import json
import time
from collections.abc import Iterable, Mapping
from typing import Any

import redis

from steadyhand.lab.systems.arbor.app.logs import say

TARIFFS = "tariffs"
LIFETIMES = {"tariffs": 3600, "tariff": 3600, "recommendation": 900}  # seconds
PAUSE = 1.0


def recommendation(customer: str) -> str:
    return f"recommendation:{customer}"


def tariff(identity: int) -> str:
    return f"tariff:{identity}"


def lifetime(key: str) -> int:
    """How long a key lives; by its kind."""
    return LIFETIMES[key.partition(":")[0]]


class PlanCache:
    """What one release line keeps: another may not understand it, so the line is in the key.

    `hits` and `misses` count this process's reads; one that Redis did not answer is a miss.
    """

    def __init__(self, client: redis.Redis, line: str) -> None:
        self._client = client
        self._prefix = f"plan:{line}:"
        self._away_until = 0.0
        self.hits = 0
        self.misses = 0

    def get(self, key: str) -> Any:
        """Give what is kept under a key; None when there is nothing, or no Redis."""
        kept = None
        if time.monotonic() >= self._away_until:
            try:
                kept = self._client.get(self._prefix + key)
            except redis.RedisError as error:
                self._left_alone(error)
        if kept is None:
            self.misses += 1
            return None
        self.hits += 1
        return json.loads(kept)

    def put(self, key: str, value: Any) -> None:
        """Keep a value; without Redis it is not kept."""
        if time.monotonic() >= self._away_until:
            try:
                self._client.set(self._prefix + key, json.dumps(value), ex=lifetime(key))
            except redis.RedisError as error:
                self._left_alone(error)

    def forget(self, key: str) -> None:
        """Take a key out, so that nobody gets what is no longer true."""
        try:
            self._client.delete(self._prefix + key)
        except redis.RedisError as error:
            self._left_alone(error)

    def put_all(self, values: Mapping[str, Any]) -> None:
        """Keep many at once. Raises redis.RedisError: whoever warms wants to know."""
        pipeline = self._client.pipeline(transaction=False)
        for key, value in values.items():
            pipeline.set(self._prefix + key, json.dumps(value), ex=lifetime(key))
        pipeline.execute()

    def answers(self) -> bool:
        try:
            return bool(self._client.ping())
        except redis.RedisError:
            return False

    def figures(self) -> dict[str, Any]:
        """What the whole cache has seen, all tasks together. Raises redis.RedisError."""
        stats = self._client.info("stats")
        memory = self._client.info("memory")
        hits, misses = int(stats["keyspace_hits"]), int(stats["keyspace_misses"])
        return {
            "keys": _count(self._client.scan_iter(match="plan:*", count=500)),
            "keyspace_hits": hits,
            "keyspace_misses": misses,
            "hit_ratio": ratio(hits, misses),
            "evicted_keys": int(stats["evicted_keys"]),
            "used_memory": int(memory["used_memory"]),
            "maxmemory": int(memory["maxmemory"]),
        }

    def _left_alone(self, error: redis.RedisError) -> None:
        self._away_until = time.monotonic() + PAUSE
        say("WARNING", f"Redis unavailable: {type(error).__name__}: {error}", {})


def ratio(hits: int, misses: int) -> float:
    """The share of reads that found something; 0 before the first."""
    return round(hits / (hits + misses), 4) if hits + misses else 0.0


def _count(keys: Iterable[Any]) -> int:
    return sum(1 for _ in keys)
