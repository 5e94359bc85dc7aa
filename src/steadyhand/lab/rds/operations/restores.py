"""Snapshots, and instances made from them or from the log of changes."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from steadyhand.lab.cloud.seam import Parameters, Refusal
from steadyhand.lab.rds.life import backups, making
from steadyhand.lab.rds.model import Instance, Snapshot, Status, new_resource
from steadyhand.lab.rds.operations import validation as v
from steadyhand.lab.rds.operations.instances import PLACING, placing
from steadyhand.lab.rds.operations.shapes import describe_instance, describe_snapshot
from steadyhand.lab.rds.operations.validation import Shape
from steadyhand.lab.rds.room import Live, Room


def _answer(room: Room, snapshot: Snapshot) -> Shape:
    return {"DBSnapshot": describe_snapshot(room, snapshot)}


def create(room: Room, asked: Parameters) -> Shape:
    known = ("DBSnapshotIdentifier", "DBInstanceIdentifier", "Tags")
    v.without(asked, known, "CreateDBSnapshot")
    name = v.new_snapshot(room, asked)
    live = v.instance(room, asked)
    tags = v.tags(asked)
    v.accepting(
        live,
        "Cannot create a snapshot because the database instance {} is not currently in the"
        " available state.",
        (Status.STORAGE_FULL,),
    )
    snapshot = backups.new_snapshot(room, live.instance, name, "manual")
    snapshot.tags |= tags
    backups.begin(room, live, snapshot)
    return _answer(room, snapshot)


def delete(room: Room, asked: Parameters) -> Shape:
    v.without(asked, ("DBSnapshotIdentifier",), "DeleteDBSnapshot")
    snapshot = v.snapshot(room, asked)
    # https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DeleteDBSnapshot.html
    if snapshot.kind == "automated":
        raise Refusal(
            "InvalidDBSnapshotState",
            f"Cannot delete the snapshot because a snapshot with the identifier "
            f"{snapshot.identifier} is an automated snapshot.",
        )
    if snapshot.status == "creating":
        raise Refusal(
            "InvalidDBSnapshotState",
            f"Cannot delete the snapshot because it is not currently in the available state: "
            f"{snapshot.identifier}",
        )
    backups.drop(room, snapshot)
    snapshot.status = "deleted"
    return _answer(room, snapshot)


def copy(room: Room, asked: Parameters) -> Shape:
    known = ("SourceDBSnapshotIdentifier", "TargetDBSnapshotIdentifier", "CopyTags", "Tags",
             "KmsKeyId", "OptionGroupName", "SourceRegion")  # fmt: skip
    v.without(asked, known, "CopyDBSnapshot")
    name = v.new_snapshot(room, asked, "TargetDBSnapshotIdentifier")
    source = v.snapshot(room, asked, "SourceDBSnapshotIdentifier")
    if source.status != "available":
        raise Refusal(
            "InvalidDBSnapshotState",
            f"The source snapshot {source.identifier} is not in the available state.",
        )
    made = replace(
        source,
        identifier=name,
        key=new_resource()[3:19].lower(),
        kind="manual",
        status="creating",
        progress=0,
        finished=None,
        started=room.now(),
        source=source.identifier,
        tags=v.tags(asked) or (dict(source.tags) if v.flag(asked, "CopyTags") else {}),
    )
    room.snapshots[name] = made
    backups.copy(room, source, made)
    return _answer(room, made)


# --- restore --------------------------------------------------------------------------------------


def from_snapshot(room: Room, asked: Parameters) -> Shape:
    known = ("DBInstanceIdentifier", "DBSnapshotIdentifier", "DBName", "Engine",
             "AllocatedStorage", "BackupRetentionPeriod", "PreferredBackupWindow",
             *PLACING)  # fmt: skip
    v.without(asked, known, "RestoreDBInstanceFromDBSnapshot")
    name = v.new_instance(room, asked)
    snapshot = v.snapshot(room, asked)
    if snapshot.status != "available":
        raise Refusal(
            "InvalidDBSnapshotState",
            f"The snapshot {snapshot.identifier} is not in the available state.",
        )
    if asked.get("DBName") is not None:
        raise v.combination("DBName cannot be specified when restoring a postgres snapshot.")
    made = _again(room, asked, name, snapshot.settings)
    made.origin = {"kind": "snapshot", "snapshot": snapshot.identifier}
    return _begun(room, made)


def to_moment(room: Room, asked: Parameters) -> Shape:
    known = ("SourceDBInstanceIdentifier", "TargetDBInstanceIdentifier", "RestoreTime",
             "UseLatestRestorableTime", "DBName", "Engine", "SourceDbiResourceId",
             "AllocatedStorage", "BackupRetentionPeriod", "PreferredBackupWindow",
             *PLACING)  # fmt: skip
    v.without(asked, known, "RestoreDBInstanceToPointInTime")
    source = _source(room, asked)
    name = v.new_instance(room, asked, "TargetDBInstanceIdentifier")
    at, newest = v.moment(asked, "RestoreTime"), v.flag(asked, "UseLatestRestorableTime")
    # https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_RestoreDBInstanceToPointInTime.html
    if at is not None and newest:
        raise v.combination("RestoreTime cannot be specified when UseLatestRestorableTime is true.")
    if at is None and not newest:
        raise v.combination("You must specify either RestoreTime or UseLatestRestorableTime.")
    if asked.get("DBName") is not None:
        raise v.combination("DBName cannot be specified when restoring a postgres instance.")
    until = _restorable(room, source, at)
    base = [
        one
        for one in room.snapshots_of(source.instance, "automated")
        if one.finished is not None and one.finished <= until
    ][-1]
    settings = {one: getattr(source.instance, one) for one in backups.KEPT_SETTINGS}
    made = _again(room, asked, name, settings)
    beat = making.beat(source)
    # After the last heartbeat nothing was written, or it would not be the last one.
    last = beat - timedelta(milliseconds=1) if beat is not None else until
    effective = min(until, last)
    assert base.finished is not None
    made.origin = {
        "kind": "time",
        "source": source.instance.identifier,
        "archive": source.instance.resource_id,
        "base": base.key,
        # When nothing was written since the copy, the copy is what is wanted.
        "replay": effective.isoformat() if effective > base.finished else "",
        "until": f"{until:%Y-%m-%dT%H:%M:%SZ}",
    }
    return _begun(room, made)


def _source(room: Room, asked: Parameters) -> Live:
    resource = asked.get("SourceDbiResourceId")
    if resource is None:
        return v.instance(room, asked, "SourceDBInstanceIdentifier")
    found = [live for live in room.lives.values() if live.instance.resource_id == resource]
    if not found:
        raise Refusal("DBInstanceNotFound", f"DBInstance {resource} not found.")
    return found[0]


def _restorable(room: Room, source: Live, at: datetime | None) -> datetime:
    """The moment to restore to, if it lies where one can."""
    instance = source.instance
    if instance.retention_days == 0 or instance.source:
        raise Refusal(
            "PointInTimeRestoreNotEnabled",
            "SourceDBInstanceIdentifier refers to a DB instance with BackupRetentionPeriod equal"
            " to 0.",
        )
    first, last = making.earliest(room, source), making.latest(room, source)
    if at is None:
        if last is None:
            raise Refusal(
                "InvalidDBInstanceState",
                f"Instance {instance.identifier} has no restorable time yet.",
            )
        return last
    if first is None or last is None or not first <= at <= last:
        window = f"{first:%Y-%m-%dT%H:%M:%SZ} to {last:%Y-%m-%dT%H:%M:%SZ}" if last else "none yet"
        raise v.refuse(
            f"The specified time {at:%Y-%m-%dT%H:%M:%SZ} is not within the restorable times of"
            f" {instance.identifier}: {window}."
        )
    return at


def _again(room: Room, asked: Parameters, name: str, settings: dict[str, Any]) -> Instance:
    """An instance with the settings of an earlier one, as far as a restore takes them over."""
    v.engine(room, asked, "postgres")
    settings = {**settings, "created": room.now(), "multi_az": False, "deletion_protection": False}
    settings |= {"port": 5432, "exports": []}
    made = Instance(identifier=name, resource_id=new_resource(), **settings)
    made.retention_days = v.retention(asked, made.retention_days)
    made.backup_window = v.backup_window(asked, made.backup_window)
    if asked.get("AllocatedStorage") is not None:
        size = v.storage(asked, v.storage_type(asked, made.storage_type))
        if size < made.allocated_gib:
            raise v.combination(
                f"Requested storage size ({size}) cannot be less than that of the source"
                f" ({made.allocated_gib})."
            )
        made.allocated_gib = size
    return placing(room, asked, made)


def _begun(room: Room, made: Instance) -> Shape:
    live = room.add(made)
    making.make(room, live)
    return {"DBInstance": describe_instance(room, live)}
