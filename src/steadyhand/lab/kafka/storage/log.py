"""The log of one partition: batches in, offsets out; bounded by retention. Knows no topic."""

import asyncio
import time
from collections import OrderedDict, deque
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from steadyhand.lab.kafka.messages import Error
from steadyhand.lab.kafka.storage.batches import MAGIC, Batch, offset_at, split, stamped
from steadyhand.lab.kafka.storage.segment import Segment
from steadyhand.lab.kafka.wire import Malformed

PRODUCERS = 1000  # so many producers' last batches are kept, to know a batch sent twice
# https://kafka.apache.org/documentation/#producerconfigs_max.in.flight.requests.per.connection
LAST_BATCHES = 5


class Rejected(Exception):
    """What a producer or consumer asked for cannot be had."""

    def __init__(self, error: Error) -> None:
        super().__init__(error.name)
        self.error = error


@dataclass(frozen=True)
class Limits:
    """What bounds a log. -1 means: no bound."""

    retention_bytes: int
    retention_ms: int
    segment_bytes: int
    max_message_bytes: int


@dataclass
class Producer:
    """What one idempotent producer wrote last."""

    epoch: int
    batches: deque[Batch] = field(default_factory=lambda: deque(maxlen=LAST_BATCHES))


class Log:
    """One partition. Used from the event loop only. Raises Rejected."""

    def __init__(self, folder: Path, limits: Limits) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.limits = limits
        self.waiting: set[asyncio.Event] = set()  # who wants to know of the next append
        self._folder = folder
        self._producers: OrderedDict[int, Producer] = OrderedDict()
        self._segments = self._recover()
        self._start = self._read_start()

    def _recover(self) -> list[Segment]:
        bases = sorted(int(path.stem) for path in self._folder.glob("*.log"))
        segments = [Segment(self._folder, base) for base in bases or [0]]
        for segment in segments:
            for batch in segment.recover():
                self._remember(batch)
        return segments

    def _read_start(self) -> int:
        with suppress(OSError, ValueError):
            return int((self._folder / "start").read_text())
        return 0

    @property
    def start(self) -> int:
        return max(self._start, self._segments[0].base)

    @property
    def end(self) -> int:
        return self._segments[-1].end

    @property
    def size(self) -> int:
        return sum(segment.size for segment in self._segments)

    def append(self, records: bytes) -> int:
        """Append what a producer sent; give the offset of its first record."""
        try:
            batches = split(records)
        except Malformed:
            raise Rejected(Error.CORRUPT_MESSAGE) from None
        if len(batches) != 1:
            raise Rejected(Error.INVALID_RECORD)
        return self._append(*batches[0])

    def _append(self, batch: Batch, data: bytes) -> int:
        if batch.magic != MAGIC:
            raise Rejected(Error.UNSUPPORTED_FOR_MESSAGE_FORMAT)
        if batch.count < 1 or batch.last_delta + 1 != batch.count:
            raise Rejected(Error.CORRUPT_MESSAGE)
        if batch.size > self.limits.max_message_bytes:
            raise Rejected(Error.MESSAGE_TOO_LARGE)
        twin = self._twin(batch)
        if twin is not None:
            return twin.base_offset
        offset = self.end
        if self._segments[-1].size >= self.limits.segment_bytes:
            self._segments.append(Segment(self._folder, offset))
        placed = replace(batch, base_offset=offset)
        try:
            self._segments[-1].append(placed, stamped(data, offset))
        except OSError:
            raise Rejected(Error.KAFKA_STORAGE_ERROR) from None
        self._remember(placed)
        self.enforce(time.time() * 1000)
        for event in self.waiting:
            event.set()
        return offset

    def _twin(self, batch: Batch) -> Batch | None:
        """Find the batch that this one repeats; refuse one that comes out of its turn."""
        known = self._producers.get(batch.producer_id)
        if batch.producer_id < 0 or known is None:
            return None
        if batch.producer_epoch < known.epoch:
            raise Rejected(Error.INVALID_PRODUCER_EPOCH)
        if batch.producer_epoch > known.epoch:
            if batch.base_sequence != 0:
                raise Rejected(Error.OUT_OF_ORDER_SEQUENCE_NUMBER)
            return None
        for earlier in known.batches:
            numbers = (earlier.base_sequence, earlier.last_sequence)
            if numbers == (batch.base_sequence, batch.last_sequence):
                return earlier
        if batch.base_sequence != (known.batches[-1].last_sequence + 1) & 0x7FFFFFFF:
            raise Rejected(Error.OUT_OF_ORDER_SEQUENCE_NUMBER)
        return None

    def _remember(self, batch: Batch) -> None:
        if batch.producer_id < 0:
            return
        known = self._producers.pop(batch.producer_id, None)
        if known is None or known.epoch != batch.producer_epoch:
            known = Producer(batch.producer_epoch)
        known.batches.append(batch)
        self._producers[batch.producer_id] = known
        if len(self._producers) > PRODUCERS:
            self._producers.popitem(last=False)

    def read(self, offset: int, limit: int) -> bytes:
        """Give whole batches from `offset` on; at least one, if there is one."""
        if not self.start <= offset <= self.end:
            raise Rejected(Error.OFFSET_OUT_OF_RANGE)
        for segment in self._segments:
            if segment.end > offset:
                return segment.read(offset, limit)
        return b""

    def offset_at(self, timestamp: int) -> tuple[int, int] | None:
        """Find the first record that is not older; give its offset and time."""
        for segment in self._segments:
            for batch, data in segment.since(timestamp):
                found = offset_at(data, batch, timestamp)
                if found is not None and found[0] >= self.start:
                    return found
        return None

    def delete_before(self, offset: int) -> int:
        """Forget the records before an offset (-1: all); give the new start."""
        wanted = self.end if offset == -1 else offset
        if not 0 <= wanted <= self.end:
            raise Rejected(Error.OFFSET_OUT_OF_RANGE)
        self._start = max(self.start, wanted)
        draft = self._folder / "start.draft"
        draft.write_text(str(self._start))
        draft.replace(self._folder / "start")
        while len(self._segments) > 1 and self._segments[0].end <= self._start:
            self._segments.pop(0).remove()
        return self._start

    def enforce(self, now_ms: float) -> None:
        """Drop the oldest segments beyond the limits; the one that is written to stays."""
        limits = self.limits
        while len(self._segments) > 1:
            oldest = self._segments[0]
            rest = self.size - oldest.size
            big = 0 <= limits.retention_bytes <= rest
            old = 0 <= limits.retention_ms < now_ms - oldest.max_timestamp
            if not big and not old:
                return
            self._segments.pop(0).remove()

    def close(self) -> None:
        for segment in self._segments:
            segment.close()
