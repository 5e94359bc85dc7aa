"""What somebody wants to register as a task definition in; what ECS refuses of it, out. Pure.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from steadyhand.lab.cloud.room import Refusal

Asked = Mapping[str, Any]

NAME = re.compile(r"[A-Za-z0-9_-]{1,255}")
CONTAINERS, TAGS = 10, 50
LEAST_MEMORY = 6  # MiB, of a container
_GIB = 1024

# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-cpu-memory-error.html
FARGATE_SIZES: dict[int, tuple[int, ...]] = {
    256: (512, _GIB, 2 * _GIB),
    512: tuple(range(_GIB, 4 * _GIB + 1, _GIB)),
    1024: tuple(range(2 * _GIB, 8 * _GIB + 1, _GIB)),
    2048: tuple(range(4 * _GIB, 16 * _GIB + 1, _GIB)),
    4096: tuple(range(8 * _GIB, 30 * _GIB + 1, _GIB)),
    8192: tuple(range(16 * _GIB, 60 * _GIB + 1, 4 * _GIB)),
    16384: tuple(range(32 * _GIB, 120 * _GIB + 1, 8 * _GIB)),
}
# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HealthCheck.html
HEALTH = {"interval": (5, 300), "timeout": (2, 60), "retries": (1, 10), "startPeriod": (0, 300)}


def client(message: str) -> Refusal:
    return Refusal("ClientException", message)


def check(asked: Asked) -> None:
    """Raises Refusal for the first thing that ECS would not take."""
    family = asked.get("family")
    if not family:
        raise client("Family should not be null or empty.")
    if not NAME.fullmatch(str(family)):
        raise client("Family contains invalid characters.")
    _check_tags(asked.get("tags") or [])
    containers = asked.get("containerDefinitions") or []
    if not containers:
        raise client("Container definitions should not be null or empty.")
    if len(containers) > CONTAINERS:
        raise client(f"Container definitions should not be more than {CONTAINERS}.")
    fargate = "FARGATE" in (asked.get("requiresCompatibilities") or [])
    memory = units(asked.get("memory"), "memory") if asked.get("memory") else None
    for container in containers:
        for wrong in _wrong(container, memory, str(asked.get("networkMode") or "")):
            raise client(wrong)
    names = [one["name"] for one in containers]
    if len(set(names)) < len(names):
        raise client("Container names should be unique within a task definition.")
    if not any(one.get("essential", True) for one in containers):
        raise client("A task definition must have at least one essential container.")
    if fargate:
        for wrong in _wrong_on_fargate(asked, containers):
            raise client(wrong)


def units(given: object, what: str) -> int:
    """CPU units or MiB: "1024", "1 vCPU", "2 GB". Raises Refusal."""
    text = str(given).strip()
    if text.isdigit():
        return int(text)
    unit = r"vcpu" if what == "cpu" else r"gb"
    found = re.fullmatch(rf"(\d*\.?\d+)\s*{unit}", text, re.IGNORECASE)
    if not found:
        raise client(f"Invalid '{what}' setting for task.")
    return round(float(found[1]) * 1024)


def _check_tags(tags: list[Mapping[str, str]]) -> None:
    """https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Tag.html"""
    if len(tags) > TAGS:
        raise Refusal("InvalidParameterException", f"There can be at most {TAGS} tags.")
    if any(str(tag.get("key") or "").lower().startswith("aws:") for tag in tags):
        raise Refusal("InvalidParameterException", "Tag keys must not begin with aws:.")


def _wrong(container: Asked, task_memory: int | None, network: str) -> Iterator[str]:
    name, image = container.get("name"), container.get("image")
    if not name:
        yield "Container.name should not be null or empty."
    if not NAME.fullmatch(str(name)):
        yield f"Container.name contains invalid characters: {name}"
    if not image:
        yield "Container.image should not be null or empty."
    if len(str(image)) > 255:
        yield "Container.image should not be longer than 255 characters."
    memory, soft = container.get("memory"), container.get("memoryReservation")
    if memory is None and soft is None and task_memory is None:
        yield (
            f"Invalid setting for container '{name}'. At least one of 'memory' or "
            "'memoryReservation' must be specified."
        )
    if any(one is not None and int(one) < LEAST_MEMORY for one in (memory, soft)):
        yield f"Invalid setting for container '{name}'. Memory is less than {LEAST_MEMORY} MiB."
    if memory is not None and soft is not None and int(soft) >= int(memory):
        yield f"Invalid setting for container '{name}'. 'memory' must exceed 'memoryReservation'."
    if int(container.get("stopTimeout") or 0) < 0:
        yield f"Invalid setting for container '{name}'. 'stopTimeout' is negative."
    yield from _wrong_health_check(container.get("healthCheck"))
    yield from _wrong_variables(container)
    yield from _wrong_ports(container, network)


def _wrong_health_check(given: Asked | None) -> Iterator[str]:
    if given is None:
        return
    if not given.get("command"):
        yield "Health check command should not be null or empty."
    for name, (least, most) in HEALTH.items():
        if given.get(name) is not None and not least <= int(given[name]) <= most:
            yield f"Health check {name} must be between {least} and {most}."


def _wrong_variables(container: Asked) -> Iterator[str]:
    plain = {pair.get("name") for pair in container.get("environment") or []}
    seen: set[str] = set()
    for secret in container.get("secrets") or []:
        name = str(secret.get("name") or "")
        if not name or not secret.get("valueFrom"):
            yield "Secret name and valueFrom should not be null or empty."
        if name in plain or name in seen:
            yield (
                "The secret name must be unique and not shared with any new or existing "
                f"environment variables set on the container, such as '{name}'."
            )
        seen.add(name)


def _wrong_ports(container: Asked, network: str) -> Iterator[str]:
    for mapping in container.get("portMappings") or []:
        inside, outside = mapping.get("containerPort"), mapping.get("hostPort")
        if any(one is not None and not 0 <= int(one) <= 65535 for one in (inside, outside)):
            yield "Ports must be between 0 and 65535."
        if network == "awsvpc" and outside not in (None, inside):
            yield (
                "When networkMode=awsvpc, the host ports and container ports in port mappings "
                "must match."
            )


# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html
def _wrong_on_fargate(asked: Asked, containers: list[Asked]) -> Iterator[str]:
    if asked.get("networkMode") != "awsvpc":
        yield "Fargate only supports network mode 'awsvpc'."
    for what in ("cpu", "memory"):
        if not asked.get(what):
            yield f"Fargate requires that '{what}' be defined at the task level."
    cpu, memory = units(asked["cpu"], "cpu"), units(asked["memory"], "memory")
    if memory not in FARGATE_SIZES.get(cpu, ()):
        yield f"No Fargate configuration exists for given values: {cpu} CPU, {memory} memory."
    if sum(int(one.get("memory") or 0) for one in containers) > memory:
        yield "The memory of the containers is more than that of the task."
    for one in containers:
        if one.get("privileged"):
            yield "Fargate does not support privileged containers."
        if int(one.get("stopTimeout") or 0) > 120:
            yield "On Fargate 'stopTimeout' is at most 120 seconds."
        logs = (one.get("logConfiguration") or {}).get("logDriver") == "awslogs"
        if logs and not asked.get("executionRoleArn"):
            yield (
                "Fargate requires task definition to have execution role ARN to support log "
                "driver awslogs."
            )
        if one.get("secrets") and not asked.get("executionRoleArn"):
            yield (
                "When you are specifying container secrets, you must also specify a value for "
                "'executionRoleArn'."
            )
