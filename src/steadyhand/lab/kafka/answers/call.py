"""What every operation is given: the broker's state, and one request. And who it came from."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from steadyhand.lab.kafka.groups import Groups
from steadyhand.lab.kafka.storage.offsets import Offsets
from steadyhand.lab.kafka.storage.topics import Topics

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Options:
    """How a broker is started. Times are seconds."""

    host: str
    port: int
    auto_create_topics: bool = False
    partitions: int = 1  # of a topic that is made without a number
    min_session: float = 6.0
    node_id: int = 1


@dataclass
class State:
    """All a broker knows."""

    options: Options
    topics: Topics
    offsets: Offsets
    groups: Groups
    cluster_id: str
    next_producer: int
    ending: asyncio.Event


@dataclass(frozen=True)
class Call:
    """One request. `host` is where the client sits, as Kafka writes it: /127.0.0.1."""

    version: int
    values: Values
    client_id: str
    host: str
