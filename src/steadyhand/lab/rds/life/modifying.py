"""Modifications of an instance: pending, applied, renamed; parameters and passwords among them."""

from typing import Any

from psycopg import sql

from steadyhand.lab.rds.life import backups, making, standby
from steadyhand.lab.rds.life.changes import restarted, tell, unstartable
from steadyhand.lab.rds.model import Instance, Status
from steadyhand.lab.rds.room import Live, Room, Step
from steadyhand.lab.rds.server import Server, configure

# How long AWS takes, about, in seconds.
MODIFY, RESIZE, PASSWORD, RENAME, OPTIMIZE = 60.0, 360.0, 30.0, 60.0, 600.0
# A change is answered first, and the state changes a little later.
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Overview.DBInstance.Modifying.html
MODIFY_DELAY = 20.0

ATTRIBUTES = {
    "AllocatedStorage": "allocated_gib",
    "AutoMinorVersionUpgrade": "minor_upgrades",
    "BackupRetentionPeriod": "retention_days",
    "CopyTagsToSnapshot": "copy_tags",
    "DBInstanceClass": "instance_class",
    "DeletionProtection": "deletion_protection",
    "EngineVersion": "engine_version",
    "IAMDatabaseAuthenticationEnabled": "iam",
    "Iops": "iops",
    "MultiAZ": "multi_az",
    "PreferredBackupWindow": "backup_window",
    "PreferredMaintenanceWindow": "maintenance_window",
    "PubliclyAccessible": "public",
    "StorageType": "storage_type",
}
_NAMES = {
    "DBInstanceClass": "database instance class",
    "AllocatedStorage": "allocated storage",
    "MultiAZ": "convert to a Multi-AZ DB instance",
    "BackupRetentionPeriod": "backup retention period",
}


def apply(room: Room, live: Live) -> None:
    """Begin all modifications that are pending: at once, or now that its window is open."""
    password = live.instance.pending.get("MasterUserPassword")
    if password:
        set_password(room, live, str(password))
    changes = _without_password(live.instance)
    if not changes:
        return
    resized = "DBInstanceClass" in changes
    for name in changes:
        if name in _NAMES:
            tell(room, live, f"Applying modification to {_NAMES[name]}", "configuration change")

    def done(server: Server | None) -> None:
        if server is not None:
            making.attach(room, live, server)
        _applied(room, live, changes)

    def work() -> Server | None:
        return _resized(room, live, str(changes["DBInstanceClass"])) if resized else None

    seconds = RESIZE if resized else MODIFY
    failed = unstartable(room, live)
    room.begin(live, Step(Status.MODIFYING, seconds, work, done, failed, MODIFY_DELAY))


def _without_password(instance: Instance) -> dict[str, Any]:
    return {key: value for key, value in instance.pending.items() if key != "MasterUserPassword"}


def _resized(room: Room, live: Live, size: str) -> Server:
    """Restart with another class. From a worker: it reads the instance, and changes its class."""
    live.instance.instance_class = size
    return restarted(room, live)()


def _applied(room: Room, live: Live, changes: dict[str, Any]) -> None:
    instance = live.instance
    retention = instance.retention_days
    for name, value in changes.items():
        if name in ATTRIBUTES:
            setattr(instance, ATTRIBUTES[name], value)
        if instance.pending.get(name) == value:
            del instance.pending[name]
        if name in _NAMES:
            message = f"Finished applying modification to {_NAMES[name]}"
            tell(room, live, message, "configuration change")
    if "MultiAZ" in changes:
        zones(instance)
        if not instance.multi_az:
            standby.drop_standby(room, live)
    if live.server is not None:
        making.attach(room, live, live.server)
        making.settle(room, live)
    _retention(room, live, retention)
    if "AllocatedStorage" in changes:
        instance.storage_changed = room.now()
        optimize(room, live)
    if "DBInstanceIdentifier" in changes:
        rename(room, live, str(changes["DBInstanceIdentifier"]))


def _retention(room: Room, live: Live, before: int) -> None:
    after = live.instance.retention_days
    if before == 0 and after > 0:
        backups.automated(room, live)
    elif after < before:
        backups.prune(room, live)


def zones(instance: Instance) -> None:
    """A Multi-AZ instance has a second zone, another has none."""
    letters = "abc"
    if not instance.multi_az:
        instance.secondary_az = ""
    elif not instance.secondary_az:
        at = letters.index(instance.az[-1]) if instance.az[-1] in letters else 0
        instance.secondary_az = instance.az[:-1] + letters[(at + 1) % len(letters)]


def optimize(room: Room, live: Live) -> None:
    def nothing(_: Any) -> None:
        return

    step = Step(Status.STORAGE_OPTIMIZATION, OPTIMIZE, lambda: None, nothing, nothing)
    room.begin(live, step)


def set_password(room: Room, live: Live, password: str) -> None:
    """Change the master user's password; connections that are open stay open."""
    instance, server = live.instance, live.server
    assert server is not None
    change = sql.SQL("alter role {} password {}")
    statement = change.format(sql.Identifier(instance.master_user), sql.Literal(password))

    def done(_: None) -> None:
        if instance.pending.get("MasterUserPassword") == password:
            del instance.pending["MasterUserPassword"]
        tell(room, live, "Reset master credentials", "configuration change")

    def work() -> None:
        server.run(statement)
        # From now on it is the one that lets in, also while the state still says "resetting".
        instance.master_password = password

    def failed(error: Exception) -> None:
        instance.pending.pop("MasterUserPassword", None)
        tell(room, live, f"Master credentials were not reset: {error}", "failure")

    room.begin(live, Step(Status.RESETTING, PASSWORD, work, done, failed, MODIFY_DELAY))


def rename(room: Room, live: Live, name: str) -> None:
    old = live.instance.identifier

    def done(_: None) -> None:
        del room.lives[old]
        live.instance.identifier = name
        room.lives[name] = live
        for replica in room.replicas(old):
            replica.instance.source = name
        tell(room, live, f"Renamed instance from {old} to {name}", "configuration change")

    def failed(_: Exception) -> None:
        return

    room.begin(live, Step(Status.RENAMING, RENAME, lambda: None, done, failed))


# --- parameters -------------------------------------------------------------------------------


def use_parameters(room: Room, live: Live, names: set[str]) -> None:
    """A group changed: what is dynamic and immediate is applied, the rest waits for a reboot."""
    group, instance = room.group_of(live.instance), live.instance
    for name in names:
        at_once = group.methods.get(name, "pending-reboot") == "immediate"
        if at_once and not room.parameters[name].static:
            if name in group.values:
                instance.applied[name] = group.values[name]
            else:
                instance.applied.pop(name, None)
    instance.restart_due = instance.applied != group.values
    making.settle(room, live)
    if live.standby is not None:
        lines = making.settings(room, live)
        lines["primary_conninfo"] = making.conninfo(room, instance, making.STANDBY)
        lines.pop("synchronous_standby_names", None)
        configure(room.installation, live.standby.data, lines)
        live.standby.reload()


def use_group(room: Room, live: Live, name: str) -> None:
    """Another group: its dynamic parameters are applied at once, the static ones at a reboot."""
    instance = live.instance
    instance.parameter_group = name
    group = room.groups[name]
    for known in set(instance.applied) | set(group.values):
        if room.parameters[known].static:
            continue
        if known in group.values:
            instance.applied[known] = group.values[known]
        else:
            instance.applied.pop(known, None)
    # A new group waits for a reboot in any case:
    # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithParamGroups.html
    instance.restart_due = True
    making.settle(room, live)
    message = f"Updated to use DBParameterGroup {name}"
    tell(room, live, message, "configuration change")
