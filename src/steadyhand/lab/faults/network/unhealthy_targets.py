"""The load balancer's health check asks for a page that the application does not have."""

from typing import Any

from steadyhand.lab.faults.fault import BadParameter, Fault, Scene, text

PATH = "/no-such-page"


def inject(scene: Scene) -> dict[str, Any]:
    """Change the path of the health check, as modify-target-group does."""
    path = text(scene.given, "path", PATH)
    with scene.lab.lock:
        group = _group(scene)
        scene.kept["before"] = group.health_check_path
        scene.kept["path"] = group.health_check_path = path
        return {"targetGroup": group.arn, "path": path}


def clear(scene: Scene) -> None:
    """Put the path back, unless somebody has changed it since."""
    with scene.lab.lock:
        group = _group(scene)
        if group.health_check_path == scene.kept["path"]:
            group.health_check_path = scene.kept["before"]


def _group(scene: Scene) -> Any:
    found = scene.lab.moto.elbv2.target_groups.get(scene.running.service.target_group)
    if found is None:
        raise BadParameter(f"{scene.running.service.name} has no target group")
    return found


UNHEALTHY_TARGETS = Fault(
    name="unhealthy-targets",
    summary="The health check's path is changed to one that the application answers with 404.",
    notice=(
        "describe-target-health has no healthy target, and names the code 404; the service's "
        "events say that tasks are unhealthy and start others; requests are answered 503."
    ),
    inject=inject,
    clear=clear,
    parameters={
        "service": "the ECS service (the system's first)",
        "path": f"the path that is asked for ({PATH})",
    },
)
