"""Groups wanted in, Valkey processes that follow out, in AWS's states and (shortened) durations.

`tick` lets all long work go on, step by step; it is called from the thread that may start
processes, with the API's lock held, as is everything else here.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from steadyhand.lab.cache.measuring import Measuring, Sample
from steadyhand.lab.cache.model import SHARD, Group, Kept, Node, Snapshot, Status, now
from steadyhand.lab.cache.node_types import scale_of
from steadyhand.lab.cache.parameters import ParameterGroup
from steadyhand.lab.cache.servers import Servers
from steadyhand.lab.cache.work import Labour, Work
from steadyhand.lab.durations import Durations
from steadyhand.lab.loopback import Addresses
from steadyhand.lab.processes import Processes

LOG = logging.getLogger("steadyhand.lab")
TESTED = "Test Failover API called for node group"
ZONES = ("us-east-1a", "us-east-1b", "us-east-1c")


class CacheFailed(Exception):
    """A cache did not come up; the message says which."""


@dataclass(frozen=True)
class Wanted:
    """A cache that is there when the lab begins. `alone`: a cache cluster, not a group."""

    id: str
    max_memory: int = 64  # MiB
    eviction: str = "volatile-lru"
    replicas: int = 0
    alone: bool = False
    node_type: str = "cache.t3.medium"
    description: str = ""


@dataclass
class Caches:
    """Every method is called with the API's lock held."""

    processes: Processes
    addresses: Addresses
    durations: Durations
    folder: Path
    clock: Callable[[], float] = time.monotonic
    kept: Kept = field(default_factory=Kept)

    def __post_init__(self) -> None:
        self.servers = Servers(
            self.processes, self.addresses, self.folder, self.kept.parameter_groups
        )
        self.labour = Labour(self.kept, self.servers, self.durations, self.clock)
        self._work: list[Work] = []
        self._measuring = Measuring(self.clock)

    # --- while the lab comes up and goes down ----------------------------------------------------

    def bring_up(self, wanted: Wanted) -> Group:
        """Make a cache at once, and wait until it answers. Raises CacheFailed."""
        engine = ("redis", "7.1") if wanted.alone else ("valkey", "8.1")
        group = Group(
            id=wanted.id,
            alone=wanted.alone,
            engine=engine[0],
            engine_version=engine[1],
            node_type=wanted.node_type,
            scale=scale_of(wanted.node_type, wanted.max_memory * 2**20),
            parameter_group=self._group_with(wanted, engine),
            port=6379,
            description=wanted.description or wanted.id,
            automatic_failover=wanted.replicas > 0,
            multi_az=wanted.replicas > 0,
        )
        self.add_nodes(group, 1 + wanted.replicas)
        self.kept.groups[group.id] = group
        for node in group.nodes:
            self.servers.start(group, node)
        for node in group.nodes:
            if not self.servers.wait(node, 10):
                raise CacheFailed(f"the cache {node.id} did not come up")
        group.set_status(Status.AVAILABLE)
        return group

    def _group_with(self, wanted: Wanted, engine: tuple[str, str]) -> str:
        family = {"redis": "redis7", "valkey": "valkey8"}[engine[0]]
        if wanted.eviction == "volatile-lru":
            return f"default.{family}"
        name = f"{wanted.id}-params"
        values = {"maxmemory-policy": wanted.eviction}
        self.kept.parameter_groups[name] = ParameterGroup(name, family, wanted.id, values)
        return name

    def stop(self) -> None:
        """End every process. Safe twice."""
        self._work.clear()
        for _, node in self.kept.nodes():
            self.servers.stop(node)

    def tick(self) -> None:
        """Let every piece of work go on, and see to nodes whose process has ended."""
        for group in list(self.kept.groups.values()):
            self._watch(group)
        for work in list(self._work):
            try:
                next(work)
            except StopIteration:
                self._work.remove(work)
            except Exception:  # one that fails must not stop the others
                LOG.exception("cache")
                self._work.remove(work)

    def endpoint(self, identity: str) -> tuple[str, int]:
        """Where a group, or a cache cluster, answers. Raises KeyError."""
        return self.kept.groups[identity].endpoint

    def samples(self) -> list[Sample]:
        """What the nodes did since the last call."""
        return [s for group in self.kept.groups.values() for s in self._measuring.samples(group)]

    # --- what is asked of it; what it says is true at once, the rest follows ----------------------

    def add_nodes(self, group: Group, count: int) -> list[Node]:
        """Place new nodes; the first of a group becomes its primary."""
        added = []
        for _ in range(count):
            number = (
                1 + max((int(n.id[-3:]) for n in group.nodes), default=0) if not group.alone else 1
            )
            identity = group.id if group.alone else f"{group.id}-{number:03}"
            node = Node(identity, "", 0, ZONES[(number - 1) % len(ZONES)])
            self.servers.place(group, node)
            group.nodes.append(node)
            group.primary = group.primary or node
            added.append(node)
        return added

    def create(self, group: Group, snapshot: str = "") -> None:
        self.kept.groups[group.id] = group
        self._work.append(self.labour.create(group, snapshot))

    def delete(self, group: Group, final_snapshot: str = "", keep_primary: bool = False) -> None:
        doomed = group.replicas() if keep_primary else list(group.nodes)
        group.status = Status.MODIFYING if keep_primary else Status.DELETING
        for node in doomed:
            node.status = Status.DELETING
        self._work.append(self.labour.delete(group, doomed, final_snapshot, keep_primary))

    def add_replica(self, group: Group, name: str) -> Node:
        node = self.add_nodes(group, 1)[0]
        node.id = name
        self._work.append(self.labour.add_replica(group, node))
        return node

    def delete_node(self, group: Group, node: Node) -> None:
        node.status = Status.DELETING
        self._work.append(self.labour.delete_node(group, node))

    def reboot(self, group: Group, node: Node) -> None:
        node.status = Status.REBOOTING
        self._work.append(self.labour.reboot(group, node))

    def modify(self, group: Group, changes: dict[str, str]) -> None:
        """Change node type and parameter group: `CacheNodeType`, `CacheParameterGroupName`."""
        group.set_status(Status.MODIFYING)
        self._work.append(self.labour.modify(group, changes))

    def snapshot(
        self, group: Group, node: Node, name: str, source: str = "manual", of_group: bool = False
    ) -> Snapshot:
        taken = self._noted(group, node, name, source, of_group)
        group.status = node.status = Status.SNAPSHOTTING
        self._work.append(self.labour.snapshot(taken, node))
        return taken

    def final_snapshot(self, group: Group, name: str) -> Snapshot:
        """Note a snapshot that the group's deletion will take of its primary."""
        assert group.primary is not None
        return self._noted(group, group.primary, name, "manual", not group.alone)

    def _noted(self, group: Group, node: Node, name: str, source: str, of_group: bool) -> Snapshot:
        taken = self.kept.snapshots[name] = Snapshot(
            name=name,
            group=group,
            node=node.id,
            source=source,
            of_group=of_group,
            node_type=group.node_type,
            node_created_at=node.created_at,
            engine=group.engine,
            engine_version=group.engine_version,
        )
        return taken

    def delete_snapshot(self, snapshot: Snapshot) -> None:
        snapshot.status = "deleting"
        self._work.append(self.labour.delete_snapshot(snapshot))

    def test_failover(self, group: Group) -> None:
        """Take the primary away, as if it had failed."""
        self.kept.say(group, f"{TESTED} {SHARD}")
        group.set_status(Status.MODIFYING)
        self._work.append(self.labour.failover(group))

    def promote(self, group: Group, node: Node) -> None:
        """Make another node the primary; nobody is taken away."""
        group.set_status(Status.MODIFYING)
        self._work.append(self.labour.promote(group, node))

    def apply(self, group: Group) -> None:
        self.labour.apply(group)

    def failovers_today(self) -> int:
        """How many failovers were tested in the last 24 hours."""
        day = now() - timedelta(hours=24)
        return sum(e.message.startswith(TESTED) and e.at > day for e in self.kept.events)

    def _watch(self, group: Group) -> None:
        """A node whose process ended is replaced; a primary that has replicas fails over first."""
        busy = self.labour.recovering
        for node in group.nodes:
            ended = node.process is not None and not node.lives()
            if ended and node.status is Status.AVAILABLE and node.id not in busy:
                busy.add(node.id)
                self._work.append(self.labour.recovery(group, node))
