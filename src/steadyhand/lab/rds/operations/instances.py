"""Creating, changing and ending DB instances, as RDS lets one."""

from dataclasses import replace

from steadyhand.lab.cloud.seam import Parameters, Refusal
from steadyhand.lab.rds.life import backups, changes, making, modifying
from steadyhand.lab.rds.model import Instance, Status, new_resource
from steadyhand.lab.rds.operations import validation as v
from steadyhand.lab.rds.operations.shapes import describe_instance
from steadyhand.lab.rds.operations.validation import Shape
from steadyhand.lab.rds.room import Live, Room

# What RDS takes and what changes nothing in the lab's answers or in its physics.
WITHOUT_EFFECT = (
    *("CACertificateIdentifier", "KmsKeyId", "LicenseModel", "MonitoringInterval", "NetworkType"),
    *("EnablePerformanceInsights", "OptionGroupName", "DatabaseInsightsMode", "EngineVersion"),
    *("DBSecurityGroups", "DBSubnetGroupName", "EngineLifecycleSupport", "StorageThroughput"),
    *("AllowMajorVersionUpgrade", "CertificateRotationRestart", "UseDefaultProcessorFeatures"),
)
# What every way of making an instance has.
PLACING = (
    *("DBInstanceClass", "Port", "AvailabilityZone", "MultiAZ", "PubliclyAccessible", "Tags"),
    *(
        "AutoMinorVersionUpgrade",
        "StorageType",
        "Iops",
        "VpcSecurityGroupIds",
        "DeletionProtection",
    ),
    *("DBParameterGroupName", "EnableCloudwatchLogsExports", "CopyTagsToSnapshot"),
    *("EnableIAMDatabaseAuthentication", "BackupTarget", *WITHOUT_EFFECT),
)
CREATE = (
    *("DBInstanceIdentifier", "DBName", "AllocatedStorage", "Engine", "MasterUsername"),
    *("MasterUserPassword", "PreferredMaintenanceWindow", "BackupRetentionPeriod"),
    *("PreferredBackupWindow", "StorageEncrypted", *PLACING),
)
ZONES = tuple(f"us-east-1{letter}" for letter in "abcdef")


def answer(room: Room, live: Live) -> Shape:
    return {"DBInstance": describe_instance(room, live)}


def placing(room: Room, asked: Parameters, instance: Instance) -> Instance:
    """What every new instance is told in one way: class, zone, storage type, groups, tags."""
    multi_az, zone = v.flag(asked, "MultiAZ", instance.multi_az), asked.get("AvailabilityZone")
    if multi_az and zone is not None:
        raise v.combination(
            "Requesting a specific availability zone is not valid for Multi-AZ instances."
        )
    if zone is not None and zone not in ZONES:
        raise v.refuse(f"Invalid availability zone: {zone}")
    v.subnet_group(asked)
    kind = v.storage_type(asked, instance.storage_type)
    made = replace(
        instance,
        instance_class=v.instance_class(asked, instance.instance_class),
        port=v.whole(asked, "Port", 1150, 65535, instance.port),
        az=str(zone or instance.az),
        secondary_az="",
        multi_az=multi_az,
        public=v.flag(asked, "PubliclyAccessible", instance.public),
        minor_upgrades=v.flag(asked, "AutoMinorVersionUpgrade", instance.minor_upgrades),
        storage_type=kind,
        iops=iops(asked, kind),
        security_groups=v.security_groups(room, asked),
        deletion_protection=v.flag(asked, "DeletionProtection"),
        copy_tags=v.flag(asked, "CopyTagsToSnapshot", instance.copy_tags),
        iam=v.flag(asked, "EnableIAMDatabaseAuthentication"),
        parameter_group=v.group_for(room, asked, f"default.{room.family}"),
        exports=v.exports(v.words(asked, "EnableCloudwatchLogsExports")),
        tags=v.tags(asked) or dict(instance.tags),
    )
    modifying.zones(made)
    return made


def iops(asked: Parameters, kind: str) -> int:
    # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Storage.html
    given = asked.get("Iops")
    if kind in ("io1", "io2"):
        if given is None:
            raise v.combination(f"You must specify the IOPS value for storage type {kind}")
        return v.whole(asked, "Iops", 1000, 256000, 1000)
    if given is not None and kind != "gp3":
        raise v.combination(f"Invalid to specify iops with storage type {kind}")
    return v.whole(asked, "Iops", 3000, 64000, 3000)


def create(room: Room, asked: Parameters) -> Shape:
    v.without(asked, CREATE, "CreateDBInstance")
    identifier = v.new_instance(room, asked)
    v.engine(room, asked)
    backup = v.backup_window(asked, "03:00-03:30")
    maintenance = v.maintenance_window(asked, "sun:05:00-sun:05:30")
    v.windows_apart(backup, maintenance)
    instance = Instance(
        identifier=identifier,
        resource_id=new_resource(),
        instance_class=v.instance_class(asked),
        allocated_gib=v.storage(asked, v.storage_type(asked)),
        master_user=v.master_user(asked),
        master_password=v.password(asked),
        database=v.database(asked),
        created=room.now(),
        storage_type="gp2",
        retention_days=v.retention(asked, 1),
        backup_window=backup,
        maintenance_window=maintenance,
        encrypted=v.flag(asked, "StorageEncrypted"),
        engine_version=room.installation.version,
    )
    live = room.add(placing(room, asked, instance))
    making.make(room, live)
    return answer(room, live)


def create_replica(room: Room, asked: Parameters) -> Shape:
    known = ("DBInstanceIdentifier", "SourceDBInstanceIdentifier", "SourceRegion", *PLACING)
    v.without(asked, known, "CreateDBInstanceReadReplica")
    identifier = v.new_instance(room, asked)
    source = v.instance(room, asked, "SourceDBInstanceIdentifier").instance
    # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PostgreSQL.Replication.ReadReplicas.html
    v.accepting(
        room.lives[source.identifier], "The source instance {} is not in the available state."
    )
    if source.retention_days == 0:
        raise Refusal(
            "InvalidDBInstanceState",
            "Automated backups are not enabled for this database instance. "
            "To enable automated backups, use ModifyDBInstance to set the backup retention period.",
        )
    if source.source:
        raise Refusal(
            "InvalidDBInstanceState", "The lab's read replicas have no replicas of their own."
        )
    if len(room.replicas(source.identifier)) >= 15:
        raise Refusal("InvalidDBInstanceState", "A source can have at most 15 read replicas.")
    copy = replace(
        source,
        identifier=identifier,
        resource_id=new_resource(),
        created=room.now(),
        status=Status.CREATING,
        side="a",
        host="",
        source=source.identifier,
        retention_days=0,
        multi_az=False,
        pending={},
        tags={},
        beat=None,
        final="",
        storage_changed=None,
        origin={"kind": "replica"},
    )
    live = room.add(placing(room, asked, copy))
    making.make(room, live)
    return answer(room, live)


def promote(room: Room, asked: Parameters) -> Shape:
    known = ("DBInstanceIdentifier", "BackupRetentionPeriod", "PreferredBackupWindow")
    v.without(asked, known, "PromoteReadReplica")
    live = v.instance(room, asked)
    if not live.instance.source:
        raise Refusal("InvalidDBInstanceState", "DB Instance is not a read replica.")
    v.accepting(live, "Instance {} is not in the available state.")
    retention, window = v.retention(asked, 1), v.backup_window(asked, live.instance.backup_window)
    v.windows_apart(window, live.instance.maintenance_window)
    shape = answer(room, live)
    changes.promote(room, live, retention, window)
    shape["DBInstance"]["DBInstanceStatus"] = str(live.instance.status)
    return shape


def reboot(room: Room, asked: Parameters) -> Shape:
    v.without(asked, ("DBInstanceIdentifier", "ForceFailover"), "RebootDBInstance")
    live = v.instance(room, asked)
    failover = v.flag(asked, "ForceFailover")
    v.accepting(
        live,
        "Instance cannot currently reboot due to an in-progress management operation.",
        (Status.STORAGE_FULL, Status.INCOMPATIBLE_PARAMETERS),
    )
    if failover and not live.instance.multi_az:
        raise v.combination("Forcing failover is only valid for Multi-AZ DB instances.")
    changes.reboot(room, live, failover)
    return answer(room, live)


def stop(room: Room, asked: Parameters) -> Shape:
    v.without(asked, ("DBInstanceIdentifier", "DBSnapshotIdentifier"), "StopDBInstance")
    live = v.instance(room, asked)
    v.accepting(live, "Instance {} is not in available state.")
    # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_StopInstance.html
    if live.instance.source or room.replicas(live.instance.identifier):
        raise Refusal(
            "InvalidDBInstanceState",
            "Cannot stop or start a read replica or an instance that has one.",
        )
    if asked.get("DBSnapshotIdentifier"):
        name = v.new_snapshot(room, asked)
        backups.begin(room, live, backups.new_snapshot(room, live.instance, name, "manual"))
    changes.stop(room, live)
    live.instance.status = Status.STOPPING
    return answer(room, live)


def start(room: Room, asked: Parameters) -> Shape:
    v.without(asked, ("DBInstanceIdentifier",), "StartDBInstance")
    live = v.instance(room, asked)
    if live.instance.status is not Status.STOPPED:
        raise Refusal(
            "InvalidDBInstanceState",
            f"Instance {live.instance.identifier} is not stopped, it cannot be started.",
        )
    changes.start_again(room, live)
    return answer(room, live)


def delete(room: Room, asked: Parameters) -> Shape:
    known = ("DBInstanceIdentifier", "SkipFinalSnapshot", "FinalDBSnapshotIdentifier",
             "DeleteAutomatedBackups")  # fmt: skip
    v.without(asked, known, "DeleteDBInstance")
    live = v.instance(room, asked)
    instance = live.instance
    skip, final = v.flag(asked, "SkipFinalSnapshot"), asked.get("FinalDBSnapshotIdentifier")
    if instance.deletion_protection:
        raise v.combination(
            "Cannot delete protected DB Instance, please disable deletion protection and try again."
        )
    if instance.status is Status.DELETING:
        raise Refusal(
            "InvalidDBInstanceState", f"Instance {instance.identifier} is already being deleted."
        )
    if final is not None and instance.source:
        raise v.combination(
            "FinalDBSnapshotIdentifier can not be specified when deleting a replica instance"
        )
    if final is not None and skip:
        raise v.combination(
            "FinalDBSnapshotIdentifier can not be specified when SkipFinalSnapshot is true"
        )
    if final is None and not skip and not instance.source:
        raise v.combination(
            "FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified."
        )
    if not v.flag(asked, "DeleteAutomatedBackups", True):
        raise v.refuse("The lab keeps no automated backups of a deleted instance.",
                       "UnsupportedFeatureException")  # fmt: skip
    if final is not None:
        name = v.new_snapshot(room, asked, "FinalDBSnapshotIdentifier")
        v.accepting(
            live,
            "Cannot create a snapshot because the database instance {} is not currently in the"
            " available state.",
            (Status.STORAGE_FULL,),
        )
        instance.final = name
    live.queue.clear()
    changes.delete(room, live)
    instance.status = Status.DELETING
    return answer(room, live)
