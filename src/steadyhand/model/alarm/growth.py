"""Values over time in, how they grow and when they reach a limit out: a straight line. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from steadyhand.model.alarm.series import Point

_DAY = 86_400.0
_LEAST = 6  # values; fewer say nothing of where they go
_FARTHEST = 3650  # days


class Growth(Struct, frozen=True):
    """`per_day` is how much it grows; `reaches` when it will be at the limit, None for not so."""

    newest: float
    per_day: float
    reaches: datetime | None


def growth(series: Sequence[Point], limit: float | None = None) -> Growth | None:
    """Lay a line through values by least squares; None where there are too few."""
    if len(series) < _LEAST:
        return None
    start = series[0].at
    times = [(point.at - start).total_seconds() / _DAY for point in series]
    middle = sum(times) / len(times)
    level = sum(point.value for point in series) / len(series)
    spread = sum((at - middle) ** 2 for at in times)
    if not spread:
        return None
    per_day = (
        sum((at - middle) * (p.value - level) for at, p in zip(times, series, strict=True)) / spread
    )
    now = level + per_day * (times[-1] - middle)
    return Growth(series[-1].value, per_day, _when(series[-1].at, now, per_day, limit))


def _when(at: datetime, now: float, per_day: float, limit: float | None) -> datetime | None:
    if limit is None or not per_day:
        return None
    days = (limit - now) / per_day
    return at + timedelta(days=days) if 0 < days <= _FARTHEST else None
