"""Tasks die again and again, each a short while after its start."""

import resource
import signal
import sys
from contextlib import suppress
from typing import Any

from steadyhand.lab.ecs.model import now
from steadyhand.lab.faults.compute.tasks import SERVICE, alive, running_tasks, send
from steadyhand.lab.faults.fault import Fault, Scene, number
from steadyhand.lab.faults.repeating import Repeating

LIVES = 30.0  # seconds, before they are divided by the factor
SHORTEST = 2.0  # in which a task comes up at all


def inject(scene: Scene) -> dict[str, Any]:
    """Have every task of the service run into a bad address soon after its start."""
    shortened = scene.lab.durations.shortened(LIVES, SHORTEST)
    seconds = number(scene.given, "seconds", shortened)

    def crash() -> None:
        tasks = running_tasks(scene)
        old = [t for t in tasks if t.started_at and (now() - t.started_at).seconds >= seconds]
        for _, pid in alive(old):
            _leave_no_core(pid)
        send(old, signal.SIGSEGV)

    crashing = scene.kept["crashing"] = Repeating(crash, 0.2, scene.lab.ending)
    crashing.start()
    return {"seconds": seconds}


def _leave_no_core(pid: int) -> None:
    """A crash is to leave no file in the folder that the task runs in."""
    if sys.platform == "linux":
        with suppress(OSError):
            resource.prlimit(pid, resource.RLIMIT_CORE, (0, 0))


def clear(scene: Scene) -> None:
    scene.kept["crashing"].stop()


TASKS_CRASH = Fault(
    name="tasks-crash",
    summary="The service's tasks crash again and again, each soon after its start.",
    notice=(
        "describe-services counts up and down and its events start one task after the other; "
        "stopped tasks have exit code 139; the load balancer answers 502 and 503. No deployment."
    ),
    inject=inject,
    clear=clear,
    parameters={**SERVICE, "seconds": "how long a task lives (30, divided by the factor)"},
)
