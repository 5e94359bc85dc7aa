"""What probes saw goes in; the newest points of every measure come out, and minutes to be kept.

Bounded: as many points of a series as the alarms look at, and no more than one open minute.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from msgspec import Struct

from steadyhand.model.alarm import Point

_LEAST = 120  # points of a series that no alarm looks at
MINUTE = 60


class Sample(Struct, frozen=True):
    """One look. `at` is when it was due; `problem` says why it is not well, "" when it is."""

    probe: str
    at: datetime
    values: Mapping[str, float]
    problem: str = ""
    seconds: float = 0.0


class Bucket(Struct, frozen=True):
    """What a series was in one stretch of time that began at `at`."""

    series: str  # "NAME measure"
    at: datetime
    count: int
    low: float
    mean: float
    high: float


@dataclass
class Book:
    """The newest points of every series. `lengths` says by probe how many are looked at.

    One thread writes, any may read.
    """

    lengths: Mapping[str, int] = field(default_factory=dict)
    newest: dict[str, Sample] = field(default_factory=dict)
    _points: dict[tuple[str, str], deque[Point]] = field(default_factory=dict)
    _open: dict[tuple[str, str], list[float]] = field(
        default_factory=dict
    )  # minute, n, low, sum, high
    _noted: dict[tuple[str, str], datetime] = field(default_factory=dict)
    _closed: deque[Bucket] = field(default_factory=lambda: deque(maxlen=100_000))

    def put(self, sample: Sample) -> None:
        """Take one look in."""
        self.newest[sample.probe] = sample
        minute = sample.at.timestamp() // MINUTE
        for measure, value in sample.values.items():
            key = (sample.probe, measure)
            points = self._points.get(key)
            if points is None:
                length = max(_LEAST, self.lengths.get(sample.probe, 0))
                points = self._points[key] = deque(maxlen=length)
            points.append(Point(sample.at, value))
            self._gather(key, minute, value)

    def note(self, key: tuple[str, str], at: datetime, value: float) -> None:
        """Take in a value that is not to be looked at: it is kept. One for a time that is not
        after the last one's is passed over: it was here before."""
        last = self._noted.get(key)
        if last is None or at > last:
            self._noted[key] = at
            self._gather(key, at.timestamp() // MINUTE, value)

    def noted(self, key: tuple[str, str]) -> datetime | None:
        """Say of which time the newest value is that was taken in by `note`."""
        return self._noted.get(key)

    def _gather(self, key: tuple[str, str], minute: float, value: float) -> None:
        held = self._open.get(key)
        if held is not None and held[0] == minute:
            held[1] += 1
            held[2], held[4] = min(held[2], value), max(held[4], value)
            held[3] += value
            return
        if held is not None:
            self._closed.append(_bucket(key, held))
        self._open[key] = [minute, 1, value, value, value]

    def series(self, probe: str, measure: str) -> tuple[Point, ...]:
        """Give the newest points, the newest last."""
        return tuple(self._points.get((probe, measure), ()))

    def last(self, probe: str, measure: str) -> datetime | None:
        """Give the time of the newest point."""
        points = self._points.get((probe, measure))
        return points[-1].at if points else None

    def minutes(self) -> list[Bucket]:
        """Hand over the minutes that are full, once."""
        found = []
        while self._closed:
            found.append(self._closed.popleft())
        return found


def _bucket(key: tuple[str, str], held: list[float]) -> Bucket:
    minute, count, low, total, high = held
    at = datetime.fromtimestamp(minute * MINUTE, UTC)
    return Bucket(" ".join(key), at, int(count), low, total / count, high)
