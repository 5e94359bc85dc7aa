"""ElastiCache's snapshots as a shelf; their data lies in files. What a node has in memory is not
kept, as it is not on AWS where a node is begun anew."""

from collections.abc import Iterator
from dataclasses import fields

from steadyhand.lab.cache.model import Group, Kept, Snapshot
from steadyhand.lab.kept.ledger import Row, Shelf

OF_A_LIFE = ("nodes", "primary", "endpoint", "status", "pending", "security_groups")
OF_GROUP = [one.name for one in fields(Group) if one.name not in OF_A_LIFE]
OF_SNAPSHOT = [one.name for one in fields(Snapshot) if one.name != "group"]


def snapshot_shelf(kept: Kept) -> Shelf:
    def rows(_: str) -> Iterator[Row]:
        for name, taken in kept.snapshots.items():
            if taken.status == "available":
                content = {key: getattr(taken, key) for key in OF_SNAPSHOT}
                group = {key: getattr(taken.group, key) for key in OF_GROUP}
                yield Row(name, {**content, "group": group})

    def put(row: Row) -> None:
        group = Group(**row.content["group"])
        kept.snapshots[row.key] = Snapshot(**{**row.content, "group": group})

    def stamp() -> object:
        return [(taken.name, taken.status) for taken in kept.snapshots.values()]

    return Shelf("cache-snapshot", "elasticache", rows, put, stamp=stamp)
