"""Which thing is to be driven when: wakes in, the things that are due out, each to one worker.

A wake is only a hint, so none needs to be kept: whoever starts wakes everything that is open.
Knows no kind's meaning; times are those of the clock that it is given.
"""

import heapq
import itertools
from collections.abc import Mapping
from datetime import datetime
from threading import Condition, Lock

from steadyhand.engine.clock import Clock

Thing = tuple[str, str]  # kind, id
_LONGEST = 1.0  # seconds of sleep in one go: the clock may be moved meanwhile


class Wakes:
    """The wakes of one process, by lane (a kind of its own workers). Safe from several threads."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = Lock()
        self._lanes: dict[str, Condition] = {}  # something has changed for the workers of a kind
        self._lookouts: set[str] = set()  # lanes of which a worker watches the time
        self._heaps: dict[str, list[tuple[datetime, int, str]]] = {}
        self._due: dict[Thing, datetime] = {}  # the earliest wake of each
        self._busy: set[Thing] = set()  # with a worker now
        self._count = itertools.count()
        self._over = False

    def wake(self, kind: str, key: str, at: datetime | None = None) -> None:
        """Have a thing driven at a time, or now. An earlier wake that is there already stays."""
        when = at or self._clock.now()
        with self._lock:
            there = self._due.get((kind, key))
            if there is None or when < there:
                self._due[kind, key] = when
                heapq.heappush(self._heaps.setdefault(kind, []), (when, next(self._count), key))
                self._lane(kind).notify_all()

    def take(self, kind: str) -> str | None:
        """Wait for the next thing of a kind that is due, and hold it until `done`; None: over."""
        with self._lock:
            while not self._over:
                now = self._clock.now()
                key, pause = self._next(kind, now)
                if key is not None:
                    del self._due[kind, key]
                    self._busy.add((kind, key))
                    self._lane(kind).notify()  # another watches the time now
                    return key
                self._wait(kind, pause)
            return None

    def _lane(self, kind: str) -> Condition:
        return self._lanes.setdefault(kind, Condition(self._lock))

    def _wait(self, kind: str, pause: float) -> None:
        """Wait for a change. One worker of a lane is enough to watch the time."""
        if kind in self._lookouts:
            self._lane(kind).wait()
            return
        self._lookouts.add(kind)
        self._lane(kind).wait(pause)
        self._lookouts.discard(kind)

    def _next(self, kind: str, now: datetime) -> tuple[str | None, float]:
        """Give the first that is due and free; else how long nothing will be."""
        heap = self._heaps.get(kind, [])
        held = []
        found, pause = None, _LONGEST
        while heap:
            when, number, key = heap[0]
            if self._due.get((kind, key)) != when:
                heapq.heappop(heap)  # taken already, or woken earlier since
            elif when > now:
                pause = min(pause, (when - now).total_seconds())
                break
            else:
                heapq.heappop(heap)
                if (kind, key) not in self._busy:
                    found = key
                    break
                held.append((when, number, key))
        for one in held:
            heapq.heappush(heap, one)
        return found, pause

    def done(self, kind: str, key: str) -> None:
        """Let go of a thing; what woke it meanwhile has it driven again."""
        with self._lock:
            self._busy.discard((kind, key))
            if (kind, key) in self._due:
                self._lane(kind).notify_all()

    def waiting(self) -> Mapping[Thing, datetime]:
        """Tell what is to be driven when."""
        with self._lock:
            return dict(self._due)

    def idle(self) -> bool:
        """Tell whether nothing is due and nothing is being driven."""
        with self._lock:
            now = self._clock.now()
            return not self._busy and all(when > now for when in self._due.values())

    def stop(self) -> None:
        """Send every worker home."""
        with self._lock:
            self._over = True
            for lane in self._lanes.values():
                lane.notify_all()
