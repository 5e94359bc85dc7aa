"""ModifyDBInstance: what is asked is judged, done at once, or kept as pending."""

from typing import Any

from steadyhand.lab.cloud.seam import Parameters, Refusal
from steadyhand.lab.rds.life import modifying
from steadyhand.lab.rds.model import Instance, Status
from steadyhand.lab.rds.operations import validation as v
from steadyhand.lab.rds.operations.instances import WITHOUT_EFFECT, answer, iops
from steadyhand.lab.rds.operations.validation import Shape
from steadyhand.lab.rds.room import Live, Room

_AT_ONCE = (
    *("AutoMinorVersionUpgrade", "CopyTagsToSnapshot", "DeletionProtection"),
    *("PreferredBackupWindow", "PreferredMaintenanceWindow", "PubliclyAccessible"),
)
_LATER = ("AllocatedStorage", "DBInstanceClass", "Iops", "MultiAZ", "StorageType")
MODIFY = (
    *("DBInstanceIdentifier", "ApplyImmediately", "MasterUserPassword", "BackupRetentionPeriod"),
    *("DBParameterGroupName", "VpcSecurityGroupIds", "CloudwatchLogsExportConfiguration"),
    *("NewDBInstanceIdentifier", "EnableIAMDatabaseAuthentication", *_AT_ONCE, *_LATER),
    *WITHOUT_EFFECT,
)


def modify(room: Room, asked: Parameters) -> Shape:
    """Judge all of it first; then what needs no waiting is done, and the rest becomes pending."""
    v.without(asked, MODIFY, "ModifyDBInstance")
    live = v.instance(room, asked)
    instance = live.instance
    given = {key for key, value in asked.items() if value is not None}
    if not given - {"DBInstanceIdentifier", "ApplyImmediately"}:
        raise v.combination("No modifications were requested")
    grows = {"AllocatedStorage", "Iops", "StorageType"} & given
    v.accepting(
        live,
        "Database instance is not in available state.",
        (Status.STORAGE_FULL,) if grows else (),
    )
    v.engine(room, {"EngineVersion": asked.get("EngineVersion")}, "postgres")
    wanted = _wanted(room, asked, live)
    immediate = v.flag(asked, "ApplyImmediately")
    _at_once(room, live, asked, wanted)
    later = {name: wanted[name] for name in wanted if name not in _AT_ONCE}
    for name, value in later.items():
        if getattr(instance, modifying.ATTRIBUTES.get(name, ""), None) != value:
            instance.pending[name] = value
        else:
            instance.pending.pop(name, None)  # back to what it is
    shape = answer(room, live)
    now = _without_window(instance, later)
    if immediate:
        modifying.apply(room, live)
    elif now:
        held = {key: value for key, value in instance.pending.items() if key not in now}
        instance.pending = {key: instance.pending[key] for key in now if key in instance.pending}
        modifying.apply(room, live)
        instance.pending |= held
    return shape


def _without_window(instance: Instance, later: dict[str, Any]) -> set[str]:
    """What RDS applies as soon as it can, even when it is not told to."""
    # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ModifyInstance.Settings.html
    soon = {"MasterUserPassword"} & set(later)
    if instance.retention_days > 0 and later.get("BackupRetentionPeriod", 0) > 0:
        soon.add("BackupRetentionPeriod")
    return soon


def _wanted(room: Room, asked: Parameters, live: Live) -> dict[str, Any]:
    """Every asked value, valid for this instance. Raises Refusal."""
    instance = live.instance
    found: dict[str, Any] = {}
    if asked.get("DBInstanceClass") is not None:
        found["DBInstanceClass"] = v.instance_class(asked)
    if asked.get("MasterUserPassword") is not None:
        if instance.source:
            raise v.combination("The master password of a read replica cannot be changed.")
        found["MasterUserPassword"] = v.password(asked)
    if asked.get("BackupRetentionPeriod") is not None:
        found["BackupRetentionPeriod"] = _retention(room, asked, instance)
    for name in ("AutoMinorVersionUpgrade", "CopyTagsToSnapshot", "DeletionProtection",
                 "PubliclyAccessible", "MultiAZ"):  # fmt: skip
        if asked.get(name) is not None:
            found[name] = v.flag(asked, name)
    if found.get("MultiAZ") and instance.source:
        raise v.combination("The lab's read replicas have no standby.")
    if asked.get("EnableIAMDatabaseAuthentication") is not None:
        iam = v.flag(asked, "EnableIAMDatabaseAuthentication")
        found["IAMDatabaseAuthenticationEnabled"] = iam
    _windows(asked, instance, found)
    _storage(room, asked, instance, found)
    if asked.get("NewDBInstanceIdentifier") is not None:
        found["DBInstanceIdentifier"] = v.new_instance(room, asked, "NewDBInstanceIdentifier")
    return found


def _retention(room: Room, asked: Parameters, instance: Instance) -> int:
    days = v.retention(asked, instance.retention_days)
    if instance.source and days:
        raise Refusal(
            "InvalidDBInstanceState", "DB Backups not supported on a read replica in the lab"
        )
    if days == 0 and room.replicas(instance.identifier):
        raise Refusal(
            "InvalidDBInstanceState",
            "Backups cannot be disabled on instances with replicas, delete all replicas before"
            " disabling backups",
        )
    return days


def _windows(asked: Parameters, instance: Instance, found: dict[str, Any]) -> None:
    backup = v.backup_window(asked, instance.backup_window)
    maintenance = v.maintenance_window(asked, instance.maintenance_window)
    v.windows_apart(backup, maintenance)
    if asked.get("PreferredBackupWindow") is not None:
        found["PreferredBackupWindow"] = backup
    if asked.get("PreferredMaintenanceWindow") is not None:
        found["PreferredMaintenanceWindow"] = maintenance


def _storage(room: Room, asked: Parameters, instance: Instance, found: dict[str, Any]) -> None:
    kind = v.storage_type(asked, instance.storage_type)
    if asked.get("StorageType") is not None or asked.get("Iops") is not None:
        found |= {"StorageType": kind, "Iops": iops(asked, kind)}
    if asked.get("AllocatedStorage") is None:
        return
    size, now = v.storage(asked, kind), instance.allocated_gib
    if size < now:
        raise v.combination(
            f"Requested storage size ({size}) cannot be less than the current storage size ({now})."
        )
    if size == now:
        return
    # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIOPS.ModifyingExisting.html
    pause = room.ground.durations.shortened(6 * 3600)
    changed = instance.storage_changed
    if changed is not None and (room.now() - changed).total_seconds() < pause:
        raise v.combination(
            "You can't currently modify the storage of this DB instance because the previous"
            " storage change is being optimized."
        )
    found["AllocatedStorage"] = max(size, -(-now * 11 // 10))  # a tenth more, at least


def _at_once(room: Room, live: Live, asked: Parameters, wanted: dict[str, Any]) -> None:
    instance = live.instance
    logs = asked.get("CloudwatchLogsExportConfiguration") or {}
    enable, disable = (
        v.exports(logs.get(f"{word}LogTypes") or []) for word in ("Enable", "Disable")
    )
    group = v.group_for(room, asked, instance.parameter_group)
    if asked.get("VpcSecurityGroupIds"):
        instance.security_groups = v.security_groups(room, asked)
    instance.exports = sorted((set(instance.exports) | set(enable)) - set(disable))
    for name in _AT_ONCE:
        if name in wanted:
            setattr(instance, modifying.ATTRIBUTES[name], wanted[name])
    if group != instance.parameter_group:
        modifying.use_group(room, live, group)
