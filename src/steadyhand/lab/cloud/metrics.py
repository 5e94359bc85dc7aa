"""Measurements in, CloudWatch's statistics out: aligned periods and exact dimensions.

Knows no API and no clock; a point carries the start of its own period. Old points are dropped.
"""

import math
from bisect import insort
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

KEPT = timedelta(hours=3, minutes=5)

Dimensions = frozenset[tuple[str, str]]


@dataclass(frozen=True)
class Metric:
    namespace: str
    name: str
    dimensions: Dimensions


@dataclass(frozen=True, order=True)
class Point:
    """What was seen in one period. `values` counts each value, so that percentiles are true."""

    at: datetime
    values: Mapping[float, float] = field(compare=False)
    unit: str = field(compare=False, default="None")


def rounded(value: float) -> float:
    """Three significant digits: enough for a percentile, and few enough to be kept."""
    return float(f"{value:.3g}")


def point(at: datetime, values: Iterable[float], unit: str = "None") -> Point:
    return Point(at, dict(Counter(values)), unit)


def floor(at: datetime, period: int) -> datetime:
    """The start of the period `at` lies in; periods are counted from the epoch, as AWS does."""
    seconds = math.floor(at.timestamp() / period) * period
    return datetime.fromtimestamp(seconds, UTC)


class MetricStore:
    """Not thread-safe: the API's lock is held by whoever calls."""

    def __init__(self) -> None:
        self._series: dict[Metric, list[Point]] = {}

    def add(self, metric: Metric, new: Point) -> None:
        series = self._series.setdefault(metric, [])
        insort(series, new)
        oldest = series[-1].at - KEPT
        if series[0].at < oldest:
            series[:] = [kept for kept in series if kept.at >= oldest]

    def metrics(self) -> Iterator[Metric]:
        yield from self._series

    def buckets(self, metric: Metric, start: datetime, end: datetime, period: int) -> list[Point]:
        """Merge points into periods whose start lies in [start rounded down, end)."""
        first = floor(start, period)
        merged: dict[datetime, tuple[Counter[float], str]] = {}
        for seen in self._series.get(metric, []):
            if first <= seen.at < end:
                counts, _ = merged.setdefault(floor(seen.at, period), (Counter(), seen.unit))
                counts.update(seen.values)
        return [Point(at, counts, unit) for at, (counts, unit) in sorted(merged.items())]


def statistic(name: str, bucket: Point) -> float:
    """One of CloudWatch's statistics, or a percentile "p95". Raises ValueError for others."""
    values = bucket.values
    count = sum(values.values())
    total = sum(value * times for value, times in values.items())
    match name:
        case "Sum":
            return total
        case "SampleCount":
            return count
        case "Average":
            return total / count
        case "Minimum":
            return min(values)
        case "Maximum":
            return max(values)
    if name[:1] in ("p", "P") and 0 <= float(name[1:]) <= 100:
        return _percentile(float(name[1:]), values, count)
    raise ValueError(name)


def _percentile(percent: float, values: Mapping[float, float], count: float) -> float:
    wanted, seen = count * percent / 100, 0.0
    for value in sorted(values):
        seen += values[value]
        if seen >= wanted:
            return value
    return max(values)
