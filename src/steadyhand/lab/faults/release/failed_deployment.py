"""A revision is rolled out whose containers end as soon as they start: its image is wrong."""

from dataclasses import replace
from typing import Any

from steadyhand.lab.cloud import resources
from steadyhand.lab.ecs.fleet import family_of
from steadyhand.lab.faults.fault import Fault, Scene

MISSING = "server"  # what the image's command names, and what nobody has copied into it
SUFFIX = "-rc1"


def inject(scene: Scene) -> dict[str, Any]:
    """Push such an image, register the next revision with it, and deploy that."""
    lab, live = scene.lab, scene.live
    tag = live.parts.bad_tag + SUFFIX
    with lab.lock:
        running = scene.running
        before = running.service.primary.task_definition
        family = live.family(family_of(before))
        good = lab.registry.find(str(resources.container(lab.moto, before)["image"]))
        assert good is not None  # it runs
        pushed = lab.registry.repositories[family.repository].pushed
        pushed[tag] = replace(good, module=f"{good.module}.{MISSING}", version=tag)
        last = max(lab.moto.ecs.task_definitions[family.name])
        definition = resources.register(lab.moto, family, last + 1, live.values, tag)
        scene.kept.update(before=before, definition=definition, pushed=pushed, tag=tag)
        made = lab.fleet.deploy(running, definition, "fault")
    return {"taskDefinition": definition, "deployment": made.id}


def clear(scene: Scene) -> None:
    """Deploy what ran before, unless somebody has mended it already; the image goes."""
    with scene.lab.lock:
        if scene.running.service.primary.task_definition == scene.kept["definition"]:
            scene.lab.fleet.deploy(scene.running, scene.kept["before"], "fault")
        scene.kept["pushed"].pop(scene.kept["tag"], None)


FAILED_DEPLOYMENT = Fault(
    name="failed-deployment",
    summary="A revision is rolled out whose container ends with an error at every start.",
    notice=(
        "describe-services shows a second deployment with failedTasks, then rolloutState FAILED by "
        "the circuit breaker; its tasks stop with exit code 1, and the log says why; the old tasks "
        "go on serving."
    ),
    inject=inject,
    clear=clear,
    parameters={"service": "the ECS service (the system's first)"},
)
