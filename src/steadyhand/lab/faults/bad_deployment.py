"""A release is rolled out that passes its health check and fails its users."""

from collections.abc import Mapping
from typing import Any

from steadyhand.lab.faults.fault import Fault
from steadyhand.lab.lab import Lab


def inject(lab: Lab, _: Mapping[str, Any]) -> dict[str, Any]:
    """Register the next revision with the build that was released too early, and deploy it."""
    with lab.lock:
        known = lab.moto.ecs.task_definitions[lab.system.names.service]
        definition = lab.register(lab.system.bad_tag, max(known) + 1)
        made = lab.ecs_api.deploy(lab.running, definition, "fault")
    return {"taskDefinition": definition, "deployment": made.id}


def clear(lab: Lab) -> None:
    """Put the last good revision back, unless somebody has already."""
    good = lab.system.good_tag.partition("{")[0]
    with lab.lock:
        known = lab.moto.ecs.task_definitions[lab.system.names.service]
        current = lab.running.service.primary.task_definition
        images = {one.arn: one.container_definitions[0]["image"] for one in known.values()}
        if f":{lab.system.bad_tag}" in images[current]:
            last = max(n for n, one in known.items() if f":{good}" in images[one.arn])
            lab.ecs_api.deploy(lab.running, known[last].arn, "fault")


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
