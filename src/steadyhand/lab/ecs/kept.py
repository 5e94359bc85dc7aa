"""ECS's services as a shelf: what is wanted of each, and so is wanted again of the next lab.

Their tasks are begun anew, as when everything that they ran on had ended.
"""

from collections.abc import Iterator
from typing import Any

from steadyhand.lab.account import ecs_arn
from steadyhand.lab.ecs.fleet import Fleet
from steadyhand.lab.ecs.model import Service, ServiceStatus, new_deployment
from steadyhand.lab.kept.ledger import Ledger, Row, Shelf

KIND = "service"
WANTED = (
    "target_group", "container", "port", "desired", "created_at", "maximum_percent",
    "minimum_percent", "breaker", "roll_back", "network", "exec_enabled", "grace",
)  # fmt: skip


class KeptServices:
    """Every method is called with the API's lock held."""

    def __init__(self, fleet: Fleet, ledger: Ledger) -> None:
        self._fleet = fleet
        self._ledger = ledger
        # Of clusters that are not up: a lab need not bring up every system that it knows.
        self._asleep: dict[str, Any] = {}
        self._last: list[Service] = []

    def shelf(self) -> Shelf:
        return Shelf(KIND, "ecs", self._rows, self._put, ("CreateService", "DeleteService"))

    def _rows(self, _: str) -> Iterator[Row]:
        for (cluster, name), running in self._fleet.services.items():
            service = running.service
            if service.status is ServiceStatus.ACTIVE:
                wanted = {key: getattr(service, key) for key in WANTED}
                definition = service.primary.task_definition
                yield Row(f"{cluster}/{name}", {**wanted, "definition": definition})
        for key, content in self._asleep.items():
            yield Row(key, content)

    def _put(self, row: Row) -> None:
        cluster, _, name = row.key.partition("/")
        definition = row.content["definition"]
        known = [
            arn for kind in ("ACTIVE", "INACTIVE") for arn in self._fleet.definitions.arns(kind)
        ]
        if cluster not in self._fleet.clusters() or definition not in known:
            self._asleep[row.key] = row.content
            return
        service = Service(
            name=name,
            arn=ecs_arn("service", row.key),
            cluster=cluster,
            cluster_arn=ecs_arn("cluster", cluster),
            deployments=(new_deployment(definition, "start"),),
            **{key: row.content[key] for key in WANTED},
        )
        running = self._fleet.services.get((cluster, name))
        if running is None:
            self._fleet.create(service)
            return
        running.service = service
        running.history.deployments[:] = [service.primary]

    def tick(self) -> None:
        """See what the scheduler has done by itself: it goes back where a deployment failed."""
        now = [running.service for running in self._fleet.services.values()]
        if now != self._last:
            self._last = now
            self._ledger.look(KIND)
