"""A release is rolled out that passes its health check and fails its users."""

from typing import Any

from steadyhand.lab.cloud import resources
from steadyhand.lab.faults.fault import Fault, Scene


def inject(scene: Scene) -> dict[str, Any]:
    """Register the next revision with the build that was released too early, and deploy it."""
    lab, live = scene.lab, scene.live
    with lab.lock:
        running = scene.running
        family = live.family(running.service.primary.task_definition.split("/")[1].split(":")[0])
        last = max(lab.moto.ecs.task_definitions[family.name])
        definition = resources.register(lab.moto, family, last + 1, live.values, live.parts.bad_tag)
        scene.kept["before"] = running.service.primary.task_definition
        made = lab.fleet.deploy(running, definition, "fault")
    return {"taskDefinition": definition, "deployment": made.id}


def clear(scene: Scene) -> None:
    """Put back the revision that ran before, unless somebody has mended it already."""
    lab = scene.lab
    with lab.lock:
        current = scene.running.service.primary.task_definition
        image = resources.container(lab.moto, current)["image"]
        if image.endswith(f":{scene.live.parts.bad_tag}"):
            lab.fleet.deploy(scene.running, scene.kept["before"], "fault")


BAD_DEPLOYMENT = Fault(
    name="bad-deployment",
    summary="A new revision is rolled out whose queries name a column no migration has added.",
    notice=(
        "Health checks stay green; most requests answer 500; HTTPCode_Target_5XX_Count rises; the "
        "log has ERROR lines with UndefinedColumn; describe-services shows a new deployment."
    ),
    inject=inject,
    clear=clear,
)
