"""Lines of a server in, hourly log files out, as RDS keeps them; old ones go.

Knows no API. Written from the thread that reads the server, read from another.
"""

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

KEPT = timedelta(days=3)  # rds.log_retention_period is 4,320 minutes
MOST_BYTES = 32 * 1024**2  # of all files of one instance: the lab's bound
ALLOWED = "error/postgresql.log."


@dataclass(frozen=True)
class LogFile:
    name: str
    size: int
    written: datetime


class LogFiles:
    """The log files of one instance, in a folder that is there; without it lines are not kept."""

    def __init__(self, folder: Path, listener: Callable[[str], None]) -> None:
        self._folder = folder
        self._listener = listener
        self._lock = threading.Lock()

    def line(self, text: str) -> None:
        now = datetime.now(UTC)
        with self._lock, suppress(OSError):
            path = self._folder / f"postgresql.log.{now:%Y-%m-%d-%H}"
            if not path.exists():
                self._drop(now)
            with path.open("a", errors="replace") as file:
                file.write(text + "\n")
        self._listener(text)

    def _drop(self, now: datetime) -> None:
        """At each new file, forget what is too old or too much."""
        left = MOST_BYTES
        for path in sorted(self._folder.glob("postgresql.log.*"), reverse=True):
            stat = path.stat()
            left -= stat.st_size
            if left < 0 or now.timestamp() - stat.st_mtime > KEPT.total_seconds():
                path.unlink()

    def all(self) -> list[LogFile]:
        found = []
        with self._lock:
            for path in sorted(self._folder.glob("postgresql.log.*")):
                with suppress(OSError):
                    stat = path.stat()
                    written = datetime.fromtimestamp(stat.st_mtime, UTC)
                    found.append(LogFile(f"error/{path.name}", stat.st_size, written))
        return found

    def text(self, name: str) -> bytes | None:
        """All of one file; None if there is none of that name."""
        if not any(file.name == name for file in self.all()):
            return None
        with suppress(OSError):
            return (self._folder / name.rpartition("/")[2]).read_bytes()
        return None
