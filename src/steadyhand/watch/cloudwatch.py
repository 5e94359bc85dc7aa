"""CloudWatch's numbers for one alarm: the argv that asks, and what it printed as values. Pure."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from steadyhand.model.deployment import read_time
from steadyhand.model.settings import Binding


def floor(at: datetime, period: int) -> datetime:
    """The start of the period `at` lies in; periods are counted from the epoch, as AWS does."""
    return datetime.fromtimestamp(at.timestamp() // period * period, UTC)


def window(now: datetime, period: int, periods: int) -> tuple[datetime, datetime]:
    """Choose the newest complete periods: start and end, both on a multiple of the period."""
    end = floor(now, period)
    return end - timedelta(seconds=period * periods), end


def since(start: datetime, now: datetime, period: int) -> tuple[datetime, datetime]:
    """Choose the complete periods that lie wholly after `start`; none where the two are equal."""
    first = floor(start, period)
    if first < start:
        first += timedelta(seconds=period)
    return first, max(first, floor(now, period))


def argv(binding: Binding, period: int, start: datetime, end: datetime) -> tuple[str, ...]:
    """Write the `get-metric-data` that asks for every metric of the binding."""
    dimensions = [
        {"Name": key, "Value": value} for key, value in sorted(binding.dimensions.items())
    ]
    queries = [
        {
            "Id": f"m{number}",
            "MetricStat": {
                "Metric": {
                    "Namespace": binding.namespace,
                    "MetricName": name,
                    "Dimensions": dimensions,
                },
                "Period": period,
                "Stat": binding.statistic,
            },
        }
        for number, name in enumerate(_metrics(binding))
    ]
    return (
        "aws", "cloudwatch", "get-metric-data", "--metric-data-queries", json.dumps(queries),
        "--start-time", start.isoformat(), "--end-time", end.isoformat(),
        "--scan-by", "TimestampAscending", "--output", "json",
    )  # fmt: skip


def _metrics(binding: Binding) -> tuple[str, ...]:
    return (*binding.numerator, binding.denominator) if binding.is_ratio else (binding.metric,)


def values(
    binding: Binding, period: int, start: datetime, end: datetime, printed: str
) -> tuple[float | None, ...]:
    """Read one value per period, oldest first; None where there was nothing to measure.

    A ratio is a percentage: a missing numerator is 0, because CloudWatch keeps no count of nothing.
    Raises ValueError for what is not CloudWatch's answer.
    """
    count = round((end - start).total_seconds() / period)
    try:
        results = {result["Id"]: result for result in json.loads(printed)["MetricDataResults"]}
        series = [
            _series(results.get(f"m{number}", {}), period, start, count)
            for number in range(len(_metrics(binding)))
        ]
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not an answer of get-metric-data: {error!r}") from None
    if not binding.is_ratio:
        return tuple(None if value is None else value * binding.scale for value in series[0])
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
    result: Mapping[str, Any], period: int, start: datetime, count: int
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
