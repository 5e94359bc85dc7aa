"""A revision is rolled out that takes its buckets to be in another region."""

from dataclasses import replace
from typing import Any

from steadyhand.lab.account import REGION
from steadyhand.lab.cloud import resources
from steadyhand.lab.ecs.fleet import family_of
from steadyhand.lab.faults.fault import BadParameter, Fault, Scene, text

ELSEWHERE = "eu-west-1"


def inject(scene: Scene) -> dict[str, Any]:
    """Register the next revision with the other region in its variables, and deploy it."""
    lab, live = scene.lab, scene.live
    region = text(scene.given, "region", ELSEWHERE)
    with lab.lock:
        running = scene.running
        before = running.service.primary.task_definition
        family = live.family(family_of(before))
        known = family.environment.items()
        wrong = {
            name: region for name, text in known if resources.fill(text, live.values) == REGION
        }
        if not wrong:
            raise BadParameter(f"{running.service.name} does not read its region from a variable")
        tag = resources.container(lab.moto, before)["image"].rpartition(":")[2]
        changed = replace(family, environment={**family.environment, **wrong})
        last = max(lab.moto.ecs.task_definitions[family.name])
        definition = resources.register(lab.moto, changed, last + 1, live.values, tag)
        scene.kept.update(before=before, definition=definition)
        made = lab.fleet.deploy(running, definition, "fault")
    return {"taskDefinition": definition, "deployment": made.id, "variables": sorted(wrong)}


def clear(scene: Scene) -> None:
    """Deploy what ran before, unless somebody has mended it already."""
    with scene.lab.lock:
        if scene.running.service.primary.task_definition == scene.kept["definition"]:
            scene.lab.fleet.deploy(scene.running, scene.kept["before"], "fault")


S3_WRONG_REGION = Fault(
    name="s3-wrong-region",
    summary="A new revision signs its requests to S3 for a region in which its bucket is not.",
    notice=(
        "What the application does with S3 fails: its log has ERROR lines with S3 and status 400, "
        "and its links are answered AuthorizationQueryParametersError, which names both regions; "
        "aws s3 ls works; describe-services shows a new deployment."
    ),
    inject=inject,
    clear=clear,
    parameters={
        "service": "the ECS service (the system's first)",
        "region": f"the region that it is signed for ({ELSEWHERE})",
    },
)
