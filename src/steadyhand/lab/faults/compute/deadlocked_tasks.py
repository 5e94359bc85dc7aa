"""The tasks that run now hang: their processes are there, and do nothing any more."""

import signal
from typing import Any

from steadyhand.lab.faults.compute.tasks import SERVICE, running_tasks, send
from steadyhand.lab.faults.fault import Fault, Scene


def inject(scene: Scene) -> dict[str, Any]:
    """Stop the processes where they are. A task that is started later runs."""
    tasks = scene.kept["tasks"] = running_tasks(scene)
    return {"hanging": send(tasks, signal.SIGSTOP)}


def clear(scene: Scene) -> None:
    """Let those go on that are still there."""
    send(scene.kept["tasks"], signal.SIGCONT)


DEADLOCKED_TASKS = Fault(
    name="deadlocked-tasks",
    summary="The processes of all running tasks hang; tasks that are started later do not.",
    notice=(
        "Requests end in 504, then 503; describe-target-health says unhealthy with Target.Timeout; "
        "the service's events say that tasks are unhealthy and are being replaced."
    ),
    inject=inject,
    clear=clear,
    parameters=SERVICE,
)
