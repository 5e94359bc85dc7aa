"""Record batches: their headers read and stamped. The records inside are looked at only for times.

https://kafka.apache.org/documentation/#recordbatch
"""

import gzip
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from steadyhand.lab.kafka.wire import Malformed, Reader

HEADER = struct.Struct(">qiibIhiqqqhii")
FRONT = 12  # base offset and length: what the length does not count
AFTER_CHECKSUM = 21  # where the bytes begin that the checksum is over
MAGIC = 2
_COMPRESSION = 0x07
_GZIP = 1


@dataclass(frozen=True)
class Batch:
    """The header of one batch. `size` is that of the whole batch in bytes."""

    base_offset: int
    size: int
    magic: int
    checksum: int
    attributes: int
    last_delta: int
    first_timestamp: int
    max_timestamp: int
    producer_id: int
    producer_epoch: int
    base_sequence: int
    count: int

    @property
    def next_offset(self) -> int:
        return self.base_offset + self.last_delta + 1

    @property
    def last_sequence(self) -> int:
        return (self.base_sequence + self.last_delta) & 0x7FFFFFFF


def peek(data: bytes, position: int = 0) -> Batch:
    """Read the header at a position, whatever follows it."""
    base, length, _epoch, *rest = HEADER.unpack_from(data, position)
    return Batch(base, length + FRONT, *rest)


def head(data: bytes, position: int = 0) -> Batch | None:
    """Read the header at a position; None where no whole batch follows."""
    left = len(data) - position
    if left < HEADER.size:
        return None
    batch = peek(data, position)
    return batch if HEADER.size <= batch.size <= left else None


def split(records: bytes) -> list[tuple[Batch, bytes]]:
    """Cut what a producer sent into batches. Raises Malformed."""
    found = []
    position = 0
    while position < len(records):
        batch = head(records, position)
        if batch is None:
            raise Malformed("a batch that is not whole")
        found.append((batch, records[position : position + batch.size]))
        position += batch.size
    return found


def stamped(data: bytes, base_offset: int) -> bytes:
    """Put the offset in, and leader epoch 0. Both stand in front of what the checksum is over."""
    return struct.pack(">qii", base_offset, len(data) - FRONT, 0) + data[16:]


def offset_at(data: bytes, batch: Batch, timestamp: int) -> tuple[int, int] | None:
    """Find the first record of a batch that is not older; give its offset and time."""
    for delta, age in _records(data, batch):
        if batch.first_timestamp + age >= timestamp:
            return batch.base_offset + delta, batch.first_timestamp + age
    return None


def _records(data: bytes, batch: Batch) -> Iterator[tuple[int, int]]:
    """Give each record's (offset, time) as differences to the batch's first."""
    body = data[HEADER.size : batch.size]
    compression = batch.attributes & _COMPRESSION
    if compression == _GZIP:
        body = gzip.decompress(body)
    elif compression:
        # Other codecs are not in the standard library: the batch counts as one record.
        yield 0, batch.max_timestamp - batch.first_timestamp
        return
    reader = Reader(body)
    for _ in range(batch.count):
        record = Reader(reader.take(reader.signed_varint()))
        record.take(1)
        age = record.signed_varint()
        yield record.signed_varint(), age


def _table() -> list[int]:
    rows = []
    for row in range(256):
        for _ in range(8):
            row = (row >> 1) ^ (0x82F63B78 if row & 1 else 0)
        rows.append(row)
    return rows


_CRC32C = _table()


def is_sound(data: bytes, batch: Batch) -> bool:
    """Compare the checksum: CRC-32C. Slow, so only for what a crash may have cut."""
    value = 0xFFFFFFFF
    for byte in data[AFTER_CHECKSUM : batch.size]:
        value = (value >> 8) ^ _CRC32C[(value ^ byte) & 0xFF]
    return value ^ 0xFFFFFFFF == batch.checksum
