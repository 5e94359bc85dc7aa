"""A job writes more than the cache holds, under a policy that evicts: others' keys go for it."""

from typing import Any

from steadyhand.lab.faults.cache.place import connection, limit_of, remove, set_policy, undoing
from steadyhand.lab.faults.fault import Fault, Scene, number, text
from steadyhand.lab.faults.repeating import Repeating

PREFIX = "import:row:"
SIZE = 16 * 1024
ROW = b"\0" * SIZE
TOGETHER = 50
LIFETIME = 600  # seconds: under a volatile policy only what has a lifetime is evicted
PAUSE = 0.1
RATE = 4.0  # MiB a second


def inject(scene: Scene) -> dict[str, Any]:
    """Fill the cache at once, and go on writing."""
    rate = number(scene.given, "rate", RATE) or RATE
    policy = text(scene.given, "policy", "allkeys-lru")
    with connection(scene) as client:
        limit = limit_of(client)
        scene.kept["policy"] = set_policy(client, policy)
        scene.kept["written"] = 0
        write(scene, client, 3 * limit // (2 * SIZE))
    each = max(1, round(rate * 2**20 * PAUSE / SIZE))

    def more() -> None:
        with connection(scene) as client:
            write(scene, client, each)

    scene.kept["job"] = job = Repeating(more, PAUSE, scene.lab.ending)
    job.start()
    return {"policy": policy, "rate": rate, "maxmemory": limit}


def write(scene: Scene, client: Any, count: int) -> None:
    """Write so many rows, some at a time: what waits to be sent takes memory of ours."""
    left = count
    while left > 0:
        first, some = scene.kept["written"], min(left, TOGETHER)
        pipeline = client.pipeline(transaction=False)
        for row in range(first, first + some):
            pipeline.set(f"{PREFIX}{row}", ROW, ex=LIFETIME)
        pipeline.execute()
        scene.kept["written"] = first + some
        left -= some


def clear(scene: Scene) -> None:
    """End the job, take away what is left of its keys, and put the policy back."""
    scene.kept["job"].stop()
    with undoing(scene) as client:
        remove(client, PREFIX)
        set_policy(client, scene.kept["policy"])


REDIS_EVICTING = Fault(
    name="redis-evicting",
    summary="A job goes on writing more than the cache holds; keys of others are evicted for it.",
    notice=(
        "redis-cli INFO stats: evicted_keys grows; AWS/ElastiCache Evictions is above 0 and "
        "DatabaseMemoryUsagePercentage near 100; keyspace_misses grows faster than before."
    ),
    inject=inject,
    clear=clear,
    parameters={
        "rate": f"MiB that the job writes a second ({RATE:g})",
        "policy": "the maxmemory-policy meanwhile (allkeys-lru)",
    },
)
