"""Requests of the RDS API in, its shapes out; and what the rest of the lab asks of its databases.

Every method but `load`, `provision` and `close` is called with the API's lock held, and none of
those blocks. Refuses in AWS's words.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from steadyhand.lab.cloud.seam import Parameters, Refusal
from steadyhand.lab.rds import provision as provisioning
from steadyhand.lab.rds.life import beat
from steadyhand.lab.rds.model import SERVING
from steadyhand.lab.rds.operations import describes, groups, instances, modify, restores
from steadyhand.lab.rds.operations.validation import Shape
from steadyhand.lab.rds.provision import Wanted
from steadyhand.lab.rds.room import Ground, Live, Room

OPERATIONS: Mapping[str, Callable[[Room, Parameters], Shape]] = {
    "AddTagsToResource": describes.add_tags,
    "CopyDBSnapshot": restores.copy,
    "CreateDBInstance": instances.create,
    "CreateDBInstanceReadReplica": instances.create_replica,
    "CreateDBParameterGroup": groups.create,
    "CreateDBSnapshot": restores.create,
    "DeleteDBInstance": instances.delete,
    "DeleteDBParameterGroup": groups.delete,
    "DeleteDBSnapshot": restores.delete,
    "DescribeDBInstanceAutomatedBackups": describes.automated_backups,
    "DescribeDBInstances": describes.instances,
    "DescribeDBLogFiles": describes.log_files,
    "DescribeDBParameterGroups": groups.describe,
    "DescribeDBParameters": groups.parameters,
    "DescribeDBSnapshots": describes.snapshots,
    "DescribeDBSubnetGroups": describes.subnet_groups,
    "DescribeEvents": describes.events,
    "DownloadDBLogFilePortion": describes.log_portion,
    "ListTagsForResource": describes.list_tags,
    "ModifyDBInstance": modify.modify,
    "ModifyDBParameterGroup": groups.modify,
    "PromoteReadReplica": instances.promote,
    "RebootDBInstance": instances.reboot,
    "RemoveTagsFromResource": describes.remove_tags,
    "ResetDBParameterGroup": groups.reset,
    "RestoreDBInstanceFromDBSnapshot": restores.from_snapshot,
    "RestoreDBInstanceToPointInTime": restores.to_moment,
    "StartDBInstance": instances.start,
    "StopDBInstance": instances.stop,
}


@dataclass(frozen=True)
class Database:
    """How one comes into an instance as its master user."""

    host: str
    port: int
    user: str
    password: str
    name: str


class Rds:
    def __init__(self, ground: Ground) -> None:
        self.room = Room(ground)

    # --- the way up and down; these block ---------------------------------------------------------

    def load(self) -> None:
        """Find what an earlier lab left and start it again; or begin empty.

        Raises PostgresFailed when no PostgreSQL can be started at all.
        """
        self.room.open()
        provisioning.revive(self.room)

    def provision(self, wanted: Sequence[Wanted]) -> list[Database]:
        """Have instances up that were there before; see provision.py. Raises PostgresFailed."""
        return [_database(live) for live in provisioning.provision(self.room, wanted)]

    def close(self, keeps: bool = True) -> None:
        """Stop all servers; everything is kept, unless nothing is to be. Safe twice."""
        if hasattr(self.room, "installation"):
            self.room.close(keeps)

    def wait(self) -> None:
        """Return when nobody works any more; what they work with is ended first."""
        self.room.wait()

    # --- while it is up ----------------------------------------------------------------------

    def answer(self, operation: str, asked: Parameters) -> Shape:
        """Answer one request. Raises Refusal."""
        act = OPERATIONS.get(operation)
        if act is None:
            message = f"The lab has no physics for {operation} yet."
            raise Refusal("UnsupportedFeatureException", message)
        answer = act(self.room, _as_sent(asked))
        self.room.save()
        return answer

    def tick(self) -> None:
        beat.tick(self.room)

    def samples(self) -> dict[str, Mapping[str, tuple[float, str]]]:
        """What was seen last of each instance that answers: metric → (value, unit)."""
        return {
            name: live.watch.sample.values
            for name, live in self.room.lives.items()
            if live.watch is not None and live.watch.fresh()
        }

    def database(self, identifier: str) -> Database | None:
        live = self.room.lives.get(identifier)
        return _database(live) if live is not None else None

    def pid(self, identifier: str) -> int | None:
        """The process of an instance's server, for whoever wants to hurt it."""
        live = self.room.lives.get(identifier)
        return live.server.process.pid if live is not None and live.server is not None else None

    def serving(self, identifier: str) -> bool:
        """Is there a server that runs, in a state in which it answers?"""
        live = self.room.lives.get(identifier)
        running = live is not None and live.server is not None and live.server.alive
        return running and live is not None and live.instance.status in SERVING


def _as_sent(asked: Any) -> Any:
    """Parameters under the API's own names: moto's dictionaries list theirs in snake case."""
    if isinstance(asked, list):
        return [_as_sent(one) for one in asked]
    if isinstance(asked, Mapping):
        plain = getattr(asked, "original_dict", None)
        rows = plain() if callable(plain) else asked
        return {key: _as_sent(value) for key, value in rows.items()}
    return asked


def _database(live: Live) -> Database:
    one = live.instance
    return Database(
        one.host, one.port, one.master_user, one.master_password, one.database or "postgres"
    )
