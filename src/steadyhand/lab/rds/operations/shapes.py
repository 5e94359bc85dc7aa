"""What RDS keeps in, the API's own shapes out. Changes nothing."""

from datetime import UTC, datetime
from typing import Any

from steadyhand.lab.rds.life import making
from steadyhand.lab.rds.model import ACCOUNT, REGION, Event, Group, Snapshot, Status, arn
from steadyhand.lab.rds.operations.validation import Shape, pairs
from steadyhand.lab.rds.parameters import Parameter
from steadyhand.lab.rds.room import Live, Room

KMS = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1f2e3d4c-5b6a-4978-8695-a4b3c2d1e0f9"
CERTIFICATE = "rds-ca-rsa2048-g1"
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.SSL.html: ten years and more
CERTIFICATE_ENDS = datetime(2061, 5, 25, 22, 34, 57, tzinfo=UTC)


def describe_instance(room: Room, live: Live) -> Shape:
    """One DBInstance, complete."""
    instance = live.instance
    born = instance.status is not Status.CREATING
    found: Shape = {
        "DBInstanceIdentifier": instance.identifier,
        "DBInstanceClass": instance.instance_class,
        "Engine": "postgres",
        "DBInstanceStatus": str(instance.status),
        "MasterUsername": instance.master_user,
        "AllocatedStorage": instance.allocated_gib,
        "PreferredBackupWindow": instance.backup_window,
        "BackupRetentionPeriod": instance.retention_days,
        "DBSecurityGroups": [],
        "VpcSecurityGroups": [
            {"VpcSecurityGroupId": one, "Status": "active"} for one in instance.security_groups
        ],
        "DBParameterGroups": [_group_of(live)],
        "DBSubnetGroup": describe_subnet_group(room),
        "PreferredMaintenanceWindow": instance.maintenance_window,
        "PendingModifiedValues": pending(instance.pending),
        "MultiAZ": instance.multi_az,
        "EngineVersion": instance.engine_version,
        "AutoMinorVersionUpgrade": instance.minor_upgrades,
        "ReadReplicaDBInstanceIdentifiers": [
            replica.instance.identifier for replica in room.replicas(instance.identifier)
        ],
        "LicenseModel": "postgresql-license",
        "OptionGroupMemberships": [
            {"OptionGroupName": _options(room), "Status": "in-sync"},
        ],
        "PubliclyAccessible": instance.public,
        "StorageType": instance.storage_type,
        "DbInstancePort": 0,
        "StorageEncrypted": instance.encrypted,
        "DbiResourceId": instance.resource_id,
        "CACertificateIdentifier": CERTIFICATE,
        "DomainMemberships": [],
        "CopyTagsToSnapshot": instance.copy_tags,
        "MonitoringInterval": 0,
        "DBInstanceArn": arn("db", instance.identifier),
        "IAMDatabaseAuthenticationEnabled": instance.iam,
        "DatabaseInsightsMode": "standard",
        "PerformanceInsightsEnabled": False,
        "DeletionProtection": instance.deletion_protection,
        "AssociatedRoles": [],
        "TagList": pairs(instance.tags),
        "CustomerOwnedIpEnabled": False,
        "ActivityStreamStatus": "stopped",
        "BackupTarget": "region",
        "NetworkType": "IPV4",
        "CertificateDetails": {"CAIdentifier": CERTIFICATE, "ValidTill": CERTIFICATE_ENDS},
        "DedicatedLogVolume": False,
        "IsStorageConfigUpgradeAvailable": False,
        "EngineLifecycleSupport": "open-source-rds-extended-support",
    }
    found |= _sometimes(room, live)
    if born:
        found["AvailabilityZone"] = instance.az
        found["InstanceCreateTime"] = instance.created
        found["Endpoint"] = {
            "Address": room.address(instance),
            "Port": instance.port,
            "HostedZoneId": "Z2R2ITUGPM61AM",
        }
    return found


def _sometimes(room: Room, live: Live) -> Shape:
    """What is only there when it says something."""
    instance = live.instance
    found: Shape = {}
    if instance.database:
        found["DBName"] = instance.database
    latest = making.latest(room, live)
    if latest is not None:
        found["LatestRestorableTime"] = latest
    if instance.multi_az and instance.secondary_az:
        found["SecondaryAvailabilityZone"] = instance.secondary_az
    if instance.exports:
        found["EnabledCloudwatchLogsExports"] = list(instance.exports)
    if instance.encrypted:
        found["KmsKeyId"] = KMS
    if instance.storage_type in ("gp3", "io1", "io2"):
        found["Iops"] = instance.iops
    if instance.storage_type == "gp3":
        found["StorageThroughput"] = 125
    if instance.source:
        found["ReadReplicaSourceDBInstanceIdentifier"] = instance.source
        found["StatusInfos"] = [_replication(live)]
    return found


def _replication(live: Live) -> Shape:
    values = live.watch.sample.values if live.watch is not None else {}
    works = values.get("ReplicaLag", (-1.0, ""))[0] >= 0
    return {
        "StatusType": "read replication",
        "Normal": works,
        "Status": "replicating" if works else "error",
    }


def _options(room: Room) -> str:
    return f"default:postgres-{room.installation.version.partition('.')[0]}"


def _group_of(live: Live) -> Shape:
    status = "pending-reboot" if live.instance.restart_due else "in-sync"
    return {
        "DBParameterGroupName": live.instance.parameter_group,
        "ParameterApplyStatus": status,
    }


def pending(changes: dict[str, Any]) -> Shape:
    hidden = {"MasterUserPassword": "****"} if "MasterUserPassword" in changes else {}
    return {**changes, **hidden}


def describe_subnet_group(room: Room) -> Shape:
    network = room.ground.network
    return {
        "DBSubnetGroupName": "default",
        "DBSubnetGroupDescription": "default",
        "VpcId": network.vpc,
        "SubnetGroupStatus": "Complete",
        "Subnets": [
            {
                "SubnetIdentifier": subnet,
                "SubnetAvailabilityZone": {"Name": zone},
                "SubnetOutpost": {},
                "SubnetStatus": "Active",
            }
            for subnet, zone in network.subnets
        ],
        "DBSubnetGroupArn": arn("subgrp", "default"),
        "SupportedNetworkTypes": ["IPV4"],
    }


def describe_snapshot(room: Room, snapshot: Snapshot) -> Shape:
    kept = snapshot.settings
    found: Shape = {
        "DBSnapshotIdentifier": snapshot.identifier,
        "DBInstanceIdentifier": snapshot.instance,
        "SnapshotCreateTime": snapshot.started,
        "OriginalSnapshotCreateTime": snapshot.original or snapshot.started,
        "Engine": "postgres",
        "AllocatedStorage": kept["allocated_gib"],
        "Status": snapshot.status,
        "Port": kept["port"],
        "AvailabilityZone": kept["az"],
        "VpcId": room.ground.network.vpc,
        "InstanceCreateTime": datetime.fromisoformat(kept["created"]),
        "MasterUsername": kept["master_user"],
        "EngineVersion": kept["engine_version"],
        "LicenseModel": "postgresql-license",
        "SnapshotType": snapshot.kind,
        "OptionGroupName": _options(room),
        "PercentProgress": snapshot.progress,
        "StorageType": kept["storage_type"],
        "Encrypted": kept["encrypted"],
        "DBSnapshotArn": arn("snapshot", snapshot.identifier),
        "IAMDatabaseAuthenticationEnabled": kept["iam"],
        "ProcessorFeatures": [],
        "DbiResourceId": snapshot.resource_id,
        "TagList": pairs(snapshot.tags),
        "SnapshotTarget": "region",
        "DedicatedLogVolume": False,
        "MultiTenant": False,
    }
    if kept["encrypted"]:
        found["KmsKeyId"] = KMS
    if kept["storage_type"] in ("gp3", "io1", "io2"):
        found["Iops"] = kept["iops"]
    if snapshot.source:
        found["SourceDBSnapshotIdentifier"] = arn("snapshot", snapshot.source)
        found["SourceRegion"] = REGION
    return found


def describe_group(group: Group) -> Shape:
    return {
        "DBParameterGroupName": group.name,
        "DBParameterGroupFamily": group.family,
        "Description": group.description,
        "DBParameterGroupArn": arn("pg", group.name),
    }


def describe_parameter(parameter: Parameter, group: Group) -> Shape:
    found: Shape = {
        "ParameterName": parameter.name,
        "Description": parameter.description,
        "Source": "engine-default",
        "ApplyType": parameter.apply_type,
        "DataType": parameter.data_type,
        "IsModifiable": parameter.modifiable,
        "ApplyMethod": group.methods.get(parameter.name, "pending-reboot"),
    }
    if parameter.allowed:
        found["AllowedValues"] = parameter.allowed
    if parameter.name in group.values:
        found |= {"ParameterValue": group.values[parameter.name], "Source": "user"}
    elif parameter.value is not None:
        found |= {"ParameterValue": parameter.value, "Source": "system"}
    return found


def describe_event(event: Event) -> Shape:
    kinds = {"db-instance": "db", "db-snapshot": "snapshot", "db-parameter-group": "pg"}
    return {
        "SourceIdentifier": event.source,
        "SourceType": event.kind,
        "Message": event.message,
        "EventCategories": list(event.categories),
        "Date": event.at,
        "SourceArn": arn(kinds[event.kind], event.source),
    }
