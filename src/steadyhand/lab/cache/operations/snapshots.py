"""Wishes for copies of data in; snapshots that come and go out."""

import shutil
from collections.abc import Callable
from dataclasses import replace

from steadyhand.lab.cache.model import Group, Kept, Node, Status, now
from steadyhand.lab.cache.operations import answers, checks
from steadyhand.lab.cache.operations.answers import Shape
from steadyhand.lab.cache.operations.checks import combination, identifier
from steadyhand.lab.cache.operations.describing import find_cluster, find_group
from steadyhand.lab.cache.room import Caches
from steadyhand.lab.cloud.room import Parameters, Refusal

LONGEST = 255


def free_name(kept: Kept, parameter: str, given: str) -> str:
    """A name that no snapshot has yet, in small letters. Raises Refusal."""
    name = identifier(parameter, given, LONGEST)
    if name in kept.snapshots:
        message = f"Snapshot with specified name already exists: {name}"
        raise Refusal("SnapshotAlreadyExistsFault", message)
    return name


# https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateSnapshot.html
def create_snapshot(room: Caches, asked: Parameters) -> Shape:
    checks.refuse_unknown(asked, {"ReplicationGroupId", "CacheClusterId", "SnapshotName", "Tags"})
    if ("CacheClusterId" in asked) == ("ReplicationGroupId" in asked):
        raise combination("Either CacheClusterId or ReplicationGroupId must be given, not both.")
    name = free_name(room.kept, "SnapshotName", asked["SnapshotName"])
    group, node = _source(room.kept, asked)
    taken = room.snapshot(group, node, name, of_group="ReplicationGroupId" in asked)
    return {"Snapshot": answers.snapshot(taken)}


def _source(kept: Kept, asked: Parameters) -> tuple[Group, Node]:
    """The node whose data are copied: a replica where there is one, so that writes go on."""
    if "CacheClusterId" in asked:
        group, node = find_cluster(kept, asked["CacheClusterId"])
        if node.status is not Status.AVAILABLE:
            message = f"Cluster {node.id} is not in available state."
            raise Refusal("InvalidCacheClusterState", message)
        return group, node
    group = find_group(kept, asked["ReplicationGroupId"])
    node = group.node(group.snapshotting_node) or (group.replicas() or group.nodes)[0]
    if group.status is not Status.AVAILABLE or node.status is not Status.AVAILABLE:
        message = f"Replication group {group.id} is not in available state."
        raise Refusal("InvalidReplicationGroupState", message)
    return group, node


# https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_DeleteSnapshot.html
def delete_snapshot(room: Caches, asked: Parameters) -> Shape:
    found = room.kept.snapshots.get(asked["SnapshotName"].lower())
    if found is None:
        message = f"Snapshot {asked['SnapshotName']} not found."
        raise Refusal("SnapshotNotFoundFault", message)
    if found.status != "available":
        message = f"Snapshot {found.name} is not in available state."
        raise Refusal("InvalidSnapshotState", message)
    room.delete_snapshot(found)
    return {"Snapshot": answers.snapshot(found)}


# https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CopySnapshot.html
def copy_snapshot(room: Caches, asked: Parameters) -> Shape:
    checks.refuse_unknown(asked, {"SourceSnapshotName", "TargetSnapshotName", "Tags"})
    source = room.kept.snapshots.get(asked["SourceSnapshotName"].lower())
    if source is None:
        message = f"Snapshot {asked['SourceSnapshotName']} not found."
        raise Refusal("SnapshotNotFoundFault", message)
    if source.status != "available":
        message = f"Snapshot {source.name} is not in available state."
        raise Refusal("InvalidSnapshotState", message)
    name = free_name(room.kept, "TargetSnapshotName", asked["TargetSnapshotName"])
    copied = replace(source, name=name, source="manual", created_at=now())
    files = room.labour.snapshot_file
    shutil.copyfile(files(source.name), files(name))
    room.kept.snapshots[name] = copied
    return {"Snapshot": answers.snapshot(copied)}


SNAPSHOTS: dict[str, Callable[[Caches, Parameters], Shape]] = {
    "CreateSnapshot": create_snapshot,
    "DeleteSnapshot": delete_snapshot,
    "CopySnapshot": copy_snapshot,
}
