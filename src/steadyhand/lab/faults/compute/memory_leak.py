"""A task keeps more memory from second to second, until it is killed for it."""

from typing import Any

from steadyhand.lab.cloud import resources
from steadyhand.lab.faults.compute.inside import bring_in, send_out
from steadyhand.lab.faults.compute.tasks import SERVICE
from steadyhand.lab.faults.fault import Fault, Scene, number

FULL = 900.0  # seconds until the task's memory is used up, before they are divided by the factor
SHORTEST = 6.0


def inject(scene: Scene) -> dict[str, Any]:
    """Leak in one task at a time: when it has been killed, another one begins."""
    with scene.lab.lock:
        definition = scene.running.service.primary.task_definition
        memory = int(resources.container(scene.lab.moto, definition)["memory"])
    seconds = scene.lab.durations.shortened(FULL, SHORTEST)
    rate = number(scene.given, "rate", memory / seconds)
    tasks = int(number(scene.given, "tasks", 1))
    bring_in(scene, "leak", rate, tasks)
    return {"rate": rate, "tasks": tasks}


def clear(scene: Scene) -> None:
    """End the leak. What it kept is given back, as when the task is replaced."""
    send_out(scene, "leak")


MEMORY_LEAK = Fault(
    name="memory-leak",
    summary="A task's resident size grows steadily until the task is killed; then another's does.",
    notice=(
        "MemoryUtilization's Maximum climbs in a straight line to 100 while its Average lags; then "
        "a task stops with exit code 137 and OutOfMemoryError, one at a time. No deployment."
    ),
    inject=inject,
    clear=clear,
    parameters={
        **SERVICE,
        "rate": "MiB a second (the task's memory in 900 s, divided by the factor)",
        "tasks": "how many tasks leak at a time (1)",
    },
)
