"""Pieces of a log in, at intervals one object in a bucket out; the oldest objects go.

AWS keeps them for ever. A lab keeps its buckets in memory, so there is a bound to what it delivered
itself. Knows neither what is in a log nor how its files are named.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

MOST_BYTES = 16 * 2**20  # of one log's objects in its bucket
MOST_WAITING = 4 * 2**20  # AWS too delivers sooner where there is much to deliver


class Buckets(Protocol):
    """The lab's S3."""

    def exists(self, bucket: str) -> bool: ...

    def put(self, bucket: str, key: str, content: bytes) -> None: ...

    def remove(self, bucket: str, key: str) -> None: ...

    def sizes(self, bucket: str, under: str) -> dict[str, int]: ...


@dataclass
class Log:
    """`add` may be called by any thread; what is due is packed by one, and delivered by it with the
    API's lock held."""

    buckets: Buckets
    interval: float  # seconds
    pack: Callable[[list[bytes]], bytes]
    _pieces: list[bytes] = field(default_factory=list)
    _size: int = 0
    _began: float = field(default_factory=time.monotonic)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, piece: bytes) -> None:
        with self._lock:
            self._pieces.append(piece)
            self._size += len(piece)

    def due(self) -> bytes | None:
        """A file that is to be delivered now. Nothing that happened is no file."""
        now = time.monotonic()
        with self._lock:
            if now - self._began < self.interval and self._size < MOST_WAITING:
                return None
            pieces, self._pieces, self._size, self._began = self._pieces, [], 0, now
        return self.pack(pieces) if pieces else None

    def deliver(self, bucket: str, folder: str, name: str, content: bytes) -> None:
        """Put a file below a folder, and let the oldest ones there go: names are in the order of
        time. The API's lock is held."""
        if not self.buckets.exists(bucket):
            return
        self.buckets.put(bucket, folder + name, content)
        there = self.buckets.sizes(bucket, folder)
        total = sum(there.values())
        for key in sorted(there):
            if total <= MOST_BYTES:
                break
            self.buckets.remove(bucket, key)
            total -= there[key]
