"""A worker hangs: its process is there, does nothing, and so says nothing either."""

import signal
from typing import Any

from steadyhand.lab.faults.compute.tasks import send
from steadyhand.lab.faults.fault import Fault, Scene, number
from steadyhand.lab.faults.messaging.workers import SERVICE, workers


def inject(scene: Scene) -> dict[str, Any]:
    """Stop some workers where they are. One that is started later runs."""
    count = int(number(scene.given, "count", 1)) or None
    tasks = scene.kept["tasks"] = workers(scene)[:count]
    return {"hanging": send(tasks, signal.SIGSTOP)}


def clear(scene: Scene) -> None:
    """Let those go on that are still there."""
    send(scene.kept["tasks"], signal.SIGCONT)


STALE_WORKER_HEARTBEAT = Fault(
    name="stale-worker-heartbeat",
    summary="The process of a worker hangs in the midst of its work.",
    notice=(
        "/health/workers answers 503 and names the worker whose heartbeat is old; ECS still counts "
        "it as running; kafka-consumer-groups.sh shows its partitions with others."
    ),
    inject=inject,
    clear=clear,
    parameters={"count": "how many workers hang (1; 0: all)", **SERVICE},
)
