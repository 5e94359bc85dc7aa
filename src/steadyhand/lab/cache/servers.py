"""A node in, its Valkey process started, stopped, promoted, copied out. Knows no state of AWS's."""

import shutil
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import redis

from steadyhand.lab.cache.link import Link, Silent
from steadyhand.lab.cache.model import Group, Node
from steadyhand.lab.cache.node_types import lab_memory
from steadyhand.lab.cache.parameters import ParameterGroup
from steadyhand.lab.cache.valkey import RDB, Server
from steadyhand.lab.loopback import Addresses
from steadyhand.lab.processes import Processes


class SnapshotFailed(Exception):
    """The server could not write its data."""


@dataclass
class Servers:
    """Starts may only come from a thread that lives as long as the lab (see processes.py)."""

    processes: Processes
    addresses: Addresses
    folder: Path
    parameter_groups: Mapping[str, ParameterGroup]

    def place(self, group: Group, node: Node) -> None:
        """Give a new node an address of its own; the first of a group brings the endpoint too."""
        node.host, node.port = self.addresses.take(group.port)
        if group.endpoint == ("", 0):
            shares = group.alone or not self.addresses.aliased
            own = node.host, node.port
            group.endpoint = own if shares else (self.addresses.take(group.port)[0], node.port)

    def folder_of(self, node: Node) -> Path:
        return self.folder / "nodes" / node.id

    def start(self, group: Group, node: Node, data: Path | None = None) -> None:
        """Start it empty, or with a snapshot's data; a replica begins to copy its primary."""
        folder = self.folder_of(node)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / RDB).unlink(missing_ok=True)
        if data is not None:
            shutil.copyfile(data, folder / RDB)
        primary = group.primary
        copies = primary is not None and primary is not node
        wears = primary is node and group.endpoint[0] != node.host
        server = Server(
            name=f"cache {node.id}",
            host=node.host,
            port=node.port,
            folder=folder,
            maxmemory=lab_memory(group.node_type, group.scale),
            also_at=(group.endpoint[0],) if wears else (),
            replica_of=(primary.host, primary.port) if primary and copies else None,
            more=tuple(self.parameter_groups[group.parameter_group].server_settings().items()),
        )
        node.process = self.processes.spawn(server.program(), lambda _: None)
        node.link = Link(node.host, node.port)

    def stop(self, node: Node) -> None:
        """End its process at once; what it held is gone."""
        if node.link is not None:
            node.link.close()
            node.link = None
        if node.process is not None:
            with suppress(ProcessLookupError):
                node.process.kill()
            node.process.wait()
            self.processes.forget(node.process.pid)
            node.process = None

    def remove(self, node: Node) -> None:
        self.stop(node)
        shutil.rmtree(self.folder_of(node), ignore_errors=True)

    def is_copy(self, node: Node) -> bool:
        """See whether a replica has everything its primary has."""
        with suppress(Silent, redis.ResponseError):
            if node.link is not None:
                return node.link.info("replication").get("master_link_status") == "up"
        return False

    def offset(self, node: Node) -> int:
        """How far a replica has read; -1 when it does not answer."""
        with suppress(Silent, redis.ResponseError):
            if node.link is not None:
                return int(node.link.info("replication").get("slave_repl_offset", -1))
        return -1

    def promote(self, group: Group, node: Node) -> None:
        """Make a replica the primary, and let it answer at the group's endpoint.

        Raises Silent, redis.ResponseError: the group is then as it was.
        """
        old = group.primary
        link = node.link
        if link is None:
            raise Silent(f"{node.id} has no process")
        link.run("REPLICAOF", "NO", "ONE")
        group.primary = node
        if self.addresses.aliased:
            if old is not None and old.link is not None and old.lives():
                with suppress(Silent, redis.ResponseError):
                    old.link.set("bind", old.host)
            link.set("bind", f"{node.host} {group.endpoint[0]}")
        else:
            self._swap_ports(group, node, old)
        for other in group.replicas():
            with suppress(Silent, redis.ResponseError):
                if other.link is not None and other.lives():
                    other.link.run("REPLICAOF", node.host, str(node.port))

    def _swap_ports(self, group: Group, node: Node, old: Node | None) -> None:
        """Without further addresses the endpoint is a port, and goes over to the new primary."""
        assert node.link is not None
        if old is not None:
            host, port = self.addresses.take(group.port)
            if old.lives() and old.link is not None:
                old.link.set("port", str(port))
                old.link.close()
                old.link = Link(host, port)
            old.port = port
        node.link.set("port", str(group.endpoint[1]))
        node.link.close()
        node.port = group.endpoint[1]
        node.link = Link(node.host, node.port)

    def begin_save(self, node: Node) -> None:
        """Raises SnapshotFailed."""
        try:
            if node.link is None:
                raise Silent(node.id)
            node.link.run("BGSAVE")
        except (Silent, redis.ResponseError) as error:
            raise SnapshotFailed(str(error)) from None

    def saved(self, node: Node, target: Path) -> bool:
        """Copy the file once it is written; False until then. Raises SnapshotFailed."""
        try:
            if node.link is None:
                raise SnapshotFailed(f"{node.id} has no process")
            state = node.link.info("persistence")
        except Silent:
            return False
        if int(state["rdb_bgsave_in_progress"]):
            return False
        if state["rdb_last_bgsave_status"] != "ok":
            raise SnapshotFailed(f"{node.id} could not write its data")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(self.folder_of(node) / RDB, target)
        return True

    def wait(self, node: Node, seconds: float) -> bool:
        """Wait until it answers. Only while the lab comes up: nobody else may block."""
        deadline = time.monotonic() + seconds
        while not node.answers():
            if time.monotonic() > deadline or not node.lives():
                return False
            time.sleep(0.02)
        return True
