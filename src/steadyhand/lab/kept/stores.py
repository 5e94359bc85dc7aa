"""moto's stores in, the shelves of secrets, parameters, clusters and task definitions out."""

from collections.abc import Iterable, Iterator, MutableMapping
from typing import Any

from steadyhand.lab.cloud.resources import Backends
from steadyhand.lab.kept.ledger import Row, Shelf

CLUSTERS = ("CreateCluster", "UpdateCluster", "UpdateClusterSettings", "DeleteCluster",
            "PutClusterCapacityProviders", "TagResource", "UntagResource")  # fmt: skip
DEFINITIONS = ("RegisterTaskDefinition", "DeregisterTaskDefinition", "DeleteTaskDefinitions",
               "TagResource", "UntagResource")  # fmt: skip
# What the lab counts anew in every tick.
COUNTS = ("active_services_count", "running_tasks_count", "pending_tasks_count")


def stores(moto: Backends) -> list[Shelf]:
    """What is kept of them, in the order in which it is put back."""
    return [
        _dict("secret", "secretsmanager", moto.secrets.secrets),
        _dict("parameter", "ssm", moto.ssm._parameters),
        _tags(moto),
        _clusters(moto),
        _definitions(moto),
    ]


def _dict(kind: str, service: str, store: MutableMapping[str, Any]) -> Shelf:
    """A store that is a dict by name."""

    def rows(under: str) -> Iterator[Row]:
        for name, one in list(store.items()):
            if one and name.startswith(under):
                yield Row(name, one)

    def put(row: Row) -> None:
        store[row.key] = row.content

    return Shelf(kind, service, rows, put)


def _tags(moto: Backends) -> Shelf:
    """moto has the tags of parameters beside them."""
    tags = moto.ssm._resource_tags["Parameter"]

    def rows(_: str) -> Iterable[Row]:
        return [Row(name, dict(of)) for name, of in tags.items() if of]

    def put(row: Row) -> None:
        tags[row.key] = row.content

    return Shelf("parameter-tags", "ssm", rows, put)


def _clusters(moto: Backends) -> Shelf:
    def rows(_: str) -> Iterator[Row]:
        for name, cluster in moto.ecs.clusters.items():
            known = {key: one for key, one in vars(cluster).items() if key not in COUNTS}
            yield Row(name, known)

    def put(row: Row) -> None:
        vars(moto.ecs.create_cluster(row.key)).update(row.content)

    return Shelf("cluster", "ecs", rows, put, CLUSTERS)


def _definitions(moto: Backends) -> Shelf:
    store = moto.ecs.task_definitions

    def rows(_: str) -> Iterator[Row]:
        for family, revisions in store.items():
            for number, one in revisions.items():
                yield Row(f"{family}:{number}", one)

    def put(row: Row) -> None:
        family, _, number = row.key.rpartition(":")
        store.setdefault(family, {})[int(number)] = row.content

    return Shelf("task-definition", "ecs", rows, put, DEFINITIONS)
