"""A scheduled task fails whenever it is run: its rule hands it a password of long ago."""

import json
from typing import Any

from steadyhand.lab.faults.fault import BadParameter, Fault, Scene, text
from steadyhand.lab.schedules.rules import task_of

VARIABLE, OUTDATED = "DB_PASSWORD", "a-password-of-long-ago"


def inject(scene: Scene) -> dict[str, Any]:
    """Write the password into the rule's input, and run the rule's targets now."""
    lab, schedules = scene.lab, scene.live.parts.schedules
    if not schedules:
        raise BadParameter(f"{scene.live.parts.name} has no scheduled task")
    name = text(scene.given, "rule", schedules[0].name)
    if name not in {one.name for one in schedules}:
        raise BadParameter(f"{scene.live.parts.name} has no rule {name}")
    with lab.lock:
        targets = lab.moto.events.event_buses["default"].rules[name].targets
        scene.kept["changed"] = [(one, one.get("Input"), _outdated(one)) for one in targets]
        for target, _, changed in scene.kept["changed"]:
            target["Input"] = changed
        answers = [lab.schedules.run(task_of(name, target)) for target in targets]
    return {"rule": name, "tasks": [one["taskArn"] for told in answers for one in told["tasks"]]}


def _outdated(target: dict[str, Any]) -> str:
    given = json.loads(target.get("Input") or "{}")
    for override in given.get("containerOverrides", []):
        kept = [one for one in override.get("environment", []) if one["name"] != VARIABLE]
        override["environment"] = [*kept, {"name": VARIABLE, "value": OUTDATED}]
    return json.dumps(given)


def clear(scene: Scene) -> None:
    """Put the rule's input back, unless somebody has mended it already."""
    with scene.lab.lock:
        for target, before, changed in scene.kept["changed"]:
            if target.get("Input") == changed:
                target["Input"] = before


FAILED_SCHEDULED_TASK = Fault(
    name="failed-scheduled-task",
    summary="A scheduled task comes into the database with a password of long ago, and fails.",
    notice=(
        "list-tasks with desired status STOPPED has a task started by events-rule/…, whose "
        "container has an exit code that is not 0; the log says that authentication failed; what "
        "the task should have done is not done. Users notice nothing."
    ),
    inject=inject,
    clear=clear,
    parameters={"rule": "the EventBridge rule (the system's first)"},
)
