"""Measurements in, CloudWatch's periods out: aligned, exact in their dimensions, bounded.

Knows no API and no clock; a point carries the start of its own period. Points older than three
hours are merged to minutes, as CloudWatch does; minutes go when there are too many of them.
"""

import math
from array import array
from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from operator import attrgetter

from steadyhand.lab.cloud.statistics import Point, StatisticSet, statistic

__all__ = ["Dimensions", "Metric", "MetricStore", "Point", "floor", "point", "rounded", "statistic"]

# https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricStatistics.html
KEPT = timedelta(hours=3, minutes=5)  # with the resolution they came with
# CloudWatch keeps minutes for 15 days; two days of them are what a lab's memory allows.
MOST_MINUTES = 2 * 24 * 60
MOST_METRICS = 10_000

Dimensions = frozenset[tuple[str, str]]


@dataclass(frozen=True)
class Metric:
    namespace: str
    name: str
    dimensions: Dimensions


def rounded(value: float) -> float:
    """Three significant digits: enough for a percentile, and few enough to be kept."""
    return float(f"{value:.3g}")


def point(at: datetime, values: Iterable[float], unit: str = "None") -> Point:
    return Point(at, dict(Counter(values)), unit)


def floor(at: datetime, period: int) -> datetime:
    """The start of the period `at` lies in; periods are counted from the epoch, as AWS does."""
    seconds = math.floor(at.timestamp() / period) * period
    return datetime.fromtimestamp(seconds, UTC)


@dataclass(frozen=True, slots=True)
class _Kept:
    """A point as it is stored: sixteen bytes for each value."""

    at: datetime
    values: "array[float]"
    counts: "array[float]"
    unit: str
    sets: tuple[StatisticSet, ...]


def _kept(new: Point) -> _Kept:
    values = array("d", new.values)
    return _Kept(new.at, values, array("d", new.values.values()), new.unit, new.sets)


@dataclass
class _Merged:
    """Points on their way to being one."""

    counts: dict[float, float] = field(default_factory=dict)
    sets: list[StatisticSet] = field(default_factory=list)

    def add(self, one: _Kept) -> None:
        for value, times in zip(one.values, one.counts, strict=True):
            self.counts[value] = self.counts.get(value, 0.0) + times
        self.sets.extend(one.sets)

    def point(self, at: datetime, unit: str) -> Point:
        return Point(at, self.counts, unit, _together(self.sets))


def _together(sets: list[StatisticSet]) -> tuple[StatisticSet, ...]:
    """Make one set of many, except where their measurements are still known."""
    known = [one for one in sets if one.minimum == one.maximum]
    others = [one for one in sets if one.minimum != one.maximum]
    if len(others) > 1:
        count, total = sum(o.count for o in others), sum(o.total for o in others)
        least, most = min(o.minimum for o in others), max(o.maximum for o in others)
        others = [StatisticSet(count, total, least, most)]
    return (*known, *others)


@dataclass
class _Series:
    fine: list[_Kept] = field(default_factory=list)
    minutes: list[_Kept] = field(default_factory=list)

    def add(self, new: _Kept) -> None:
        insort(self.fine, new, key=attrgetter("at"))
        oldest = floor(self.fine[-1].at - KEPT, 60)
        if self.fine[0].at < oldest:
            old = bisect_left(self.fine, oldest, key=attrgetter("at"))
            for one in _merge(self.fine[:old], lambda at: floor(at, 60)):
                insort(self.minutes, _kept(one), key=attrgetter("at"))
            del self.fine[:old]
            del self.minutes[:-MOST_MINUTES]

    def between(self, start: datetime, end: datetime, period: int) -> list[_Kept]:
        found = []
        # A merged minute has nothing to say of a period shorter than itself.
        for points in (self.minutes if period % 60 == 0 else [], self.fine):
            first = bisect_left(points, start, key=attrgetter("at"))
            found += points[first : bisect_left(points, end, key=attrgetter("at"))]
        return found


class MetricStore:
    """Not thread-safe: the API's lock is held by whoever calls."""

    def __init__(self) -> None:
        self._series: dict[Metric, _Series] = {}

    def add(self, metric: Metric, new: Point) -> None:
        if metric not in self._series and len(self._series) >= MOST_METRICS:
            oldest = min(self._series, key=lambda one: self._newest(one))
            del self._series[oldest]
        self._series.setdefault(metric, _Series()).add(_kept(new))

    def _newest(self, metric: Metric) -> datetime:
        return self._series[metric].fine[-1].at

    def metrics(self, since: datetime | None = None) -> Iterator[Metric]:
        """Give every metric, or those with a point at or after `since`."""
        for metric in self._series:
            if since is None or self._newest(metric) >= since:
                yield metric

    def buckets(
        self, metric: Metric, start: datetime, end: datetime, period: int, unit: str | None = None
    ) -> list[Point]:
        """Merge points into periods whose start lies in [start rounded down, end)."""
        return self.rows(metric, floor(start, period), end, period, unit)

    def rows(
        self, metric: Metric, start: datetime, end: datetime, period: int, unit: str | None = None
    ) -> list[Point]:
        """Merge points into periods counted from `start`; of points in several units, one each."""
        series = self._series.get(metric)
        if series is None:
            return []
        step = timedelta(seconds=period)
        found = [one for one in series.between(start, end, period) if unit in (None, one.unit)]
        return list(_merge(found, lambda at: start + (at - start) // step * step))


def _merge(found: Iterable[_Kept], start: Callable[[datetime], datetime]) -> Iterator[Point]:
    merged: dict[tuple[datetime, str], _Merged] = {}
    for one in found:
        merged.setdefault((start(one.at), one.unit), _Merged()).add(one)
    for (at, unit), together in sorted(merged.items(), key=lambda item: item[0]):
        yield together.point(at, unit)
