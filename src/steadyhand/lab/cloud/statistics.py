"""One period's measurements and a statistic's name in, its value out, as CloudWatch defines them.

Knows neither metrics nor time. The names and what they mean:
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

SIMPLE = ("SampleCount", "Average", "Sum", "Minimum", "Maximum")


@dataclass(frozen=True)
class StatisticSet:
    """Measurements of which only the sums are known: `StatisticValues` of PutMetricData."""

    count: float
    total: float
    minimum: float
    maximum: float


@dataclass(frozen=True, order=True)
class Point:
    """What was seen in one period. `values` counts each value, so that percentiles are true."""

    at: datetime
    values: Mapping[float, float] = field(compare=False)
    unit: str = field(compare=False, default="None")
    sets: tuple[StatisticSet, ...] = field(compare=False, default=())

    @property
    def count(self) -> float:
        return sum(self.values.values()) + sum(one.count for one in self.sets)


Statistic = Callable[[Point], float | None]

_NUMBER = r"\d+(?:\.\d{1,10})?"
_PERCENT = r"(?:\d{1,2}(?:\.\d{1,10})?|100(?:\.0{1,10})?)"
_PERCENTILE = re.compile(rf"p({_PERCENT})", re.IGNORECASE)
_SHORT = re.compile(rf"(tm|tc|ts|wm)({_PERCENT})", re.IGNORECASE)
_LONG_PERCENT = re.compile(rf"(TM|TC|TS|WM)\((?:({_PERCENT})%)?:(?:({_PERCENT})%)?\)", re.I)
_LONG_VALUE = re.compile(rf"(TM|TC|TS|WM|PR)\(({_NUMBER})?:({_NUMBER})?\)", re.I)


def statistic(name: str, bucket: Point) -> float | None:
    """Work out a statistic; None where CloudWatch has none. Raises ValueError for no such name."""
    return read_statistic(name)(bucket)


def percent_of(name: str) -> float | None:
    """The percentage of a percentile's name; None for any other statistic."""
    found = _PERCENTILE.fullmatch(name)
    return float(found[1]) if found else None


@lru_cache(maxsize=256)
def read_statistic(name: str) -> Statistic:
    """Compile a statistic's name. Raises ValueError for what is none."""
    if name in SIMPLE:
        return lambda bucket: _simple(name, bucket)
    if name.upper() == "IQM":
        return lambda bucket: _ranked("TM", bucket, 25, 75)
    if found := _PERCENTILE.fullmatch(name):
        percent = float(found[1])
        return lambda bucket: _percentile(percent, bucket)
    if found := _SHORT.fullmatch(name):
        kind, high = found[1].upper(), float(found[2])
        return lambda bucket: _ranked(kind, bucket, 0, high)
    if found := _LONG_PERCENT.fullmatch(name):
        if found[2] is None and found[3] is None:
            raise ValueError(name)
        kind, first, last = found[1].upper(), float(found[2] or 0), float(found[3] or 100)
        if first >= last:
            raise ValueError(name)
        return lambda bucket: _ranked(kind, bucket, first, last)
    if (found := _LONG_VALUE.fullmatch(name)) and (found[2] or found[3]):
        kind = found[1].upper()
        lowest = float(found[2]) if found[2] else None
        highest = float(found[3]) if found[3] else None
        return lambda bucket: _within(kind, bucket, lowest, highest)
    raise ValueError(name)


def _simple(name: str, bucket: Point) -> float:
    values, sets, count = bucket.values, bucket.sets, bucket.count
    total = sum(value * times for value, times in values.items())
    total += sum(one.total for one in sets)
    match name:
        case "Sum":
            return total
        case "SampleCount":
            return count
        case "Average":
            return total / count
        case "Minimum":
            return min([*values, *(one.minimum for one in sets)])
        case _:
            return max([*values, *(one.maximum for one in sets)])


def _raw(bucket: Point) -> list[tuple[float, float]] | None:
    """Give the measurements, sorted; None where they cannot be known.

    Of a statistic set they are known if it holds one, or many that are equal.
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricStatistics.html
    """
    values = dict(bucket.values)
    for one in bucket.sets:
        if one.count != 1 and one.minimum != one.maximum:
            return None
        values[one.minimum] = values.get(one.minimum, 0.0) + one.count
    return sorted(values.items())


def _percentile(percent: float, bucket: Point) -> float | None:
    values = _raw(bucket)
    # The page above: there are none where any value is negative.
    if not values or values[0][0] < 0:
        return None
    wanted, seen = bucket.count * percent / 100, 0.0
    for value, times in values:
        seen += times
        if seen >= wanted:
            return value
    return values[-1][0]


def _ranked(kind: str, bucket: Point, first: float, last: float) -> float | None:
    """Trim by rank: keep what lies between two percentages of the sorted measurements."""
    values = _raw(bucket)
    if not values:
        return None
    low, high = bucket.count * first / 100, bucket.count * last / 100
    kept, at = [], 0.0
    for value, times in values:
        part = min(high, at + times) - max(low, at)
        if part > 0:
            kept.append((value, part))
        at += times
    if not kept:
        return None
    if kind == "WM":
        below, above = (low, kept[0][0]), (bucket.count - high, kept[-1][0])
        kept += [(value, times) for times, value in (below, above)]
    return _trimmed(kind, kept)


def _within(kind: str, bucket: Point, lowest: float | None, highest: float | None) -> float | None:
    """Trim by value: above the first bound, up to and with the second."""
    values = _raw(bucket)
    if not values:
        return None

    def fits(value: float) -> bool:
        return (lowest is None or value > lowest) and (highest is None or value <= highest)

    if kind == "WM":
        clipped = [
            (min(max(v, v if lowest is None else lowest), v if highest is None else highest), n)
            for v, n in values
        ]
        return _trimmed(kind, clipped)
    kept = [(value, times) for value, times in values if fits(value)]
    if kind == "PR":
        return 100 * sum(times for _, times in kept) / bucket.count
    return _trimmed(kind, kept) if kept else (0.0 if kind in ("TC", "TS") else None)


def _trimmed(kind: str, kept: list[tuple[float, float]]) -> float:
    count = sum(times for _, times in kept)
    total = sum(value * times for value, times in kept)
    return {"TC": count, "TS": total}.get(kind, total / count)
