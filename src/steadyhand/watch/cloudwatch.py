"""CloudWatch's numbers: the argv that asks for one alarm's or many's, and the values it printed.

Pure.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec import Struct

from steadyhand.model.change.deployment import read_time
from steadyhand.model.settings.binding import Binding

# https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
MOST_QUERIES = 500


def floor(at: datetime, period: float) -> datetime:
    """The start of the period `at` lies in; periods are counted from the epoch, as AWS does."""
    return datetime.fromtimestamp(at.timestamp() // period * period, UTC)


def window(now: datetime, period: float, periods: int) -> tuple[datetime, datetime]:
    """Choose the newest complete periods: start and end, both on a multiple of the period."""
    end = floor(now, period)
    return end - timedelta(seconds=period * periods), end


def since(start: datetime, now: datetime, period: float) -> tuple[datetime, datetime]:
    """Choose the complete periods that lie wholly after `start`; none where the two are equal."""
    first = floor(start, period)
    if first < start:
        first += timedelta(seconds=period)
    return first, max(first, floor(now, period))


class Ask(Struct, frozen=True):
    """The values of one binding, for the newest `count` periods of so many seconds."""

    binding: Binding
    period: float
    count: int


def argv(binding: Binding, period: float, start: datetime, end: datetime) -> tuple[str, ...]:
    """Write the `get-metric-data` that asks for every metric of the binding."""
    return _argv(_queries(binding, period, "m"), start, end)


def batches(asks: Sequence[Ask]) -> list[list[int]]:
    """Put asks together that one request can answer: of one period, no more queries than it takes.

    Gives the places of the asks in each request. Pure.
    """
    found: list[list[int]] = []
    room: dict[float, int] = {}
    at: dict[float, int] = {}
    for place, ask in sorted(enumerate(asks), key=lambda one: (one[1].period, one[0])):
        queries = len(_metrics(ask.binding))
        if ask.period not in at or room[ask.period] < queries:
            at[ask.period], room[ask.period] = len(found), MOST_QUERIES
            found.append([])
        found[at[ask.period]].append(place)
        room[ask.period] -= queries
    return found


def batch_argv(asks: Sequence[Ask], now: datetime) -> tuple[str, ...]:
    """Write the one `get-metric-data` for asks of one period."""
    start, end = _window_of(asks, now)
    queries = [
        query
        for number, ask in enumerate(asks)
        for query in _queries(ask.binding, ask.period, f"a{number}m")
    ]
    return _argv(queries, start, end)


def batch_values(
    asks: Sequence[Ask], now: datetime, printed: str
) -> list[tuple[datetime, tuple[float | None, ...]]]:
    """Read the end of the window and the values of each ask. Raises ValueError for no answer."""
    start, end = _window_of(asks, now)
    try:
        results = {result["Id"]: result for result in json.loads(printed)["MetricDataResults"]}
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not an answer of get-metric-data: {error!r}") from None
    found = []
    for number, ask in enumerate(asks):
        values = _values(ask.binding, (ask.period, start, end), results, f"a{number}m")
        found.append((end, values[len(values) - ask.count :]))
    return found


def _window_of(asks: Sequence[Ask], now: datetime) -> tuple[datetime, datetime]:
    return window(now, asks[0].period, max(ask.count for ask in asks))


def _queries(binding: Binding, period: float, prefix: str) -> list[dict[str, object]]:
    dimensions = [
        {"Name": key, "Value": value} for key, value in sorted(binding.dimensions.items())
    ]
    return [
        {
            "Id": f"{prefix}{number}",
            "MetricStat": {
                "Metric": {
                    "Namespace": binding.namespace,
                    "MetricName": name,
                    "Dimensions": dimensions,
                },
                "Period": int(period),
                "Stat": binding.taken,
            },
        }
        for number, name in enumerate(_metrics(binding))
    ]


def _argv(queries: object, start: datetime, end: datetime) -> tuple[str, ...]:
    return (
        "aws", "cloudwatch", "get-metric-data", "--metric-data-queries", json.dumps(queries),
        "--start-time", start.isoformat(), "--end-time", end.isoformat(),
        "--scan-by", "TimestampAscending", "--output", "json",
    )  # fmt: skip


def _metrics(binding: Binding) -> tuple[str, ...]:
    return (*binding.numerator, binding.denominator) if binding.is_ratio else (binding.metric,)


def values(
    binding: Binding, period: float, start: datetime, end: datetime, printed: str
) -> tuple[float | None, ...]:
    """Read one value per period, oldest first; None where there was nothing to measure.

    A ratio is a percentage: a missing numerator is 0, because CloudWatch keeps no count of nothing.
    Raises ValueError for what is not CloudWatch's answer.
    """
    try:
        results = {result["Id"]: result for result in json.loads(printed)["MetricDataResults"]}
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not an answer of get-metric-data: {error!r}") from None
    return _values(binding, (period, start, end), results, "m")


def _values(
    binding: Binding,
    window: tuple[float, datetime, datetime],
    results: Mapping[str, Any],
    prefix: str,
) -> tuple[float | None, ...]:
    period, start, end = window
    count = round((end - start).total_seconds() / period)
    try:
        series = [
            _series(results.get(f"{prefix}{number}", {}), period, start, count)
            for number in range(len(_metrics(binding)))
        ]
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not an answer of get-metric-data: {error!r}") from None
    if not binding.is_ratio:
        return tuple(binding.converted(value) for value in series[0])
    *parts, whole = series
    return tuple(_percent(sum(part[at] or 0.0 for part in parts), whole[at]) for at in range(count))


def _percent(part: float, whole: float | None) -> float | None:
    """Divide, where something was counted at all.

    Parts without a whole are everything there was: a load balancer that finds no target to ask
    counts the errors it answers with, and no request.
    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
    """
    if whole:
        return 100.0 * part / whole
    return 100.0 if part else None


def _series(
    result: Mapping[str, Any], period: float, start: datetime, count: int
) -> Sequence[float | None]:
    found: list[float | None] = [None] * count
    for stamp, value in zip(result.get("Timestamps", []), result.get("Values", []), strict=True):
        at = read_time(stamp)
        if at is None:
            raise TypeError(f"{stamp!r} is no time")
        index = int((at - start).total_seconds() // period)
        if 0 <= index < count and isinstance(value, int | float):
            found[index] = float(value)
    return found
