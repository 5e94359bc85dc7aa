"""What is to be done in, generators that do it step by step out, one step a tick.

Knows AWS's states and (shortened) durations; AWS publishes none, so these are orders of magnitude.
Who runs the generators, and when, is room.py's matter.
"""

import logging
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from pathlib import Path

import redis

from steadyhand.lab.cache.link import Silent
from steadyhand.lab.cache.model import SHARD, Group, Kept, Node, Snapshot, Status
from steadyhand.lab.cache.node_types import lab_memory
from steadyhand.lab.cache.servers import Servers, SnapshotFailed
from steadyhand.lab.durations import Durations

Work = Generator[None, None, None]
LOG = logging.getLogger("steadyhand.lab")

CREATE = 300.0  # seconds on AWS
MODIFY = 600.0
REBOOT = 60.0
SNAPSHOT = 120.0
FAILOVER = 30.0
RECOVER = 120.0  # a node whose process ended is replaced
DELETE = 180.0
DELETE_SNAPSHOT = 30.0


@dataclass
class Labour:
    kept: Kept
    servers: Servers
    durations: Durations
    clock: Callable[[], float]
    recovering: set[str] = field(default_factory=set)  # ids of nodes that are being replaced

    def snapshot_file(self, name: str) -> Path:
        return self.servers.folder / "snapshots" / f"{name}.rdb"

    def apply(self, group: Group) -> None:
        """Tell the servers their parameters. Who does not answer gets them at its next start."""
        settings = self.kept.parameter_groups[group.parameter_group].server_settings()
        settings["maxmemory"] = str(lab_memory(group.node_type, group.scale))
        for node in group.nodes:
            for name, value in settings.items():
                try:
                    if node.link is not None:
                        node.link.set(name, value)
                except (Silent, redis.ResponseError) as error:
                    LOG.warning("%s: %s", node.id, error)
                    break

    def _pause(self, seconds: float, floor: float = 0.2) -> Work:
        end = self.clock() + self.durations.shortened(seconds, floor)
        while self.clock() < end:
            yield

    def _until(self, holds: Callable[[], bool], limit: float = 30.0) -> Work:
        """Wait for something real; after the limit go on all the same."""
        end = self.clock() + limit
        while not holds() and self.clock() < end:
            yield

    def _started(self, group: Group, node: Node, data: Path | None = None) -> Work:
        self.servers.start(group, node, data)
        yield from self._until(node.answers)
        if node is not group.primary:
            yield from self._until(lambda: self.servers.is_copy(node))

    def create(self, group: Group, snapshot: str) -> Work:
        source = self.kept.snapshots.get(snapshot)
        for node in group.nodes:
            if node is group.primary and source is not None:
                source.status = "restoring"
                yield from self._started(group, node, self.snapshot_file(snapshot))
                source.status = "available"
            else:
                yield from self._started(group, node)
        yield from self._pause(CREATE)
        group.set_status(Status.AVAILABLE)
        for node in group.nodes:
            self.kept.say(group, "Cache cluster created", node)
        if not group.alone:
            self.kept.say(group, f"Replication group {group.id} created")

    def delete(
        self, group: Group, doomed: list[Node], final_snapshot: str, keep_primary: bool
    ) -> Work:
        if final_snapshot and group.primary is not None:
            taken = self.kept.snapshots[final_snapshot]
            yield from self._copied(taken, group.primary)
        yield from self._pause(DELETE)
        for node in doomed:
            self.servers.remove(node)
            group.nodes.remove(node)
            self.kept.say(group, "Cache cluster deleted", node)
        del self.kept.groups[group.id]
        if keep_primary and group.primary is not None:
            # What stays is a cache cluster that stands alone.
            group.alone = True
            group.id = group.primary.id
            group.automatic_failover = group.multi_az = False
            group.set_status(Status.AVAILABLE)
            self.kept.groups[group.id] = group

    def add_replica(self, group: Group, node: Node) -> Work:
        yield from self._started(group, node)
        yield from self._pause(CREATE)
        node.status = Status.AVAILABLE
        self.kept.say(group, "Cache cluster created", node)

    def delete_node(self, group: Group, node: Node) -> Work:
        yield from self._pause(DELETE)
        self.servers.remove(node)
        group.nodes.remove(node)
        self.kept.say(group, "Cache cluster deleted", node)

    def reboot(self, group: Group, node: Node) -> Work:
        self.servers.stop(node)
        yield from self._pause(REBOOT)
        yield from self._started(group, node)
        node.status = Status.AVAILABLE
        self.kept.say(group, "Cache node 0001 restarted", node)

    def modify(self, group: Group, changes: dict[str, str]) -> Work:
        if "CacheNodeType" in changes:
            yield from self._pause(MODIFY)
            group.node_type = changes["CacheNodeType"]
        group.parameter_group = changes.get("CacheParameterGroupName", group.parameter_group)
        yield
        self.apply(group)
        group.pending.clear()
        group.set_status(Status.AVAILABLE)

    def _copied(self, taken: Snapshot, node: Node) -> Work:
        """Write the node's data into the snapshot's file. Raises SnapshotFailed."""
        target = self.snapshot_file(taken.name)
        self.servers.begin_save(node)
        yield
        yield from self._until(lambda: self.servers.saved(node, target), 120)
        if not target.exists():
            raise SnapshotFailed(f"{node.id} did not write its data")
        taken.size = target.stat().st_size
        taken.status = "available"

    def snapshot(self, taken: Snapshot, node: Node) -> Work:
        group = taken.group
        try:
            yield from self._copied(taken, node)
            taken.status = "creating"
            yield from self._pause(SNAPSHOT)
            taken.status = "available"
            self.kept.say(group, f"Snapshot succeeded for snapshot with ID '{taken.name}'", node)
        except SnapshotFailed as error:
            LOG.warning("snapshot %s: %s", taken.name, error)
            self.kept.snapshots.pop(taken.name, None)
            self.kept.say(group, f"Snapshot failed for snapshot with ID '{taken.name}'", node)
        finally:
            group.status = node.status = Status.AVAILABLE

    def delete_snapshot(self, snapshot: Snapshot) -> Work:
        yield from self._pause(DELETE_SNAPSHOT)
        self.snapshot_file(snapshot.name).unlink(missing_ok=True)
        self.kept.snapshots.pop(snapshot.name, None)

    # https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_TestFailover.html
    def failover(self, group: Group) -> Work:
        old = group.primary
        assert old is not None
        self.servers.stop(old)
        yield from self._pause(FAILOVER)
        chosen = max(group.replicas(), key=self.servers.offset, default=None)
        if chosen is None:
            return
        self.servers.promote(group, chosen)
        message = f"Failover from primary node {old.id} to replica node {chosen.id} completed"
        self.kept.say(group, message, chosen)
        self.kept.say(group, message)
        self.kept.say(group, f"Recovering cache nodes {SHARD}", old)
        yield from self._pause(RECOVER)
        yield from self._started(group, old)
        self.kept.say(group, f"Finished recovery for cache nodes {SHARD}", old)
        group.set_status(Status.AVAILABLE)

    def promote(self, group: Group, node: Node) -> Work:
        yield from self._pause(FAILOVER)
        self.servers.promote(group, node)
        yield from self._until(lambda: all(map(self.servers.is_copy, group.replicas())))
        group.set_status(Status.AVAILABLE)

    def recovery(self, group: Group, node: Node) -> Work:
        try:
            if node is group.primary and group.automatic_failover and group.replicas():
                group.set_status(Status.MODIFYING)
                yield from self.failover(group)
                return
            self.servers.stop(node)
            self.kept.say(group, f"Recovering cache nodes {SHARD}", node)
            yield from self._pause(RECOVER)
            yield from self._started(group, node)
            self.kept.say(group, f"Finished recovery for cache nodes {SHARD}", node)
        finally:
            self.recovering.discard(node.id)
