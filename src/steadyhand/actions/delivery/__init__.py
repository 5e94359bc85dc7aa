"""Delivery tools' argv in, effect and reason out: docker, git, gh, terraform, kubectl, alembic …

Small tables by sub-command. What is not listed is unknown, and that counts as the worst.
"""

from collections.abc import Callable

from steadyhand.actions.delivery.docker import DOCKER, classify_compose, classify_docker
from steadyhand.actions.delivery.kafka import KAFKA
from steadyhand.actions.delivery.kubernetes import HELM, KUBECTL, classify_helm, classify_kubectl
from steadyhand.actions.delivery.platforms import PLATFORMS
from steadyhand.actions.delivery.releases import (
    ALEMBIC,
    GH,
    GIT,
    TERRAFORM,
    classify_alembic,
    classify_gh,
    classify_git,
    classify_terraform,
)
from steadyhand.actions.words import Argv
from steadyhand.model.effect import Classified

DELIVERY: dict[str, Callable[[Argv], Classified]] = {
    "alembic": classify_alembic,
    "docker": classify_docker,
    "docker-compose": classify_compose,
    "gh": classify_gh,
    "git": classify_git,
    "helm": classify_helm,
    "kubectl": classify_kubectl,
    "oc": classify_kubectl,
    "podman": classify_docker,
    "terraform": classify_terraform,
    "tofu": classify_terraform,
    **KAFKA,
    **PLATFORMS,
}

__all__ = ["ALEMBIC", "DELIVERY", "DOCKER", "GH", "GIT", "HELM", "KUBECTL", "TERRAFORM"]
