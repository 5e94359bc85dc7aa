"""Somebody runs a command that takes seconds; the server does one at a time, so all others wait."""

import time
from typing import Any

from steadyhand.lab.faults.cache.place import connection, remove, undoing
from steadyhand.lab.faults.fault import Fault, Scene, number
from steadyhand.lab.faults.repeating import Repeating

PREFIX = "report:audience:"
SMALL, LARGE = f"{PREFIX}week", f"{PREFIX}all"
MEMBERS = 10_000
SECONDS, PAUSE = 2.0, 0.3
FIRST, MOST = 64, 200_000  # how often the large set stands in the command


def inject(scene: Scene) -> dict[str, Any]:
    """Make two sets, and find out how long it takes to intersect them: the rest is patience."""
    seconds = number(scene.given, "seconds", SECONDS) or SECONDS
    pause = number(scene.given, "pause", PAUSE)
    with connection(scene) as client:
        _fill(client)
        times, took = FIRST, _intersect(client, FIRST)
        # The first look is a guess; the second, of a tenth of the time, is near enough.
        times = min(MOST, max(FIRST, round(times * seconds / 10 / max(took, 1e-4))))
        took = _intersect(client, times)
        times = min(MOST, max(FIRST, round(times * seconds / max(took, 1e-4))))

    def block() -> None:
        with connection(scene, patience=None) as client:
            _fill(client)
            _intersect(client, times)

    scene.kept["job"] = job = Repeating(block, pause, scene.lab.ending)
    job.start()
    return {"command": "SINTERCARD", "sets": times + 1, "seconds": seconds}


def _fill(client: Any) -> None:
    """A cache that was emptied or restarted has no sets any more."""
    if not client.exists(LARGE):
        client.sadd(LARGE, *(f"member-{n}" for n in range(MEMBERS + 1)))
        client.sadd(SMALL, *(f"member-{n}" for n in range(MEMBERS)))


def _intersect(client: Any, times: int) -> float:
    """Ask for the size of an intersection: each member is looked up in each set named."""
    began = time.monotonic()
    client.execute_command("SINTERCARD", times + 1, SMALL, *([LARGE] * times))
    return time.monotonic() - began


def clear(scene: Scene) -> None:
    """Let the command that runs be the last, and take the sets away."""
    scene.kept["job"].stop()
    with undoing(scene, patience=None) as client:
        remove(client, PREFIX)


REDIS_SLOW = Fault(
    name="redis-slow",
    summary="A command over large sets blocks the cache for seconds, again and again.",
    notice=(
        "redis-cli waits seconds for a PING; SLOWLOG GET shows SINTERCARD; EngineCPUUtilization "
        "is near 100; applications log timeouts of Redis and answer more slowly."
    ),
    inject=inject,
    clear=clear,
    parameters={
        "seconds": f"how long each command blocks ({SECONDS:g})",
        "pause": f"seconds between two ({PAUSE:g})",
    },
)
