"""A revision is rolled out whose image nobody has pushed: the service cannot reach steady state."""

from typing import Any

from steadyhand.lab.cloud import resources
from steadyhand.lab.ecs.fleet import family_of
from steadyhand.lab.faults.compute.tasks import SERVICE
from steadyhand.lab.faults.fault import Fault, Scene

MISSING_TAG = "0.0.1"  # of no release line that a registry here has


def inject(scene: Scene) -> dict[str, Any]:
    """Register the next revision with that image, and deploy it."""
    lab, live = scene.lab, scene.live
    with lab.lock:
        running = scene.running
        before = running.service.primary.task_definition
        family = live.family(family_of(before))
        last = max(lab.moto.ecs.task_definitions[family.name])
        definition = resources.register(lab.moto, family, last + 1, live.values, MISSING_TAG)
        scene.kept.update(before=before, definition=definition)
        made = lab.fleet.deploy(running, definition, "fault")
    return {"taskDefinition": definition, "deployment": made.id}


def clear(scene: Scene) -> None:
    """Deploy what ran before, unless somebody has mended it already."""
    with scene.lab.lock:
        if scene.running.service.primary.task_definition == scene.kept["definition"]:
            scene.lab.fleet.deploy(scene.running, scene.kept["before"], "fault")


ECS_UPDATE_FAILURE = Fault(
    name="ecs-update-failure",
    summary="A revision is rolled out whose image is not in the registry.",
    notice=(
        "describe-services shows two deployments, the new one with failedTasks and then FAILED; "
        "its events say CannotPullContainerError; the old tasks go on serving."
    ),
    inject=inject,
    clear=clear,
    parameters=SERVICE,
)
