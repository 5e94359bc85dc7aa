"""Every task of a service is gone, and none takes its place: somebody has set it to zero."""

import signal
from dataclasses import replace
from typing import Any

from steadyhand.lab.faults.compute.tasks import SERVICE, running_tasks, send
from steadyhand.lab.faults.fault import Fault, Scene


def inject(scene: Scene) -> dict[str, Any]:
    """Want no task any more, and kill those that run."""
    with scene.lab.lock:
        running = scene.running
        scene.kept["desired"] = running.service.desired
        running.service = replace(running.service, desired=0)
        return {"killed": send(running_tasks(scene), signal.SIGKILL)}


def clear(scene: Scene) -> None:
    """Want as many as before, unless somebody wants some already."""
    with scene.lab.lock:
        service = scene.running.service
        if service.desired == 0:
            scene.running.service = replace(service, desired=scene.kept["desired"])


SERVICE_DOWN = Fault(
    name="service-down",
    summary="Every task of a service is killed and none is started: its desired count is zero.",
    notice=(
        "describe-services shows desiredCount 0 and runningCount 0, list-tasks nothing; the target "
        "group has no target; every request is answered 503."
    ),
    inject=inject,
    clear=clear,
    parameters=SERVICE,
)
