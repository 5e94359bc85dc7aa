"""What RDS keeps of an instance, a snapshot, a parameter group and an event; and how it is written.

Nothing here runs. Everything here outlives the lab, in one JSON document.
"""

import secrets
from dataclasses import dataclass, field, fields
from datetime import datetime
from enum import StrEnum
from typing import Any

ACCOUNT = "123456789012"
REGION = "us-east-1"
SCHEMA = 1


class Status(StrEnum):
    """Of an instance, in AWS's words."""

    # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/accessing-monitoring.html
    AVAILABLE = "available"
    BACKING_UP = "backing-up"
    CREATING = "creating"
    DELETING = "deleting"
    FAILED = "failed"
    INCOMPATIBLE_PARAMETERS = "incompatible-parameters"
    MODIFYING = "modifying"
    REBOOTING = "rebooting"
    RENAMING = "renaming"
    RESETTING = "resetting-master-credentials"
    STARTING = "starting"
    STOPPED = "stopped"
    STOPPING = "stopping"
    STORAGE_FULL = "storage-full"
    STORAGE_OPTIMIZATION = "storage-optimization"


# In these the database answers, and AWS takes further changes in the ones that are ACCEPTING.
SERVING = {Status.AVAILABLE, Status.BACKING_UP, Status.MODIFYING, Status.RESETTING}
SERVING |= {Status.STORAGE_FULL, Status.STORAGE_OPTIMIZATION}
ACCEPTING = {Status.AVAILABLE, Status.STORAGE_OPTIMIZATION}


@dataclass
class Instance:
    """One DB instance. Only the room changes it, with the API's lock held."""

    identifier: str
    resource_id: str
    instance_class: str
    allocated_gib: int
    master_user: str
    master_password: str
    database: str | None
    created: datetime
    side: str = "a"  # which of its two folders holds the data; the other is the standby's
    host: str = ""
    port: int = 5432
    status: Status = Status.CREATING
    storage_type: str = "gp3"
    iops: int = 3000
    multi_az: bool = False
    az: str = "us-east-1a"
    secondary_az: str = ""
    retention_days: int = 1
    backup_window: str = "03:00-04:00"
    maintenance_window: str = "sun:05:00-sun:06:00"
    parameter_group: str = ""
    applied: dict[str, str] = field(default_factory=dict)  # what its server runs with
    pending: dict[str, Any] = field(default_factory=dict)  # API name → value, of a change to come
    restart_due: bool = False  # a static parameter waits for a reboot
    deletion_protection: bool = False
    exports: list[str] = field(default_factory=list)
    tags: dict[str, str] = field(default_factory=dict)
    copy_tags: bool = False
    public: bool = False
    encrypted: bool = True
    minor_upgrades: bool = True
    iam: bool = False
    security_groups: list[str] = field(default_factory=list)
    engine_version: str = ""
    source: str = ""  # the instance it is a read replica of
    origin: dict[str, str] = field(default_factory=dict)  # where its data comes from
    storage_changed: datetime | None = None
    final: str = ""  # the snapshot that its deletion makes
    beat: datetime | None = None  # its archive holds all commits up to this moment


@dataclass
class Snapshot:
    """One DB snapshot; its data lies in the folder of its `key`."""

    identifier: str
    key: str
    instance: str
    kind: str  # automated or manual
    started: datetime
    resource_id: str  # of the instance
    status: str = "creating"
    progress: int = 0
    finished: datetime | None = None
    first_wal: str = ""
    original: datetime | None = None
    source: str = ""  # the snapshot it is a copy of
    tags: dict[str, str] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)  # of the instance, at that time


@dataclass
class Group:
    """A DB parameter group: what it sets, and how each is to be applied."""

    name: str
    family: str
    description: str
    values: dict[str, str] = field(default_factory=dict)
    methods: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Event:
    at: datetime
    kind: str  # db-instance, db-snapshot, db-parameter-group
    source: str
    message: str
    categories: tuple[str, ...]


def new_resource() -> str:
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    return "db-" + "".join(secrets.choice(alphabet) for _ in range(26))


def arn(kind: str, name: str) -> str:
    return f"arn:aws:rds:{REGION}:{ACCOUNT}:{kind}:{name}"


# --- to JSON, and back ------------------------------------------------------------------------


def plain(one: Instance | Snapshot | Group | Event) -> dict[str, Any]:
    """Its fields as JSON has them; shares what is inside with the original."""
    return {name: _flat(getattr(one, name)) for name in _NAMES[type(one)]}


def _flat(value: Any) -> Any:
    return {"at": value.isoformat()} if isinstance(value, datetime) else value


_NAMES = {
    kind: tuple(one.name for one in fields(kind)) for kind in (Instance, Snapshot, Group, Event)
}


def _read(kind: type, row: dict[str, Any]) -> dict[str, Any]:
    known = {one.name for one in fields(kind)}
    return {key: _value(value) for key, value in row.items() if key in known}


def _value(value: Any) -> Any:
    if isinstance(value, dict) and set(value) == {"at"}:
        return datetime.fromisoformat(value["at"])
    return value


def read_instance(row: dict[str, Any]) -> Instance:
    made = Instance(**_read(Instance, row))
    made.status = Status(made.status)
    return made


def read_snapshot(row: dict[str, Any]) -> Snapshot:
    return Snapshot(**_read(Snapshot, row))


def read_group(row: dict[str, Any]) -> Group:
    return Group(**_read(Group, row))


def read_event(row: dict[str, Any]) -> Event:
    values = _read(Event, row)
    return Event(**{**values, "categories": tuple(values["categories"])})
