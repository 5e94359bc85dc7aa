"""Something in each task computes without end, up to the task's processor limit."""

from typing import Any

from steadyhand.lab.cloud import resources
from steadyhand.lab.faults.compute.inside import bring_in, send_out
from steadyhand.lab.faults.compute.tasks import SERVICE
from steadyhand.lab.faults.fault import Fault, Scene, number

SHARE = 95.0  # percent of what the task may have
UNITS = 1024  # CPU units of one core


def inject(scene: Scene) -> dict[str, Any]:
    """Run a busy loop in every task of the service."""
    share = number(scene.given, "share", SHARE)
    with scene.lab.lock:
        definition = scene.running.service.primary.task_definition
        cpu = int(resources.container(scene.lab.moto, definition)["cpu"])
    cores = cpu / UNITS * share / 100
    bring_in(scene, "burn", cores)
    return {"share": share, "cores": cores}


def clear(scene: Scene) -> None:
    send_out(scene, "burn")


CPU_SATURATION = Fault(
    name="cpu-saturation",
    summary="A busy loop in each task takes nearly all of the processor time the task may have.",
    notice=(
        "CPUUtilization of the service (by cluster and service name) goes to its limit, Average "
        "and Maximum alike, while the number of requests has not changed."
    ),
    inject=inject,
    clear=clear,
    parameters={**SERVICE, "share": f"percent of each task's processor limit ({SHARE:g})"},
)
