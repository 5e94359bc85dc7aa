"""ECS's services as a shelf, by what is wanted of each; and the images that were pushed.

Their tasks are begun anew, as when everything that they ran on had ended.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from steadyhand.lab.account import ecs_arn
from steadyhand.lab.ecs.fleet import Fleet, family_of
from steadyhand.lab.ecs.model import Service, ServiceStatus, new_deployment
from steadyhand.lab.ecs.registry import Registry
from steadyhand.lab.kept.ledger import Row, Shelf

OPERATIONS = ("CreateService", "UpdateService", "DeleteService")
WANTED = (
    "target_group", "container", "port", "desired", "created_at", "maximum_percent",
    "minimum_percent", "breaker", "roll_back", "network", "exec_enabled", "grace",
)  # fmt: skip


class KeptServices:
    """Every method is called with the API's lock held."""

    def __init__(self, fleet: Fleet, is_up: Callable[[str], bool]) -> None:
        self._fleet = fleet
        self._is_up = is_up
        # Of clusters that are not up: a lab need not bring up every system that it knows.
        self._asleep: dict[str, Any] = {}

    def shelf(self) -> Shelf:
        # The scheduler goes back by itself where a deployment failed.
        return Shelf("service", "ecs", self._rows, self._put, OPERATIONS, self._stamp)

    def _stamp(self) -> object:
        return [running.service for running in self._fleet.services.values()]

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
        definition: str | None = row.content["definition"]
        known = [
            arn for kind in ("ACTIVE", "INACTIVE") for arn in self._fleet.definitions.arns(kind)
        ]
        if definition not in known:  # as of a revision that a fault had made
            definition = self._fleet.definitions.find(family_of(row.content["definition"]))
        if not self._is_up(cluster) or definition is None:
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


def image_shelf(registry: Registry) -> Shelf:
    """Copies that were pushed, by tag; they lie in folders."""

    def rows(_: str) -> Iterator[Row]:
        for name, repository in registry.repositories.items():
            for tag, build in repository.pushed.items():
                yield Row(f"{name}:{tag}", str(build.folder))

    def put(row: Row) -> None:
        name, _, tag = row.key.rpartition(":")
        registry.push(name, tag, Path(row.content))

    def stamp() -> object:
        return [dict(repository.pushed) for repository in registry.repositories.values()]

    return Shelf("image", "ecr", rows, put, stamp=stamp)
