"""Deployments of the service an alarm is about: which read tells of them, and what is new. Pure."""

from steadyhand.model.change.deployment import DeploymentSeen, ServiceSeen
from steadyhand.model.settings.binding import ServiceName


def argv(service: ServiceName) -> tuple[str, ...]:
    """Write the read; `model.change.deployment.read_service` reads what it prints."""
    return (
        "aws", "ecs", "describe-services", "--cluster", service.cluster,
        "--services", service.name, "--output", "json",
    )  # fmt: skip


def new_deployments(before: ServiceSeen | None, now: ServiceSeen) -> tuple[DeploymentSeen, ...]:
    """Say which deployments were not there at the look before, oldest first.

    The first look (`before` None) gives all that the service still tells of, with their own times:
    what happened before anybody watched is dated too.
    """
    known = {one.id for one in before.deployments} if before else set()
    return tuple(
        sorted((one for one in now.deployments if one.id not in known), key=lambda one: one.at)
    )
