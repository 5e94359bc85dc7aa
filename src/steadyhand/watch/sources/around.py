"""What a look needs beside its probe, and what one has seen. Made by whoever starts probing."""

import os
import socket
import time
from asyncio import get_running_loop
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field
from datetime import UTC, datetime

from steadyhand.world.door import World

_NAMES_KEPT = 30.0  # seconds that an address of a name is used again


@dataclass(frozen=True)
class Seen:
    """What one look measured; `problem` says why it is not well, "" when it is.

    Whether it is well (`up`, `failed`) and how long it took are added by the prober.
    """

    values: Mapping[str, float] = field(default_factory=dict)
    problem: str = ""


@dataclass(frozen=True)
class Report:
    """The last word of something that reports by itself, and since when it is listened for.

    `uncounted` says what else was heard and is not counted, and why; "" for nothing.
    """

    at: datetime | None
    listening_since: datetime
    ok: bool = True
    note: str = ""
    uncounted: str = ""


class Unable(Exception):
    """The look could not be done at all; the message is for a person."""


@dataclass
class Around:
    """`hosts` and `tls_hosts` say where names lead to here ("127.0.0.1:8080"): the lab's own.

    `threads` is for libraries that wait; `reports` for `report`, which may ask a database, and is
    not held up by what others wait for: without it, the loop's own threads. Without a `world`
    nothing is read from AWS.
    """

    threads: Executor
    world: World | None = None
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    hosts: Mapping[str, str] = field(default_factory=dict)
    tls_hosts: Mapping[str, str] = field(default_factory=dict)
    authority: str = ""
    report: Callable[[str], Report | None] = lambda _name: None
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    reports: Executor | None = None
    _names: dict[tuple[str, int], tuple[float, str]] = field(default_factory=dict)

    def variable(self, name: str) -> str:
        """Read what the settings name by its variable. Raises Unable when it is not set."""
        if not (value := self.environment.get(name, "")):
            raise Unable(f"the variable {name} is not set where this runs")
        return value

    async def address(self, host: str, port: int, tls: bool = False) -> tuple[str, int]:
        """Say where to connect to. Raises OSError for a name that nobody knows."""
        if known := (self.tls_hosts if tls else self.hosts).get(host):
            host, _, other = known.rpartition(":")
            port = int(other)
        if host.replace(".", "").isdigit() or ":" in host:
            return host, port
        until, address = self._names.get((host, port), (0.0, ""))
        if time.monotonic() < until:
            return address, port
        found = await get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        address = str(found[0][4][0])
        self._names[host, port] = (time.monotonic() + _NAMES_KEPT, address)
        return address, port
