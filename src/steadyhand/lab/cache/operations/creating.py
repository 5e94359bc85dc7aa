"""Wishes for new caches and their ends in; groups that come and go out."""

from collections.abc import Callable

from steadyhand.lab.cache.model import Group, Kept, Node, Snapshot, Status
from steadyhand.lab.cache.node_types import MAXMEMORY, SCALE
from steadyhand.lab.cache.operations import answers, checks
from steadyhand.lab.cache.operations.answers import Shape
from steadyhand.lab.cache.operations.checks import combination, identifier, invalid, within
from steadyhand.lab.cache.operations.describing import find_cluster, find_group, find_parameters
from steadyhand.lab.cache.operations.snapshots import free_name
from steadyhand.lab.cache.parameters import FAMILIES, family_of
from steadyhand.lab.cache.room import Caches
from steadyhand.lab.cloud.room import Parameters, Refusal

SHARED = {
    "CacheNodeType",
    "Engine",
    "EngineVersion",
    "CacheParameterGroupName",
    "CacheSubnetGroupName",
    "SecurityGroupIds",
    "Tags",
    "SnapshotName",
    "PreferredMaintenanceWindow",
    "Port",
    "AutoMinorVersionUpgrade",
    "SnapshotRetentionLimit",
    "SnapshotWindow",
    "NetworkType",
    "IpDiscovery",
}
OF_GROUP = SHARED | {
    "ReplicationGroupId",
    "ReplicationGroupDescription",
    "AutomaticFailoverEnabled",
    "MultiAZEnabled",
    "NumCacheClusters",
    "NumNodeGroups",
    "ReplicasPerNodeGroup",
    "ClusterMode",
}
OF_CLUSTER = SHARED | {"CacheClusterId", "NumCacheNodes", "PreferredAvailabilityZone", "AZMode"}
NEWEST = {"redis": "7.1", "valkey": "8.1"}


# https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateReplicationGroup.html
def create_replication_group(room: Caches, asked: Parameters) -> Shape:
    checks.refuse_unknown(asked, OF_GROUP)
    name = identifier("ReplicationGroupId", asked["ReplicationGroupId"], 40)
    if not asked["ReplicationGroupDescription"]:
        raise invalid("The parameter ReplicationGroupDescription must not be empty.")
    if name in room.kept.groups:
        raise Refusal(
            "ReplicationGroupAlreadyExists", f"Replication group with id {name} already exists."
        )
    count = _cluster_count(asked)
    for number in range(1, count + 1):
        _free_cluster(room.kept, f"{name}-{number:03}")
    group = _new_group(room.kept, asked, name, alone=False)
    group.description = asked["ReplicationGroupDescription"]
    group.automatic_failover = asked.get("AutomaticFailoverEnabled", False)
    group.multi_az = asked.get("MultiAZEnabled", False)
    room.add_nodes(group, count)
    room.create(group, asked.get("SnapshotName", "").lower())
    return {"ReplicationGroup": answers.replication_group(group)}


def _cluster_count(asked: Parameters) -> int:
    if asked.get("NumNodeGroups", 1) != 1:
        raise invalid("The lab has replication groups with one node group only.")
    if "NumCacheClusters" in asked and "ReplicasPerNodeGroup" in asked:
        raise combination(
            "Cannot specify both NumCacheClusters and ReplicasPerNodeGroup. Use one of them."
        )
    count: int = asked.get("NumCacheClusters", 1)
    if "ReplicasPerNodeGroup" in asked:
        count = 1 + within("ReplicasPerNodeGroup", asked["ReplicasPerNodeGroup"], 0, 5)
    within("NumCacheClusters", count, 1, 6)
    if asked.get("AutomaticFailoverEnabled") and count < 2:
        raise combination(
            "When using automatic failover, there must be at least 2 cache clusters in the "
            "replication group."
        )
    if asked.get("MultiAZEnabled") and not asked.get("AutomaticFailoverEnabled"):
        raise combination("Must enable automatic failover to enable Multi-AZ.")
    return count


def _free_cluster(kept: Kept, name: str) -> None:
    if any(node.id == name for _, node in kept.nodes()):
        raise Refusal("CacheClusterAlreadyExists", f"Cache cluster with id {name} already exists.")


# https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateCacheCluster.html
def create_cache_cluster(room: Caches, asked: Parameters) -> Shape:
    if "ReplicationGroupId" in asked:
        return _add_replica(room, asked)
    checks.refuse_unknown(asked, OF_CLUSTER)
    name = identifier("CacheClusterId", asked["CacheClusterId"], 50)
    _free_cluster(room.kept, name)
    engine = asked.get("Engine", "")
    if engine == "memcached":
        raise invalid("The lab has no Memcached.")
    if engine != "redis":
        raise invalid(f"Invalid cache engine: {engine or 'none was given'}.")
    if asked.get("NumCacheNodes", 1) != 1:
        raise invalid("Cannot create a Redis cluster with a NumCacheNodes parameter other than 1.")
    group = _new_group(room.kept, asked, name, alone=True)
    room.add_nodes(group, 1)
    room.create(group, asked.get("SnapshotName", "").lower())
    return {"CacheCluster": answers.cache_cluster(group, group.nodes[0])}


def _add_replica(room: Caches, asked: Parameters) -> Shape:
    group = find_group(room.kept, asked["ReplicationGroupId"])
    name = identifier("CacheClusterId", asked["CacheClusterId"], 50)
    _free_cluster(room.kept, name)
    if group.status is not Status.AVAILABLE:
        raise busy(group)
    if len(group.nodes) > 5:
        raise Refusal(
            "NodeQuotaForClusterExceeded",
            f"Replication group {group.id} already has the maximum number of read replicas.",
        )
    node = room.add_replica(group, name)
    return {"CacheCluster": answers.cache_cluster(group, node)}


def busy(group: Group) -> Refusal:
    if group.alone:
        message = f"Cluster {group.id} is not in available state."
        return Refusal("InvalidCacheClusterState", message)
    message = f"Replication group {group.id} is not in available state."
    return Refusal("InvalidReplicationGroupState", message)


def _new_group(kept: Kept, asked: Parameters, name: str, alone: bool) -> Group:
    source = _source(kept, asked.get("SnapshotName"))
    engine = asked.get("Engine", source.engine if source else "redis")
    if engine not in NEWEST:
        raise invalid(f"Invalid cache engine: {engine}. Valid values are valkey and redis.")
    version = asked.get("EngineVersion", NEWEST[engine])
    family = family_of(engine, version)
    if family not in FAMILIES or not version.replace(".", "").replace("x", "").isdigit():
        raise invalid(f"Cannot find version {version} for {engine}.")
    node_type = asked.get("CacheNodeType", source.node_type if source else "")
    if not node_type:
        raise invalid("The parameter CacheNodeType must be provided.")
    if node_type not in MAXMEMORY:
        raise invalid(f"Invalid cache node type: {node_type}.")
    parameters = find_parameters(kept, asked.get("CacheParameterGroupName", f"default.{family}"))
    if parameters.family != family:
        raise combination(
            f"Expected a parameter group of family {family} but found one of family "
            f"{parameters.family}"
        )
    group = Group(
        id=name,
        alone=alone,
        engine=engine,
        engine_version=version,
        node_type=node_type,
        scale=source.group.scale if source else SCALE,
        parameter_group=parameters.name,
        port=within("Port", asked.get("Port", 6379), 1150, 65535),
        security_groups=tuple(asked.get("SecurityGroupIds", ())),
        subnet_group=asked.get("CacheSubnetGroupName", "default"),
        minor_upgrades=asked.get("AutoMinorVersionUpgrade", True),
    )
    set_windows(group, asked)
    return group


def set_windows(group: Group, asked: Parameters) -> None:
    """Set what touches no process. Raises Refusal before it changes anything."""
    retention = within(
        "SnapshotRetentionLimit",
        asked.get("SnapshotRetentionLimit", group.snapshot_retention),
        0,
        35,
    )
    window = checks.snapshot_window(asked.get("SnapshotWindow", group.snapshot_window))
    maintenance = checks.maintenance_window(
        asked.get("PreferredMaintenanceWindow", group.maintenance_window)
    )
    group.snapshot_retention = retention
    group.snapshot_window = window
    group.maintenance_window = maintenance


def _source(kept: Kept, name: str | None) -> Snapshot | None:
    if name is None:
        return None
    source = kept.snapshots.get(name.lower())
    if source is None:
        raise invalid(f"Snapshot {name} not found.")
    if source.status != "available":
        raise invalid(f"Snapshot {name} is not in available state.")
    return source


# https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_DeleteReplicationGroup.html
def delete_replication_group(room: Caches, asked: Parameters) -> Shape:
    group = find_group(room.kept, asked["ReplicationGroupId"])
    if group.status is not Status.AVAILABLE:
        raise busy(group)
    keep = asked.get("RetainPrimaryCluster", False)
    final = asked.get("FinalSnapshotIdentifier", "")
    if keep and final:
        raise combination("A final snapshot cannot be taken when the primary cluster is retained.")
    _delete(room, group, final, keep)
    return {"ReplicationGroup": answers.replication_group(group)}


def _delete(room: Caches, group: Group, final: str, keep: bool = False) -> None:
    if final:
        name = free_name(room.kept, "FinalSnapshotIdentifier", final)
        assert group.primary is not None
        room.final_snapshot(group, name)
        final = name
    room.delete(group, final, keep)


# https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_DeleteCacheCluster.html
def delete_cache_cluster(room: Caches, asked: Parameters) -> Shape:
    group, node = find_cluster(room.kept, asked["CacheClusterId"])
    if node.status is not Status.AVAILABLE or group.status is not Status.AVAILABLE:
        raise Refusal("InvalidCacheClusterState", f"Cluster {node.id} is not in available state.")
    if group.alone:
        _delete(room, group, asked.get("FinalSnapshotIdentifier", ""))
        return {"CacheCluster": answers.cache_cluster(group, node)}
    if "FinalSnapshotIdentifier" in asked:
        raise combination("A final snapshot cannot be taken of a member of a replication group.")
    _refuse_needed(group, node)
    room.delete_node(group, node)
    return {"CacheCluster": answers.cache_cluster(group, node)}


def _refuse_needed(group: Group, node: Node) -> None:
    if node is group.primary:
        raise Refusal(
            "InvalidCacheClusterState",
            f"Cache cluster {node.id} is serving as primary for replication group {group.id} and "
            "cannot be deleted.",
        )
    if group.automatic_failover and len(group.replicas()) == 1:
        raise Refusal(
            "InvalidCacheClusterState",
            f"Cache cluster {node.id} is the last read replica of replication group {group.id}, "
            "which has automatic failover enabled, and cannot be deleted.",
        )


CREATING: dict[str, Callable[[Caches, Parameters], Shape]] = {
    "CreateReplicationGroup": create_replication_group,
    "CreateCacheCluster": create_cache_cluster,
    "DeleteReplicationGroup": delete_replication_group,
    "DeleteCacheCluster": delete_cache_cluster,
}
