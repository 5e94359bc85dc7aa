"""Questions: instances, snapshots, groups, log files, events, subnets, tags. Nothing is changed
but tags."""

from collections.abc import Callable
from datetime import timedelta

from steadyhand.lab.cloud.seam import Parameters, Refusal
from steadyhand.lab.rds.life import making
from steadyhand.lab.rds.model import ACCOUNT, REGION, Snapshot, arn
from steadyhand.lab.rds.operations import validation as v
from steadyhand.lab.rds.operations.shapes import (
    describe_event,
    describe_instance,
    describe_snapshot,
    describe_subnet_group,
)
from steadyhand.lab.rds.operations.validation import Shape
from steadyhand.lab.rds.room import Live, Room

PORTION = (
    1024 * 1024
)  # https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DownloadDBLogFilePortion.html
SNAPSHOT_TYPES = ("automated", "manual", "shared", "public", "awsbackup")
SOURCE_TYPES = (
    *("db-instance", "db-parameter-group", "db-security-group", "db-snapshot", "db-cluster"),
    *("db-cluster-snapshot", "custom-engine-version", "db-proxy", "blue-green-deployment"),
    *("db-shard-group", "zero-etl"),
)


def instances(room: Room, asked: Parameters) -> Shape:
    names = ("db-instance-id", "dbi-resource-id", "engine", "db-cluster-id", "domain")
    filters = v.filters(asked, names)
    rows = [room.lives[name] for name in sorted(room.lives)]
    if asked.get("DBInstanceIdentifier"):
        rows = [v.instance(room, asked)]
    rows = [live for live in rows if _fits(live, filters)]
    return v.page(asked, rows, "DBInstances", lambda live: describe_instance(room, live))


def _fits(live: Live, filters: dict[str, list[str]]) -> bool:
    own = {
        "db-instance-id": {live.instance.identifier, arn("db", live.instance.identifier)},
        "dbi-resource-id": {live.instance.resource_id},
        "engine": {"postgres"},
    }
    return all(own.get(name, set()) & set(values) for name, values in filters.items())


def snapshots(room: Room, asked: Parameters) -> Shape:
    names = ("db-instance-id", "db-snapshot-id", "dbi-resource-id", "snapshot-type", "engine")
    filters = v.filters(asked, names)
    kind = asked.get("SnapshotType")
    if kind is not None and kind not in SNAPSHOT_TYPES:
        raise v.refuse(f"Invalid snapshot type: {kind}")
    rows = list(room.snapshots.values())
    if asked.get("DBSnapshotIdentifier"):
        rows = [v.snapshot(room, asked)]
    if asked.get("DBInstanceIdentifier"):
        name = str(asked["DBInstanceIdentifier"]).rpartition(":db:")[2].lower()
        rows = [one for one in rows if one.instance == name]
    if asked.get("DbiResourceId"):
        rows = [one for one in rows if one.resource_id == asked["DbiResourceId"]]
    rows = [one for one in rows if kind in (None, one.kind) and _snapshot_fits(one, filters)]
    return v.page(asked, rows, "DBSnapshots", lambda one: describe_snapshot(room, one))


def _snapshot_fits(one: Snapshot, filters: dict[str, list[str]]) -> bool:
    own = {
        "db-instance-id": {one.instance, arn("db", one.instance)},
        "db-snapshot-id": {one.identifier},
        "dbi-resource-id": {one.resource_id},
        "snapshot-type": {one.kind},
        "engine": {"postgres"},
    }
    return all(own[name] & set(values) for name, values in filters.items())


def automated_backups(room: Room, asked: Parameters) -> Shape:
    v.filters(asked, ())
    rows = [live for _, live in sorted(room.lives.items()) if live.instance.retention_days]
    if asked.get("DBInstanceIdentifier"):
        rows = [live for live in rows if live is v.instance(room, asked)]

    def shape(live: Live) -> Shape:
        one = live.instance
        window = {
            "EarliestTime": making.earliest(room, live),
            "LatestTime": making.latest(room, live),
        }
        return {
            "DBInstanceArn": arn("db", one.identifier),
            "DbiResourceId": one.resource_id,
            "Region": REGION,
            "DBInstanceIdentifier": one.identifier,
            "RestoreWindow": {key: at for key, at in window.items() if at is not None},
            "AllocatedStorage": one.allocated_gib,
            "Status": "active",
            "Port": one.port,
            "AvailabilityZone": one.az,
            "VpcId": room.ground.network.vpc,
            "InstanceCreateTime": one.created,
            "MasterUsername": one.master_user,
            "Engine": "postgres",
            "EngineVersion": one.engine_version,
            "LicenseModel": "postgresql-license",
            "StorageType": one.storage_type,
            "Encrypted": one.encrypted,
            "IAMDatabaseAuthenticationEnabled": one.iam,
            "BackupRetentionPeriod": one.retention_days,
            "DBInstanceAutomatedBackupsArn": arn(
                "auto-backup", f"ab-{one.resource_id[3:].lower()}"
            ),
            "BackupTarget": "region",
        }

    return v.page(asked, rows, "DBInstanceAutomatedBackups", shape)


def events(room: Room, asked: Parameters) -> Shape:
    v.filters(asked, ())
    kind, source = asked.get("SourceType"), asked.get("SourceIdentifier")
    if kind is not None and kind not in SOURCE_TYPES:
        raise v.refuse(f"Invalid source type: {kind}")
    if source is not None and kind is None:
        raise v.combination("Cannot specify source identifier without source type")
    minutes = v.whole(asked, "Duration", 1, 20160, 60)
    now = room.now()
    until = v.moment(asked, "EndTime") or now
    since = v.moment(asked, "StartTime") or until - timedelta(minutes=minutes)
    if since > until:
        raise v.combination("StartTime must be before EndTime")
    categories = set(v.words(asked, "EventCategories"))
    rows = [
        event
        for event in room.events
        if since <= event.at <= until
        and kind in (None, event.kind)
        and (source is None or event.source == str(source).lower())
        and (not categories or categories & set(event.categories))
    ]
    return v.page(asked, rows, "Events", describe_event)


def subnet_groups(room: Room, asked: Parameters) -> Shape:
    v.filters(asked, ())
    v.subnet_group(asked)
    return v.page(asked, [None], "DBSubnetGroups", lambda _: describe_subnet_group(room))


# --- log files ------------------------------------------------------------------------------------


def log_files(room: Room, asked: Parameters) -> Shape:
    live = v.instance(room, asked)
    v.filters(asked, ())
    since, least = asked.get("FileLastWritten"), asked.get("FileSize")
    rows = [
        file
        for file in live.log.all()
        if str(asked.get("FilenameContains") or "") in file.name
        and (since is None or file.written.timestamp() * 1000 >= int(since))
        and (least is None or file.size >= int(least))
    ]
    # This one allows up to 100 too, and its list is in the order of names.
    return v.page(
        asked,
        rows,
        "DescribeDBLogFiles",
        lambda file: {
            "LogFileName": file.name,
            "LastWritten": int(file.written.timestamp() * 1000),
            "Size": file.size,
        },
    )


def log_portion(room: Room, asked: Parameters) -> Shape:
    """From a marker on, or the end of the file; at most a megabyte, and whole lines."""
    live = v.instance(room, asked)
    name = v.wanted(asked, "LogFileName")
    data = live.log.text(name)
    if data is None:
        raise Refusal(
            "DBLogFileNotFoundFault", f"DBLog File: {name}, is not found on the DB instance"
        )
    lines = v.whole(asked, "NumberOfLines", 1, 10000, 10000)
    marker = asked.get("Marker")
    if marker is None:
        start = _last_lines(data, lines)
    else:
        digits = str(marker).rpartition(":")[2]
        if not digits.isdigit():
            raise v.refuse(f"Invalid marker: {marker}")
        start = min(int(digits), len(data))
    portion = data[start : start + PORTION]
    kept = portion.splitlines(keepends=True)[:lines]
    end = start + sum(map(len, kept))
    return {
        "LogFileData": b"".join(kept).decode(errors="replace"),
        "Marker": f"{name.rpartition('.')[2]}:{end}",
        "AdditionalDataPending": end < len(data),
    }


def _last_lines(data: bytes, lines: int) -> int:
    """Where the last lines begin, within the last megabyte."""
    tail = data[-PORTION:]
    kept = tail.splitlines(keepends=True)[-lines:]
    return len(data) - sum(map(len, kept))


# --- tags -----------------------------------------------------------------------------------------


def _tagged(room: Room, asked: Parameters) -> dict[str, str]:
    """The tags of the resource that is named, to be read or changed."""
    name = v.wanted(asked, "ResourceName")
    start = f"arn:aws:rds:{REGION}:{ACCOUNT}:"
    kind, _, rest = name.removeprefix(start).partition(":")
    finders: dict[str, Callable[[], dict[str, str]]] = {
        "db": lambda: v.instance(room, {"DBInstanceIdentifier": rest}).instance.tags,
        "snapshot": lambda: v.snapshot(room, {"DBSnapshotIdentifier": rest}).tags,
        "pg": lambda: v.group(room, {"DBParameterGroupName": rest}).tags,
    }
    if not name.startswith(start) or kind not in finders or not rest:
        raise v.refuse(
            f"The specified resource name does not match an RDS resource in this region: {name}"
        )
    return finders[kind]()


def list_tags(room: Room, asked: Parameters) -> Shape:
    return {"TagList": v.pairs(_tagged(room, asked))}


def add_tags(room: Room, asked: Parameters) -> Shape:
    tags, new = _tagged(room, asked), v.tags(asked)
    if len(tags | new) > 50:
        raise v.refuse("A resource can have at most 50 tags.")
    tags.update(new)
    return {}


def remove_tags(room: Room, asked: Parameters) -> Shape:
    tags = _tagged(room, asked)
    for key in v.words(asked, "TagKeys"):
        tags.pop(key, None)
    return {}
