"""CloudWatch's metric actions, answered by the lab's own room in place of moto's."""

from collections.abc import Callable
from typing import Any, Protocol

from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult
from moto.core.utils import camelcase_to_underscores

from steadyhand.lab.cloud.metrics import MetricStore
from steadyhand.lab.durations import Durations

Answer = Callable[[str, dict[str, Any]], dict[str, Any]]


class Measured(Protocol):
    """Whoever has a store of metrics."""

    metrics: MetricStore


class CloudWatchRefused(ServiceException):
    """moto tells the service of an error by its module's name, and wants a class for it."""

    __module__ = CloudWatchResponse.__module__


def install_cloudwatch(world: Measured) -> None:
    # The room imports the seam's Refusal, and the seam imports this module.
    from steadyhand.lab.cloudwatch.metrics_api import OPERATIONS, Metrics

    durations: Durations = getattr(world, "durations", Durations(1))
    install_room(OPERATIONS, Metrics(world.metrics, durations.factor).answer)


def install_room(operations: tuple[str, ...], answer: Answer) -> None:
    """Let a room answer these actions of CloudWatch."""
    for operation in operations:
        setattr(CloudWatchResponse, camelcase_to_underscores(operation), _action(operation, answer))


def _action(operation: str, answer: Answer) -> Callable[[CloudWatchResponse], ActionResult]:
    from steadyhand.lab.cloud.seam import Refusal

    def action(self: CloudWatchResponse) -> ActionResult:
        try:
            return ActionResult(answer(operation, dict(self._get_params())))
        except Refusal as refusal:
            raise CloudWatchRefused(refusal.code, refusal.message) from None

    return action
