"""What ElastiCache keeps of itself: groups, their nodes, snapshots, events. No process, no HTTP.

A *group* is a replication group, or a cache cluster that stands alone; either has one shard.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from steadyhand.lab.cache.link import Link
from steadyhand.lab.cache.parameters import ParameterGroup, defaults
from steadyhand.lab.processes import Child

EVENTS_KEPT = 500
SHARD = "0001"  # the only node group of a replication group
NODE = "0001"  # the only node of a cache cluster


class Status(StrEnum):
    """https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CacheCluster.html"""

    CREATING = "creating"
    AVAILABLE = "available"
    MODIFYING = "modifying"
    REBOOTING = "rebooting cluster nodes"
    SNAPSHOTTING = "snapshotting"
    DELETING = "deleting"


def now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Node:
    """A cache cluster of one node, and the process behind it while there is one."""

    id: str
    host: str
    port: int
    zone: str
    status: Status = Status.CREATING
    created_at: datetime = field(default_factory=now)
    process: Child | None = None
    link: Link | None = None

    def lives(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def answers(self) -> bool:
        return self.link is not None and self.link.answers()


@dataclass
class Group:
    """`alone`: a cache cluster without a replication group; then its only node has the same id."""

    id: str
    alone: bool
    engine: str
    engine_version: str
    node_type: str
    scale: float  # lab bytes for each of AWS's
    parameter_group: str
    port: int
    nodes: list[Node] = field(default_factory=list)
    primary: Node | None = None
    endpoint: tuple[str, int] = ("", 0)  # where writes go, whichever node is the primary
    status: Status = Status.CREATING
    description: str = ""
    automatic_failover: bool = False
    multi_az: bool = False
    snapshot_retention: int = 0
    snapshot_window: str = "03:00-04:00"
    snapshotting_node: str = ""
    maintenance_window: str = "sun:05:00-sun:06:00"
    minor_upgrades: bool = True
    subnet_group: str = "default"
    security_groups: tuple[str, ...] = ()
    pending: dict[str, str] = field(default_factory=dict)  # changes that wait for the window
    created_at: datetime = field(default_factory=now)

    def replicas(self) -> list[Node]:
        return [node for node in self.nodes if node is not self.primary]

    def node(self, identity: str) -> Node | None:
        return next((node for node in self.nodes if node.id == identity), None)

    def set_status(self, status: Status) -> None:
        """Of the group and of every node in it."""
        self.status = status
        for node in self.nodes:
            node.status = status


@dataclass
class Snapshot:
    """A copy of a node's data. `source` is "manual" or "automated"."""

    name: str
    group: Group
    node: str
    source: str
    of_group: bool = False  # asked for by the name of the replication group
    created_at: datetime = field(default_factory=now)
    status: str = "creating"
    size: int = 0  # bytes of the file
    node_type: str = ""
    node_created_at: datetime = field(default_factory=now)
    engine: str = ""
    engine_version: str = ""


@dataclass(frozen=True)
class Event:
    source: str
    kind: str  # "cache-cluster" or "replication-group"
    message: str
    at: datetime


Events = deque[Event]


@dataclass
class Kept:
    """All that ElastiCache knows. Groups and cache clusters that stand alone are in one dict."""

    parameter_groups: dict[str, ParameterGroup] = field(default_factory=defaults)
    groups: dict[str, Group] = field(default_factory=dict)
    snapshots: dict[str, Snapshot] = field(default_factory=dict)
    events: Events = field(default_factory=lambda: deque(maxlen=EVENTS_KEPT))

    def nodes(self) -> Iterator[tuple[Group, Node]]:
        for group in self.groups.values():
            for node in group.nodes:
                yield group, node

    def say(self, group: Group, message: str, node: Node | None = None) -> None:
        """Write an event down: of a node, or of the group."""
        kind = "cache-cluster" if node is not None or group.alone else "replication-group"
        self.events.append(Event(node.id if node else group.id, kind, message, now()))
