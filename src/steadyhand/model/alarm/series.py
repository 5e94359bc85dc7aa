"""A series of points in, the values of consecutive periods out, as an alarm looks at them. Pure.

Every source gives points, so that whatever is watched is judged by the same evaluation.
"""

import itertools
import math
from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct


class Point(Struct, frozen=True):
    """One value measured at one time."""

    at: datetime
    value: float


_NEAR = 1e-3  # of a period: a point at the edge of one is in it, whatever the clock adds


def slots(
    series: Sequence[Point], end: datetime, period: float, count: int, statistic: str = "Average"
) -> tuple[float | None, ...]:
    """Give one value for each of the `count` periods up to and with `end`, oldest first.

    The newest point is the last of the series. A point at the end of a period belongs to it. None
    is a period without a point. Raises ValueError for a statistic that nobody knows.
    """
    gathered: list[list[float]] = [[] for _ in range(count)]
    for point in reversed(series):
        back = math.floor((end - point.at).total_seconds() / period + _NEAR)
        if back >= count:
            break  # all that are left are older
        if back >= 0:
            gathered[count - 1 - back].append(point.value)
    for values in gathered:
        values.reverse()
    return tuple(_statistic(values, statistic) if values else None for values in gathered)


def last_at(series: Sequence[Point], now: datetime, period: float) -> datetime:
    """Choose where the newest period ends: at the newest point, while that one is fresh.

    A series that has stopped ends a whole number of periods after its last point, so that each
    period without a point is seen as one that is missing.
    """
    if not series:
        return now
    newest = series[-1].at
    if now < fresh_until(newest, period):
        return newest
    late = (now - newest).total_seconds() / period
    return newest + (now - newest) / late * math.floor(late - 1)


def fresh_until(newest: datetime, period: float) -> datetime:
    """Say until when a series has not stopped: the point after its newest may be on its way."""
    return newest + timedelta(seconds=2 * period)


def _statistic(values: Sequence[float], name: str) -> float:
    match name:
        case "Average":
            return math.fsum(values) / len(values)
        case "Sum":
            return math.fsum(values)
        case "Minimum":
            return min(values)
        case "Maximum":
            return max(values)
        case "SampleCount":
            return float(len(values))
        case "Last":
            return values[-1]
    if name.startswith("p") and name[1:].replace(".", "", 1).isdigit():
        return _percentile(sorted(values), float(name[1:]) / 100)
    raise ValueError(f"{name!r} is not a statistic")


def _percentile(ordered: Sequence[float], part: float) -> float:
    """Take the nearest-rank percentile: a value that was really measured."""
    rank = max(1, math.ceil(min(part, 1.0) * len(ordered)))
    return ordered[rank - 1]


def increases(series: Sequence[Point], per_seconds: float = 1.0) -> tuple[Point, ...]:
    """Turn a counter into how fast it grows, per `per_seconds`. A counter that fell began anew.

    https://prometheus.io/docs/prometheus/latest/querying/functions/#rate
    """
    found = []
    for before, after in itertools.pairwise(series):
        seconds = (after.at - before.at).total_seconds()
        if seconds <= 0:
            continue
        grown = after.value - before.value if after.value >= before.value else after.value
        found.append(Point(after.at, grown / seconds * per_seconds))
    return tuple(found)


def percent_of_maximum(value: float | None, maximum: float) -> float | None:
    """Say a value as a share of the most that there can be, in per cent."""
    return None if value is None or maximum <= 0 else 100.0 * value / maximum
