"""Questions in, lists out: what is there, page by page."""

from collections.abc import Callable
from datetime import timedelta

from steadyhand.lab.cache.model import Group, Kept, Node, now
from steadyhand.lab.cache.node_types import modifications
from steadyhand.lab.cache.operations import answers, checks
from steadyhand.lab.cache.operations.answers import Shape
from steadyhand.lab.cache.operations.checks import combination, invalid
from steadyhand.lab.cache.parameters import ParameterGroup
from steadyhand.lab.cloud.room import Parameters, Refusal


def find_group(kept: Kept, identity: str) -> Group:
    """Raises Refusal."""
    group = kept.groups.get(identity.lower())
    if group is None or group.alone:
        raise Refusal("ReplicationGroupNotFoundFault", f"ReplicationGroup {identity} not found.")
    return group


def find_cluster(kept: Kept, identity: str) -> tuple[Group, Node]:
    """Raises Refusal."""
    for group, node in kept.nodes():
        if node.id == identity.lower():
            return group, node
    raise Refusal("CacheClusterNotFound", f"CacheCluster not found: {identity}")


def find_parameters(kept: Kept, name: str) -> ParameterGroup:
    """Raises Refusal."""
    group = kept.parameter_groups.get(name.lower())
    if group is None:
        raise Refusal("CacheParameterGroupNotFound", f"CacheParameterGroup {name} not found.")
    return group


def cache_clusters(kept: Kept, asked: Parameters) -> Shape:
    alone = bool(asked.get("ShowCacheClustersNotInReplicationGroups"))
    if "CacheClusterId" in asked:
        found = [find_cluster(kept, asked["CacheClusterId"])]
    else:
        found = [(group, node) for group, node in kept.nodes() if group.alone or not alone]
    rows, more = checks.page(asked, found, 100)
    show = bool(asked.get("ShowCacheNodeInfo"))
    return {"CacheClusters": [answers.cache_cluster(*row, show) for row in rows], **more}


def replication_groups(kept: Kept, asked: Parameters) -> Shape:
    if "ReplicationGroupId" in asked:
        found = [find_group(kept, asked["ReplicationGroupId"])]
    else:
        found = [group for group in kept.groups.values() if not group.alone]
    rows, more = checks.page(asked, found, 100)
    return {"ReplicationGroups": list(map(answers.replication_group, rows)), **more}


# https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_DescribeSnapshots.html
def snapshots(kept: Kept, asked: Parameters) -> Shape:
    source = asked.get("SnapshotSource")
    sources = {"system": "automated", "user": "manual"}
    if source is not None and source not in sources:
        raise invalid(f"Invalid snapshot source: {source}. Valid values are system and user.")
    found = sorted(kept.snapshots.values(), key=lambda taken: taken.created_at)
    if "SnapshotName" in asked:
        found = [taken for taken in found if taken.name == asked["SnapshotName"].lower()]
        if not found:
            name = asked["SnapshotName"]
            raise Refusal("SnapshotNotFoundFault", f"Snapshot {name} not found.")
    if "CacheClusterId" in asked:
        of = asked["CacheClusterId"].lower()
        found = [taken for taken in found if taken.node == of and not taken.of_group]
    if "ReplicationGroupId" in asked:
        of = asked["ReplicationGroupId"].lower()
        found = [taken for taken in found if taken.of_group and taken.group.id == of]
    if source is not None:
        found = [taken for taken in found if taken.source == sources[source]]
    rows, more = checks.page(asked, found, 50)
    return {"Snapshots": list(map(answers.snapshot, rows)), **more}


KINDS = {
    "cache-cluster",
    "cache-parameter-group",
    "cache-security-group",
    "cache-subnet-group",
    "replication-group",
    "serverless-cache",
    "serverless-cache-snapshot",
    "user",
    "user-group",
}


# https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_DescribeEvents.html
def events(kept: Kept, asked: Parameters) -> Shape:
    kind = asked.get("SourceType")
    if kind is not None and kind not in KINDS:
        raise invalid(f"Invalid source type: {kind}")
    if "SourceIdentifier" in asked and kind is None:
        raise combination("SourceType must be given with SourceIdentifier.")
    try:
        end = answers.moment(asked["EndTime"]) if "EndTime" in asked else now()
        start = answers.moment(asked["StartTime"]) if "StartTime" in asked else None
    except ValueError:
        raise invalid("StartTime and EndTime have to be given in ISO 8601.") from None
    start = start or end - timedelta(minutes=asked.get("Duration", 60))
    if start > end:
        raise combination("StartTime must not lie after EndTime.")
    found = [
        happened
        for happened in kept.events
        if start <= happened.at <= end
        and kind in (None, happened.kind)
        and asked.get("SourceIdentifier", happened.source).lower() == happened.source
    ]
    rows, more = checks.page(asked, found, 100)
    return {"Events": list(map(answers.event, rows)), **more}


def parameter_groups(kept: Kept, asked: Parameters) -> Shape:
    if "CacheParameterGroupName" in asked:
        found = [find_parameters(kept, asked["CacheParameterGroupName"])]
    else:
        found = list(kept.parameter_groups.values())
    rows, more = checks.page(asked, found, 100)
    return {"CacheParameterGroups": list(map(answers.parameter_group, rows)), **more}


def parameters(kept: Kept, asked: Parameters) -> Shape:
    group = find_parameters(kept, asked["CacheParameterGroupName"])
    source = asked.get("Source", "")
    if source not in ("", "user", "system", "engine-default"):
        raise invalid(f"Invalid source: {source}")
    found = list(answers.parameters(group, source))
    rows, more = checks.page(asked, found, 100)
    return {"Parameters": rows, **more}


# https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_ListAllowedNodeTypeModifications.html
def node_type_modifications(kept: Kept, asked: Parameters) -> Shape:
    if ("CacheClusterId" in asked) == ("ReplicationGroupId" in asked):
        raise combination("Either CacheClusterId or ReplicationGroupId must be given, not both.")
    if "ReplicationGroupId" in asked:
        group = find_group(kept, asked["ReplicationGroupId"])
    else:
        group, _ = find_cluster(kept, asked["CacheClusterId"])
    up, down = modifications(group.node_type)
    return {"ScaleUpModifications": up, "ScaleDownModifications": down}


DESCRIBING: dict[str, Callable[[Kept, Parameters], Shape]] = {
    "DescribeCacheClusters": cache_clusters,
    "DescribeReplicationGroups": replication_groups,
    "DescribeSnapshots": snapshots,
    "DescribeEvents": events,
    "DescribeCacheParameterGroups": parameter_groups,
    "DescribeCacheParameters": parameters,
    "ListAllowedNodeTypeModifications": node_type_modifications,
}
