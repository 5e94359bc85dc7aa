"""A scene in, the service that reads from Kafka and its tasks out; and the broker's address."""

from dataclasses import replace

from steadyhand.lab.ecs.model import Task
from steadyhand.lab.faults.compute.tasks import running_tasks
from steadyhand.lab.faults.fault import BadParameter, Scene, text

SERVICE = {"service": "the ECS service (the system's first that no load balancer leads to)"}


def service_of(scene: Scene) -> str:
    """`service`, or the first that only messages reach. Raises BadParameter."""
    for service in scene.live.parts.services:
        if not service.target_group:
            return text(scene.given, "service", service.name)
    raise BadParameter(f"{scene.live.parts.name} has no workers")


def workers(scene: Scene) -> list[Task]:
    """The tasks of that service that run now. Takes the API's lock. Raises BadParameter."""
    given = {**scene.given, "service": service_of(scene)}
    found = running_tasks(replace(scene, given=given))
    if not found:
        raise BadParameter(f"no task of {given['service']} runs")
    return found


def topic_of(scene: Scene) -> str:
    """`topic`, or the system's first. Raises BadParameter."""
    topics = [topic.name for topic in scene.live.parts.topics]
    if not topics:
        raise BadParameter(f"{scene.live.parts.name} has no topics")
    wanted = text(scene.given, "topic", topics[0])
    if wanted not in topics:
        raise BadParameter(f"{scene.live.parts.name} has no topic {wanted}")
    return wanted


def brokers(scene: Scene) -> str:
    return scene.lab.outside.values["kafka"]
