"""A job empties the cache again and again: every read misses, and the database does the work."""

from contextlib import suppress
from typing import Any

import redis

from steadyhand.lab.faults.cache.place import SCAN, connection, undoing
from steadyhand.lab.faults.fault import Fault, Scene, number
from steadyhand.lab.faults.repeating import Repeating

EVERY = 0.5
MOST = 20_000  # keys that are kept for the way back


def inject(scene: Scene) -> dict[str, Any]:
    """Note what is there, and begin to flush."""
    every = number(scene.given, "every", EVERY) or EVERY
    with connection(scene) as client:
        kept = scene.kept["keys"] = held(client)
        client.flushall()

    def flush() -> None:
        with connection(scene) as client:
            client.flushall()

    scene.kept["job"] = job = Repeating(flush, every, scene.lab.ending)
    job.start()
    return {"keys": len(kept), "every": every}


def held(client: Any) -> list[tuple[bytes, int, bytes]]:
    """Every key with the milliseconds it has to live (0: for ever) and its value, as a dump."""
    found = []
    for key in client.scan_iter(count=SCAN):
        pipeline = client.pipeline(transaction=False)
        pipeline.pttl(key)
        pipeline.dump(key)
        left, dump = pipeline.execute()
        if dump is not None:
            found.append((key, max(0, left), dump))
        if len(found) == MOST:
            break
    return found


def clear(scene: Scene) -> None:
    """End the job, and put back what nobody has written again."""
    scene.kept["job"].stop()
    with undoing(scene) as client:
        for key, left, dump in scene.kept["keys"]:
            with suppress(redis.ResponseError):  # BUSYKEY: it is there again, and newer
                client.restore(key, left, dump)


REDIS_COLD = Fault(
    name="redis-cold",
    summary="The cache is flushed twice a second: it never has what is asked of it.",
    notice=(
        "redis-cli INFO stats: keyspace_misses grows and keyspace_hits does not; CacheHitRate "
        "falls; INFO commandstats counts flushall; the database has more to do."
    ),
    inject=inject,
    clear=clear,
    parameters={"every": f"seconds between two flushes ({EVERY:g})"},
)
