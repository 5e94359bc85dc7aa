"""Log events in, the events of a group or a stream in the order of time, out. Bounded.

Knows no API and no clock. Events lie in one sorted list for the group and one for each stream, so
that a search is a slice. What is above the bounds goes, the oldest of the largest group first.
"""

import time
from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from steadyhand.lab.cloud.logs import EVENTS_PER_GROUP

# AWS counts 26 bytes for each event beside its text.
# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
OVERHEAD = 26
# What Python needs for one event beside its text, about.
OBJECT_BYTES = 220
DAY = 86_400_000  # milliseconds, as all times here
CHUNK = 4096


class Event(NamedTuple):
    """One event. Sorted by its time; `number` counts all events, and tells equal times apart."""

    timestamp: int
    number: int
    message: str
    stream: str
    ingested: int

    @property
    def position(self) -> "Position":
        return self.timestamp, self.number

    @property
    def id(self) -> str:
        return f"{self.timestamp:020d}{self.number:036d}"


Position = tuple[int, int]  # of an event among those of its group


@dataclass
class Stream:
    name: str
    created: int
    events: list[Event] = field(default_factory=list)
    ingested: int | None = None


@dataclass
class Group:
    name: str
    created: int
    retention: int | None = None  # days
    streams: dict[str, Stream] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    tags: dict[str, str] = field(default_factory=dict)
    log_class: str = "STANDARD"
    kms_key: str = ""
    stored: int = 0  # bytes, as AWS counts them

    def oldest_kept(self, now: int) -> int:
        """The time before which events are expired."""
        return now - self.retention * DAY if self.retention else 0


@dataclass(frozen=True)
class Found:
    """What a search gave. `more` is where to go on, None at the end."""

    events: list[Event]
    more: Position | None


@dataclass(frozen=True)
class Search:
    """What is looked for: times are inclusive; `streams` None for all of them.

    `after` is the event that a former page ended with.
    """

    start: int
    end: int
    matches: Callable[[str], bool]
    limit: int
    streams: frozenset[str] | None = None
    after: Position | None = None
    newest_first: bool = False
    most_bytes: int = 1_048_576
    most_seconds: float = 0.4  # the API's lock is held as long


class Journal(Protocol):
    """Told of every event that comes, by its group, and of all that go."""

    def came(self, group: str, event: Event) -> None: ...

    def went(self, events: Iterable[Event]) -> None: ...


@dataclass
class LogStore:
    """Not thread-safe: the API's lock is held by whoever calls. `shape` is another number when
    groups or streams have come or gone."""

    most_events: int = 4 * EVENTS_PER_GROUP  # of one group
    most_bytes: int = 160 * 2**20  # of all together, with what Python needs
    most_streams: int = 1000  # of one group
    groups: dict[str, Group] = field(default_factory=dict)
    journal: Journal | None = None
    shape: int = 0
    _number: int = 0
    _bytes: int = 0

    def write(self, group: Group, stream: str, events: Iterable[tuple[int, str]], now: int) -> None:
        """Add events of one stream, which is made where it is not there."""
        into = group.streams.get(stream) or self.create_stream(group, stream, now)
        for timestamp, message in events:
            self._number += 1
            event = Event(timestamp, self._number, message, stream, now)
            for kept in (group.events, into.events):
                # Of two at one time the later one has the higher number.
                if not kept or kept[-1].timestamp <= timestamp:
                    kept.append(event)
                else:
                    insort(kept, event)
            self._weigh(group, event, 1)
            if self.journal is not None:
                self.journal.came(group.name, event)
            into.ingested = now
        surplus = len(group.events) - self.most_events
        if surplus > self.most_events // 50:
            self._forget(group, surplus)
        if self._bytes > self.most_bytes:
            largest = max(self.groups.values(), key=lambda one: one.stored)
            self._forget(largest, 1 + len(largest.events) // 20)

    def take_back(self, group: Group, event: Event) -> None:
        """Add what an earlier lab had: all events of a group, in the order of time."""
        into = group.streams.get(event.stream)
        if into is None:
            into = group.streams[event.stream] = Stream(event.stream, event.ingested)
        group.events.append(event)
        into.events.append(event)
        into.ingested = max(into.ingested or 0, event.ingested)
        self._number = max(self._number, event.number)
        self._weigh(group, event, 1)

    def _weigh(self, group: Group, event: Event, sign: int) -> None:
        size = len(event.message) if event.message.isascii() else len(event.message.encode())
        group.stored += sign * (size + OVERHEAD)
        self._bytes += sign * (size + OBJECT_BYTES)

    def create_stream(self, group: Group, name: str, now: int) -> Stream:
        made = group.streams[name] = Stream(name, now)
        self.shape += 1
        for oldest in list(group.streams)[: -self.most_streams]:
            self.delete_stream(group, oldest)
        return made

    def delete_stream(self, group: Group, name: str) -> None:
        gone = group.streams.pop(name)
        self.shape += 1
        self._strike(group, gone.events)
        if gone.events:
            group.events = [event for event in group.events if event.stream != name]

    def delete_group(self, name: str) -> None:
        group = self.groups.pop(name)
        self.shape += 1
        self._strike(group, group.events)

    def _strike(self, group: Group, gone: Sequence[Event]) -> None:
        for event in gone:
            self._weigh(group, event, -1)
        if self.journal is not None:
            self.journal.went(gone)

    def _forget(self, group: Group, count: int) -> None:
        """Drop the oldest events of a group; in each stream they are its oldest, too."""
        gone = group.events[:count]
        del group.events[:count]
        self._strike(group, gone)
        for name, dropped in Counter(event.stream for event in gone).items():
            del group.streams[name].events[:dropped]

    def expire(self, now: int) -> None:
        """Drop what is older than its group keeps."""
        for group in self.groups.values():
            old = bisect_left(group.events, (group.oldest_kept(now),))
            if old:
                self._forget(group, old)

    def search(self, group: Group, search: Search) -> Found:
        """Look through a group from `after` on, until there is enough or it has taken too long."""
        found: list[Event] = []
        size, began = 0, time.perf_counter()
        for chunk in _chunks(self._narrowed(group, search.streams), search):
            for event in chunk:
                if not search.matches(event.message):
                    continue
                size += len(event.message) + OVERHEAD
                if len(found) == search.limit or (found and size > search.most_bytes):
                    return Found(found, found[-1].position)
                found.append(event)
            if time.perf_counter() - began > search.most_seconds:
                return Found(found, chunk[-1].position)
        return Found(found, None)

    @staticmethod
    def _narrowed(group: Group, streams: frozenset[str] | None) -> list[Event]:
        if streams is None:
            return group.events
        if len(streams) == 1:
            return group.streams[next(iter(streams))].events
        return [event for event in group.events if event.stream in streams]


def _chunks(events: list[Event], search: Search) -> Iterator[list[Event]]:
    """Cut what lies in the time that is searched, from the side it is read from."""
    first = bisect_left(events, (search.start,))
    last = bisect_left(events, (search.end + 1,))
    if search.newest_first:
        last = min(last, before(events, search.after)) if search.after else last
        for end in range(last, first, -CHUNK):
            yield events[max(first, end - CHUNK) : end][::-1]
        return
    first = max(first, after(events, search.after)) if search.after else first
    for start in range(first, last, CHUNK):
        yield events[start : min(last, start + CHUNK)]


def _past(position: Position) -> Position:
    """The first place behind an event."""
    return position[0], position[1] + 1


def before(events: Sequence[Event], position: Position) -> int:
    """Count the events that stand before a position."""
    return bisect_left(events, position)


def after(events: Sequence[Event], position: Position) -> int:
    """Give the place of the first event behind a position."""
    return bisect_left(events, _past(position))
