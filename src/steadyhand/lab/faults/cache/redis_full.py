"""Keys that never expire fill the cache, and nothing may be evicted: it refuses what is new."""

from typing import Any

import redis

from steadyhand.lab.faults.cache.place import connection, limit_of, remove, set_policy, undoing
from steadyhand.lab.faults.fault import Fault, Scene, text

PREFIX = "export:session:"
STEP = 256 * 1024
OVER = 1024 * 1024  # so that a client that leaves makes no room


def inject(scene: Scene) -> dict[str, Any]:
    """Set the policy, and write until a write is refused."""
    policy = text(scene.given, "policy", "noeviction")
    with connection(scene) as client:
        limit = limit_of(client)
        scene.kept["policy"] = set_policy(client, policy)
        count = fill(client, limit)
    return {"policy": policy, "keys": count, "maxmemory": limit}


def fill(client: Any, limit: int) -> int:
    """Write values without a lifetime until the next would not fit, and then one that does not.

    Each is zeros up to one byte, so that the command itself is short: its buffer counts too.
    """
    count = 0
    for _ in range(2 * limit // STEP):  # what is evicted meanwhile makes room again
        room = limit - int(client.info("memory")["used_memory"])
        size = STEP if room > OVER else max(room, 0) + OVER
        try:
            client.setrange(f"{PREFIX}{count}", size - 1, b"x")
        except redis.ResponseError:  # OOM: the aim
            break
        count += 1
    return count


def clear(scene: Scene) -> None:
    """Take the keys away, and put the policy back."""
    with undoing(scene) as client:
        remove(client, PREFIX)
        set_policy(client, scene.kept["policy"])


REDIS_FULL = Fault(
    name="redis-full",
    summary="Keys without a lifetime fill the cache's memory, under a policy that evicts nothing.",
    notice=(
        "redis-cli INFO memory: used_memory is at maxmemory; writes end in OOM command not "
        "allowed; DatabaseMemoryUsagePercentage is at 100; whatever has to be written is not."
    ),
    inject=inject,
    clear=clear,
    parameters={"policy": "the maxmemory-policy meanwhile (noeviction)"},
)
