"""Instances a system is declared with in; running databases out, without AWS's waiting times.

What was there before the lab came up has no creation to be watched. Everything after goes through
the API, with states and durations.
"""

import secrets
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field

from steadyhand.lab.rds.life import changes, making, modifying
from steadyhand.lab.rds.model import Group, Instance, Status, new_resource
from steadyhand.lab.rds.room import Live, Room
from steadyhand.lab.rds.server import Server


@dataclass(frozen=True)
class Wanted:
    """A database instance as a system declares it."""

    instance: str
    database: str
    user: str
    instance_class: str = "db.t3.medium"
    multi_az: bool = False
    parameter_group: str = ""
    retention_days: int = 7
    backup_window: str = "03:00-04:00"
    allocated_gib: int = 100
    exports: tuple[str, ...] = ("postgresql",)
    tags: dict[str, str] = field(default_factory=dict)


def provision(room: Room, wanted: Sequence[Wanted]) -> list[Live]:
    """Have each of them up, side by side; one that is there already keeps its data.

    Blocks until all answer. Raises PostgresFailed.
    """
    started: list[tuple[Live, Future[Server]]] = []
    for one in wanted:
        if one.instance not in room.lives:
            live = _new(room, one)
            started.append((live, room.workers.submit(_made, room, live)))
    for live, future in started:
        making.attach(room, live, future.result())
        live.instance.status = Status.AVAILABLE
        room.tell("db-instance", live.instance.identifier, "DB instance created", "creation")
    room.save()
    return [room.lives[one.instance] for one in wanted]


def _made(room: Room, live: Live) -> Server:
    return making.new_data(room, live)


def _new(room: Room, one: Wanted) -> Live:
    group = one.parameter_group or f"default.{room.family}"
    if group not in room.groups:
        room.groups[group] = Group(group, room.family, f"Parameters of {one.instance}")
    instance = Instance(
        identifier=one.instance,
        resource_id=new_resource(),
        instance_class=one.instance_class,
        allocated_gib=one.allocated_gib,
        master_user=one.user,
        master_password=secrets.token_hex(16),
        database=one.database,
        created=room.now(),
        multi_az=one.multi_az,
        retention_days=one.retention_days,
        backup_window=one.backup_window,
        parameter_group=group,
        applied=dict(room.groups[group].values),
        exports=list(one.exports),
        tags=dict(one.tags),
        engine_version=room.installation.version,
        security_groups=[room.ground.network.security_group],
    )
    modifying.zones(instance)
    instance.host, instance.port = room.ground.addresses.take(instance.port)
    return room.add(instance)


def revive(room: Room) -> None:
    """Bring back what an earlier lab left: instances, and snapshots that were half made.

    Blocks until the servers answer. Raises nothing for one that does not come up: it has failed.
    """
    for snapshot in list(room.snapshots.values()):
        if snapshot.status == "creating":
            snapshot.status = "failed"
    started: list[tuple[Live, Future[Server]]] = []
    for live in list(room.lives.values()):
        was = live.instance.status
        room.place_again(live)
        making.revive(room, live)
        if live.instance.status is Status.AVAILABLE:
            started.append((live, room.workers.submit(_running(room, live))))
        elif was is Status.DELETING:
            changes.delete(room, live)
    for live, future in started:
        trouble = future.exception()
        if isinstance(trouble, Exception):
            making.fail(room, live, trouble)
        else:
            making.attach(room, live, future.result())
    for live in room.lives.values():
        if live.instance.pending.get("MasterUserPassword") and live.server is not None:
            modifying.set_password(room, live, str(live.instance.pending["MasterUserPassword"]))
    room.save()


def _running(room: Room, live: Live) -> Callable[[], Server]:
    return making.revived(room, live)
