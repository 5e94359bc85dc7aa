"""Questions to a broker in, answers out: a small blocking client for tools and for metrics.

It speaks to the one broker it is given, in the versions below. For producing and consuming there
is kafka-python.
"""

import socket
import time
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from steadyhand.lab.kafka.messages import NAMED, read_response, write_request

LATEST, EARLIEST = -1, -2
CONSUMER = "consumer"
SETTLED = ("Stable", "Empty")  # states of a group in which nobody waits for a partition


class Unreachable(Exception):
    """No broker answers at this address."""


class Client:
    """One connection. Raises Unreachable where the broker does not answer within `timeout`."""

    def __init__(self, servers: str, timeout: float = 5.0) -> None:
        self._deadline = time.monotonic() + timeout
        self._number = 0
        self._socket = self._connect(servers)

    def _connect(self, servers: str) -> socket.socket:
        problem: Exception = Unreachable(f"no address in {servers!r}")
        for server in servers.split(","):
            host, _, port = server.strip().rpartition(":")
            try:
                return socket.create_connection((host.strip("[]"), int(port)), self._left())
            except (OSError, ValueError, OverflowError) as error:
                problem = error
        raise Unreachable(str(problem))

    def _left(self) -> float:
        return max(0.001, self._deadline - time.monotonic())

    def __enter__(self) -> "Client":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._socket.close()

    def ask(self, name: str, values: dict[str, Any]) -> dict[str, Any]:
        """Ask in the newest version we write."""
        operation = NAMED[name]
        self._number += 1
        request = write_request(operation, operation.last, self._number, values)
        try:
            self._socket.settimeout(self._left())
            self._socket.sendall(len(request).to_bytes(4, "big") + request)
            length = int.from_bytes(self._receive(4), "big")
            return read_response(operation, operation.last, self._receive(length))
        except OSError as error:
            raise Unreachable(str(error)) from None

    def _receive(self, count: int) -> bytes:
        got = bytearray()
        while len(got) < count:
            self._socket.settimeout(self._left())
            more = self._socket.recv(count - len(got))
            if not more:
                raise Unreachable("the connection was closed")
            got += more
        return bytes(got)

    # --- the questions that tools ask ---

    def topics(self) -> dict[str, int]:
        """Give each topic's number of partitions."""
        told = self.ask("Metadata", {"topics": None})["topics"]
        return {one["name"]: len(one["partitions"]) for one in told}

    def offsets(self, places: "list[Place]", timestamp: int = LATEST) -> "dict[Place, int]":
        """Find each partition's offset at a time. Partitions that are not there are left out."""
        told = self.ask(
            "ListOffsets",
            {
                "replica_id": -1,
                "topics": [
                    {"name": name, "partitions": [{"index": n, "timestamp": timestamp} for n in ns]}
                    for name, ns in _by_topic(places).items()
                ],
            },
        )
        return {
            (topic["name"], one["index"]): one["offset"]
            for topic in told["topics"]
            for one in topic["partitions"]
            if not one["error"]
        }

    def committed(self, group: str) -> "dict[Place, int]":
        told = self.ask("OffsetFetch", {"group_id": group, "topics": None})
        return {
            (topic["name"], one["index"]): one["offset"]
            for topic in told["topics"]
            for one in topic["partitions"]
            if one["offset"] >= 0
        }

    def groups(self) -> dict[str, str]:
        """Give each consumer group's state."""
        told = self.ask("ListGroups", {})["groups"]
        return {one["group_id"]: one["state"] for one in told if one["protocol_type"] == CONSUMER}

    def commit(self, group: str, offsets: "dict[Place, int]") -> "dict[Place, int]":
        """Set a group's offsets from outside; give the error code of each."""
        told = self.ask(
            "OffsetCommit",
            {
                "group_id": group,
                "generation_id": -1,
                "topics": [
                    {
                        "name": name,
                        "partitions": [{"index": n, "offset": offsets[name, n]} for n in ns],
                    }
                    for name, ns in _by_topic(list(offsets)).items()
                ],
            },
        )
        return {
            (topic["name"], one["index"]): one["error"]
            for topic in told["topics"]
            for one in topic["partitions"]
        }


Place = tuple[str, int]


def _by_topic(places: list[Place]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for topic, partition in places:
        found.setdefault(topic, []).append(partition)
    return found


@dataclass(frozen=True)
class Lag:
    """How far a group is behind: in all, and in its worst partition."""

    total: int
    worst: int


def lags(servers: str, timeout: float = 2.0) -> dict[str, Lag]:
    """Measure each group's lag: what was written and not yet committed. Raises Unreachable."""
    found = {}
    with Client(servers, timeout) as client:
        for group in client.groups():
            committed = client.committed(group)
            ends = client.offsets(list(committed))
            behind = [max(0, ends[place] - at) for place, at in committed.items() if place in ends]
            found[group] = Lag(sum(behind), max(behind, default=0))
    return found


def topic_lags(servers: str, timeout: float = 2.0) -> dict[tuple[str, str], Lag]:
    """Measure the lag of each group on each topic, as MSK does: of groups that are settled, and in
    partitions in which they have committed. Raises Unreachable.

    https://docs.aws.amazon.com/msk/latest/developerguide/consumer-lag.html
    """
    found: dict[tuple[str, str], Lag] = {}
    with Client(servers, timeout) as client:
        settled = [name for name, state in client.groups().items() if state in SETTLED]
        for group in settled:
            committed = client.committed(group)
            ends = client.offsets(list(committed))
            for (topic, partition), at in committed.items():
                behind = max(0, ends.get((topic, partition), at) - at)
                before = found.get((group, topic), Lag(0, 0))
                together = Lag(before.total + behind, max(before.worst, behind))
                found[group, topic] = together
    return found
