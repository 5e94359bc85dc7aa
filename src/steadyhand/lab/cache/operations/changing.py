"""Wishes for what is there in: other sizes, other primaries, other parameters, restarts."""

from collections.abc import Callable
from typing import Any

from steadyhand.lab.cache.model import NODE, SHARD, Group, Node, Status
from steadyhand.lab.cache.node_types import MAXMEMORY
from steadyhand.lab.cache.operations import answers, checks
from steadyhand.lab.cache.operations.answers import Shape
from steadyhand.lab.cache.operations.checks import combination, identifier, invalid
from steadyhand.lab.cache.operations.creating import busy, set_windows
from steadyhand.lab.cache.operations.describing import find_cluster, find_group, find_parameters
from steadyhand.lab.cache.parameters import FAMILIES, PARAMETERS, ParameterGroup, allows, family_of
from steadyhand.lab.cache.room import Caches
from steadyhand.lab.cloud.room import Parameters, Refusal

SHARED = {
    "ApplyImmediately",
    "AutoMinorVersionUpgrade",
    "CacheNodeType",
    "CacheParameterGroupName",
    "PreferredMaintenanceWindow",
    "SecurityGroupIds",
    "SnapshotRetentionLimit",
    "SnapshotWindow",
}
OF_GROUP = SHARED | {
    "AutomaticFailoverEnabled",
    "MultiAZEnabled",
    "PrimaryClusterId",
    "ReplicationGroupDescription",
    "ReplicationGroupId",
    "SnapshottingClusterId",
}
OF_CLUSTER = SHARED | {"CacheClusterId", "NumCacheNodes"}


# https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_ModifyReplicationGroup.html
def modify_replication_group(room: Caches, asked: Parameters) -> Shape:
    checks.refuse_unknown(asked, OF_GROUP)
    group = find_group(room.kept, asked["ReplicationGroupId"])
    if group.status is not Status.AVAILABLE:
        raise busy(group)
    wanted_primary = _wanted_primary(group, asked)
    failover, multi_az = _availability(group, asked)
    snapshotting = _snapshotting(group, asked)
    changes = _changes(room, group, asked)
    set_windows(group, asked)
    group.automatic_failover, group.multi_az = failover, multi_az
    group.snapshotting_node = snapshotting
    group.description = asked.get("ReplicationGroupDescription", group.description)
    _common(group, asked)
    if wanted_primary is not None and wanted_primary is not group.primary:
        if changes:
            raise combination("PrimaryClusterId cannot be changed together with other values.")
        room.promote(group, wanted_primary)
    else:
        _apply(room, group, changes, asked)
    return {"ReplicationGroup": answers.replication_group(group)}


def _wanted_primary(group: Group, asked: Parameters) -> Node | None:
    if "PrimaryClusterId" not in asked:
        return None
    name = asked["PrimaryClusterId"]
    node = group.node(name.lower())
    if node is None:
        message = f"Cluster {name} is not a member of replication group {group.id}."
        raise Refusal("InvalidCacheClusterState", message)
    # https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Replication.PromoteReplica.html
    if group.automatic_failover and asked.get("AutomaticFailoverEnabled") is not False:
        raise combination(
            "The primary cannot be changed while automatic failover is enabled; disable it first."
        )
    return node


# https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/AutoFailover.html
def _availability(group: Group, asked: Parameters) -> tuple[bool, bool]:
    failover = asked.get("AutomaticFailoverEnabled", group.automatic_failover)
    multi_az = asked.get("MultiAZEnabled", group.multi_az)
    if failover and len(group.nodes) < 2:
        raise combination(
            "Replication group must have at least one read replica to enable automatic failover."
        )
    if multi_az and not failover:
        raise combination("Must enable automatic failover to enable Multi-AZ.")
    return failover, multi_az


def _snapshotting(group: Group, asked: Parameters) -> str:
    node: str = asked.get("SnapshottingClusterId", group.snapshotting_node).lower()
    if node and group.node(node) is None:
        message = f"Cluster {node} is not a member of replication group {group.id}."
        raise Refusal("InvalidCacheClusterState", message)
    turned_on = asked.get("SnapshotRetentionLimit", 0) > 0 and group.snapshot_retention == 0
    if turned_on and not node:
        # https://github.com/hashicorp/terraform/pull/14757
        raise combination(
            "Must specify both SnapshotRetentionLimit and SnapshottingClusterId to turn on "
            "snapshots"
        )
    return node


# https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_ModifyCacheCluster.html
def modify_cache_cluster(room: Caches, asked: Parameters) -> Shape:
    checks.refuse_unknown(asked, OF_CLUSTER)
    group, node = find_cluster(room.kept, asked["CacheClusterId"])
    if node.status is not Status.AVAILABLE:
        raise Refusal("InvalidCacheClusterState", f"Cluster {node.id} is not in available state.")
    if not group.alone:
        raise invalid(
            f"Cluster {node.id} is a member of a replication group. Use ModifyReplicationGroup."
        )
    if asked.get("NumCacheNodes", 1) != 1:
        raise invalid("Cannot modify a Redis cluster to a NumCacheNodes other than 1.")
    changes = _changes(room, group, asked)
    set_windows(group, asked)
    _common(group, asked)
    _apply(room, group, changes, asked)
    return {"CacheCluster": answers.cache_cluster(group, node)}


def _common(group: Group, asked: Parameters) -> None:
    group.minor_upgrades = asked.get("AutoMinorVersionUpgrade", group.minor_upgrades)
    group.security_groups = tuple(asked.get("SecurityGroupIds", group.security_groups))


def _changes(room: Caches, group: Group, asked: Parameters) -> dict[str, str]:
    """What the processes have to follow. Raises Refusal."""
    changes: dict[str, str] = {}
    if "CacheNodeType" in asked and asked["CacheNodeType"] != group.node_type:
        if asked["CacheNodeType"] not in MAXMEMORY:
            raise invalid(f"Invalid cache node type: {asked['CacheNodeType']}.")
        changes["CacheNodeType"] = asked["CacheNodeType"]
    if "CacheParameterGroupName" in asked:
        found = find_parameters(room.kept, asked["CacheParameterGroupName"])
        family = family_of(group.engine, group.engine_version)
        if found.family != family:
            raise combination(
                f"Expected a parameter group of family {family} but found one of family "
                f"{found.family}"
            )
        if found.name != group.parameter_group:
            changes["CacheParameterGroupName"] = found.name
    return changes


def _apply(room: Caches, group: Group, changes: dict[str, str], asked: Parameters) -> None:
    """Now, with what was still waiting; or a node type waits for the maintenance window."""
    if asked.get("ApplyImmediately"):
        changes = group.pending | changes
        if changes:
            room.modify(group, changes)
        return
    waits = {name: value for name, value in changes.items() if name == "CacheNodeType"}
    group.pending |= waits
    if now := {name: value for name, value in changes.items() if name not in waits}:
        room.modify(group, now)


# https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_RebootCacheCluster.html
def reboot_cache_cluster(room: Caches, asked: Parameters) -> Shape:
    group, node = find_cluster(room.kept, asked["CacheClusterId"])
    if node.status is not Status.AVAILABLE:
        raise Refusal("InvalidCacheClusterState", f"Cluster {node.id} is not in available state.")
    wanted: list[Any] = asked["CacheNodeIdsToReboot"]
    unknown = [given for given in wanted if given != NODE]
    if unknown or not wanted:
        words = ", ".join(map(str, unknown)) or "none was given"
        raise invalid(f"Invalid cache node ids to reboot: {words}")
    room.reboot(group, node)
    return {"CacheCluster": answers.cache_cluster(group, node)}


# https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_TestFailover.html
def test_failover(room: Caches, asked: Parameters) -> Shape:
    group = find_group(room.kept, asked["ReplicationGroupId"])
    if asked["NodeGroupId"] != SHARD:
        message = f"Node group {asked['NodeGroupId']} not found."
        raise Refusal("NodeGroupNotFoundFault", message)
    if group.status is not Status.AVAILABLE:
        raise busy(group)
    if not group.automatic_failover or not group.replicas():
        message = f"Automatic failover is not enabled for replication group {group.id}."
        raise Refusal("InvalidReplicationGroupState", message)
    if room.failovers_today() >= 15:
        message = "At most 15 node groups can be failed over in 24 hours."
        raise Refusal("APICallRateForCustomerExceeded", message)
    room.test_failover(group)
    return {"ReplicationGroup": answers.replication_group(group)}


# https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateCacheParameterGroup.html
def create_cache_parameter_group(room: Caches, asked: Parameters) -> Shape:
    name = identifier("CacheParameterGroupName", asked["CacheParameterGroupName"], 255)
    family = asked["CacheParameterGroupFamily"]
    if family not in FAMILIES:
        raise invalid(f"CacheParameterGroupFamily {family} is not a valid parameter group family.")
    if name in room.kept.parameter_groups:
        message = f"Cache parameter group {name} already exists."
        raise Refusal("CacheParameterGroupAlreadyExists", message)
    made = ParameterGroup(name, family, asked["Description"])
    room.kept.parameter_groups[name] = made
    return {"CacheParameterGroup": answers.parameter_group(made)}


# https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_ModifyCacheParameterGroup.html
def modify_cache_parameter_group(room: Caches, asked: Parameters) -> Shape:
    group = find_parameters(room.kept, asked["CacheParameterGroupName"])
    given: list[Any] = asked["ParameterNameValues"]
    if group.is_default:
        raise invalid("Default cache parameter groups cannot be modified.")
    if not 1 <= len(given) <= 20:
        raise invalid("Between 1 and 20 parameters can be modified in a request.")
    values = dict(_value(pair) for pair in given)
    group.values |= values
    for user in room.kept.groups.values():
        if user.parameter_group == group.name:
            room.apply(user)
    return {"CacheParameterGroupName": group.name}


def _value(pair: dict[str, Any]) -> tuple[str, str]:
    name, value = str(pair.get("ParameterName")), str(pair.get("ParameterValue"))
    parameter = PARAMETERS.get(name)
    if parameter is None:
        raise invalid(f"The parameter {name} cannot be found.")
    if not parameter.modifiable:
        raise invalid(f"The parameter {name} cannot be modified.")
    if not allows(parameter, value):
        raise invalid(f"Invalid value '{value}' for parameter {name}.")
    return name, value


# https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_DeleteCacheParameterGroup.html
def delete_cache_parameter_group(room: Caches, asked: Parameters) -> Shape:
    group = find_parameters(room.kept, asked["CacheParameterGroupName"])
    if group.is_default:
        raise invalid("Default cache parameter groups cannot be deleted.")
    if any(user.parameter_group == group.name for user in room.kept.groups.values()):
        message = f"One or more cache clusters are still members of this group {group.name}."
        raise Refusal("InvalidCacheParameterGroupState", message)
    del room.kept.parameter_groups[group.name]
    return {}


CHANGING: dict[str, Callable[[Caches, Parameters], Shape]] = {
    "ModifyReplicationGroup": modify_replication_group,
    "ModifyCacheCluster": modify_cache_cluster,
    "RebootCacheCluster": reboot_cache_cluster,
    "TestFailover": test_failover,
    "CreateCacheParameterGroup": create_cache_parameter_group,
    "ModifyCacheParameterGroup": modify_cache_parameter_group,
    "DeleteCacheParameterGroup": delete_cache_parameter_group,
}
