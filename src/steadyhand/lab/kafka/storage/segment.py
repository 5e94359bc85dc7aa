"""A file of record batches, and where in it which offset stands. Only ever appended to.

Every append is one write to the operating system: it outlives a kill -9 of the broker, as with
Kafka itself, which leaves the disk to the operating system too.
"""

import os
from array import array
from bisect import bisect_right
from collections.abc import Iterator
from pathlib import Path

from steadyhand.lab.kafka.storage.batches import HEADER, Batch, head, is_sound, peek

INDEX_BYTES = 4096  # an entry of the index for each so many bytes


class Segment:
    """The batches from `base` on. `recover` makes one from a file that is there."""

    def __init__(self, folder: Path, base: int) -> None:
        self.path = folder / f"{base:020}.log"
        self.base = base
        self.end = base  # the offset after the last record
        self.size = 0
        self.max_timestamp = -1
        self._file = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        self._offsets = array("q")
        self._positions = array("q")
        self._indexed = -INDEX_BYTES

    def append(self, batch: Batch, data: bytes) -> None:
        written = os.pwrite(self._file, data, self.size)
        if written != len(data):
            os.ftruncate(self._file, self.size)
            raise OSError(f"{written} of {len(data)} bytes written")
        self._note(batch)

    def _note(self, batch: Batch) -> None:
        if self.size - self._indexed >= INDEX_BYTES:
            self._offsets.append(batch.base_offset)
            self._positions.append(self.size)
            self._indexed = self.size
        self.size += batch.size
        self.end = batch.next_offset
        self.max_timestamp = max(self.max_timestamp, batch.max_timestamp)

    def recover(self) -> Iterator[Batch]:
        """Go through the file and cut off what a crash left half-written; give each batch."""
        data = self.path.read_bytes()
        while batch := head(data, self.size):
            last = self.size + batch.size == len(data)
            if last and not is_sound(data[self.size :], batch):
                break
            self._note(batch)
            yield batch
        os.ftruncate(self._file, self.size)

    def read(self, offset: int, limit: int) -> bytes:
        """Give whole batches from the one with `offset` on: at least one, then within `limit`."""
        found = self._find(offset)
        if found is None:
            return b""
        position, first = found
        data = os.pread(self._file, max(first.size, min(limit, self.size - position)), position)
        end = 0
        while batch := head(data, end):
            end += batch.size
        return data[:end]

    def _find(self, offset: int) -> tuple[int, Batch] | None:
        """Give position and header of the batch that holds an offset."""
        place = bisect_right(self._offsets, offset) - 1
        position = self._positions[place] if place >= 0 else 0
        for where, batch in self._walk(position):
            if batch.next_offset > offset:
                return where, batch
        return None

    def _walk(self, position: int) -> Iterator[tuple[int, Batch]]:
        while position < self.size:
            batch = peek(os.pread(self._file, HEADER.size, position))
            yield position, batch
            position += batch.size

    def since(self, timestamp: int) -> Iterator[tuple[Batch, bytes]]:
        """Give the batches that hold something not older, each with its bytes."""
        if self.max_timestamp < timestamp:
            return
        for position, batch in self._walk(0):
            if batch.max_timestamp >= timestamp:
                yield batch, os.pread(self._file, batch.size, position)

    def close(self) -> None:
        os.close(self._file)

    def remove(self) -> None:
        self.close()
        self.path.unlink(missing_ok=True)
