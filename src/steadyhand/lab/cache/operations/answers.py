"""Groups, nodes, snapshots in, the API's shapes out. Changes nothing."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from steadyhand.lab.account import ACCOUNT, REGION
from steadyhand.lab.cache.model import NODE, SHARD, Event, Group, Node, Snapshot, Status
from steadyhand.lab.cache.parameters import PARAMETERS, Parameter, ParameterGroup

Shape = dict[str, Any]


def arn(kind: str, name: str) -> str:
    return f"arn:aws:elasticache:{REGION}:{ACCOUNT}:{kind}:{name}"


def _endpoint(address: tuple[str, int]) -> Shape:
    return {"Address": address[0], "Port": address[1]}


# https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CacheCluster.html
def cache_cluster(group: Group, node: Node, with_nodes: bool = False) -> Shape:
    shape: Shape = {
        "CacheClusterId": node.id,
        "CacheNodeType": group.node_type,
        "Engine": group.engine,
        "EngineVersion": _full(group.engine_version),
        "CacheClusterStatus": node.status.value,
        "NumCacheNodes": 1,
        "PreferredAvailabilityZone": node.zone,
        "CacheClusterCreateTime": node.created_at,
        "PreferredMaintenanceWindow": group.maintenance_window,
        "PendingModifiedValues": _pending_cluster(group),
        "CacheSecurityGroups": [],
        "CacheParameterGroup": {
            "CacheParameterGroupName": group.parameter_group,
            "ParameterApplyStatus": "in-sync",
            "CacheNodeIdsToReboot": [],
        },
        "CacheSubnetGroupName": group.subnet_group,
        "AutoMinorVersionUpgrade": group.minor_upgrades,
        "SecurityGroups": [
            {"SecurityGroupId": one, "Status": "active"} for one in group.security_groups
        ],
        "SnapshotRetentionLimit": _retention(group, node),
        "SnapshotWindow": group.snapshot_window,
        "AuthTokenEnabled": False,
        "TransitEncryptionEnabled": False,
        "AtRestEncryptionEnabled": False,
        "ARN": arn("cluster", node.id),
        "ReplicationGroupLogDeliveryEnabled": False,
        "LogDeliveryConfigurations": [],
        "NetworkType": "ipv4",
        "IpDiscovery": "ipv4",
    }
    if not group.alone:
        shape["ReplicationGroupId"] = group.id
    if with_nodes and node.status is not Status.CREATING:
        shape["CacheNodes"] = [_cache_node(node)]
    return shape


def _full(version: str) -> str:
    """AWS tells the patch as well; since version 6 it chooses it."""
    return version if version.count(".") > 1 else f"{version}.0"


def _retention(group: Group, node: Node) -> int:
    """Snapshots are taken of one node, so the others tell 0."""
    mine = group.alone or node.id == (group.snapshotting_node or group.nodes[-1].id)
    return group.snapshot_retention if mine else 0


def _pending_cluster(group: Group) -> Shape:
    kept = group.pending.get("CacheNodeType")
    return {"CacheNodeType": kept} if kept else {}


def _cache_node(node: Node) -> Shape:
    return {
        "CacheNodeId": NODE,
        "CacheNodeStatus": "rebooting" if node.status is Status.REBOOTING else "available",
        "CacheNodeCreateTime": node.created_at,
        "Endpoint": _endpoint((node.host, node.port)),
        "ParameterGroupStatus": "in-sync",
        "CustomerAvailabilityZone": node.zone,
    }


# https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_ReplicationGroup.html
def replication_group(group: Group) -> Shape:
    return {
        "ReplicationGroupId": group.id,
        "Description": group.description,
        "GlobalReplicationGroupInfo": {},
        "Status": group.status.value,
        "PendingModifiedValues": _pending_group(group),
        "MemberClusters": [node.id for node in group.nodes],
        "NodeGroups": [_node_group(group)],
        "AutomaticFailover": "enabled" if group.automatic_failover else "disabled",
        "MultiAZ": "enabled" if group.multi_az else "disabled",
        **({"SnapshottingClusterId": group.snapshotting_node} if group.snapshotting_node else {}),
        "SnapshotRetentionLimit": group.snapshot_retention,
        "SnapshotWindow": group.snapshot_window,
        "ClusterEnabled": False,
        "CacheNodeType": group.node_type,
        "AuthTokenEnabled": False,
        "TransitEncryptionEnabled": False,
        "AtRestEncryptionEnabled": False,
        "ARN": arn("replicationgroup", group.id),
        "LogDeliveryConfigurations": [],
        "ReplicationGroupCreateTime": group.created_at,
        "DataTiering": "disabled",
        "AutoMinorVersionUpgrade": group.minor_upgrades,
        "NetworkType": "ipv4",
        "IpDiscovery": "ipv4",
        "ClusterMode": "disabled",
        "Engine": group.engine,
    }


def _pending_group(group: Group) -> Shape:
    kept = group.pending.get("PrimaryClusterId")
    return {"PrimaryClusterId": kept} if kept else {}


def _node_group(group: Group) -> Shape:
    shape: Shape = {
        "NodeGroupId": SHARD,
        "Status": "creating" if group.status is Status.CREATING else "available",
        "NodeGroupMembers": [_member(group, node) for node in group.nodes],
    }
    if group.status is not Status.CREATING:
        reader = next(iter(group.replicas()), None)
        shape["PrimaryEndpoint"] = _endpoint(group.endpoint)
        shape["ReaderEndpoint"] = _endpoint(
            (reader.host, reader.port) if reader else group.endpoint
        )
    return shape


def _member(group: Group, node: Node) -> Shape:
    shape: Shape = {
        "CacheClusterId": node.id,
        "CacheNodeId": NODE,
        "PreferredAvailabilityZone": node.zone,
        "CurrentRole": "primary" if node is group.primary else "replica",
    }
    if node.status is not Status.CREATING:
        shape["ReadEndpoint"] = _endpoint((node.host, node.port))
    return shape


# https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_Snapshot.html
def snapshot(taken: Snapshot) -> Shape:
    group = taken.group
    piece: Shape = {
        "CacheNodeId": NODE,
        "CacheSize": f"{max(1, round(taken.size / 2**20))} MB" if taken.size else "",
        "CacheNodeCreateTime": taken.node_created_at,
    }
    if taken.status == "available":
        piece["SnapshotCreateTime"] = taken.created_at
    shape: Shape = {
        "SnapshotName": taken.name,
        "SnapshotStatus": taken.status,
        "SnapshotSource": taken.source,
        "CacheNodeType": taken.node_type,
        "Engine": taken.engine,
        "EngineVersion": _full(taken.engine_version),
        "NumCacheNodes": 1,
        "CacheClusterCreateTime": taken.node_created_at,
        "PreferredMaintenanceWindow": group.maintenance_window,
        "Port": group.port,
        "CacheParameterGroupName": group.parameter_group,
        "CacheSubnetGroupName": group.subnet_group,
        "AutoMinorVersionUpgrade": group.minor_upgrades,
        "SnapshotRetentionLimit": group.snapshot_retention,
        "SnapshotWindow": group.snapshot_window,
        "NodeSnapshots": [piece],
        "ARN": arn("snapshot", taken.name),
        "DataTiering": "disabled",
        "CacheClusterId": taken.node,
    }
    if taken.of_group:
        shape |= {
            "ReplicationGroupId": group.id,
            "ReplicationGroupDescription": group.description,
            "NumNodeGroups": 1,
            "AutomaticFailover": "enabled" if group.automatic_failover else "disabled",
        }
        del shape["CacheClusterId"]
    return shape


def event(happened: Event) -> Shape:
    return {
        "SourceIdentifier": happened.source,
        "SourceType": happened.kind,
        "Message": happened.message,
        "Date": happened.at,
    }


def parameter_group(group: ParameterGroup) -> Shape:
    return {
        "CacheParameterGroupName": group.name,
        "CacheParameterGroupFamily": group.family,
        "Description": group.description,
        "IsGlobal": False,
        "ARN": arn("parametergroup", group.name),
    }


def parameters(group: ParameterGroup, source: str) -> Iterable[Shape]:
    """Those that somebody set are of the source "user"; AWS calls the others "system"."""
    for one in PARAMETERS.values():
        of = "user" if one.name in group.values else "system"
        if source in ("", of):
            yield _parameter(one, group.values.get(one.name, one.default), of)


def _parameter(one: Parameter, value: str, source: str) -> Shape:
    return {
        "ParameterName": one.name,
        "ParameterValue": value,
        "Description": one.name,
        "Source": source,
        "DataType": one.kind,
        "AllowedValues": one.allowed,
        "IsModifiable": one.modifiable,
        "MinimumEngineVersion": "2.8.6",
        "ChangeType": "immediate",
    }


def moment(value: datetime | str) -> datetime:
    """A time as it was sent. Raises ValueError."""
    made = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return made if made.tzinfo else made.astimezone()
