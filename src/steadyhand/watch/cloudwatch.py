"""CloudWatch's numbers for one alarm: the argv that asks, and what it printed as values. Pure."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from steadyhand.model.settings import Binding

_LATE = 1  # periods until a period's numbers are published


def window(now: datetime, period: int, periods: int) -> tuple[datetime, datetime]:
    """Choose the newest complete periods: start and end, both on a multiple of the period."""
    end = datetime.fromtimestamp(now.timestamp() // period * period, UTC)
    end -= timedelta(seconds=period * (_LATE if period < 60 else 0))
    return end - timedelta(seconds=period * periods), end


def argv(binding: Binding, period: int, start: datetime, end: datetime) -> tuple[str, ...]:
    """Write the `get-metric-data` that asks for every metric of the binding."""
    queries = [
        {
            "Id": f"m{number}",
            "MetricStat": {
                "Metric": {
                    "Namespace": binding.namespace,
                    "MetricName": name,
                    "Dimensions": [
                        {"Name": key, "Value": value}
                        for key, value in sorted(binding.dimensions.items())
                    ],
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
    return (binding.metric,) if binding.metric else (*binding.numerator, binding.denominator)


def values(
    binding: Binding, period: int, start: datetime, end: datetime, printed: str
) -> tuple[float | None, ...]:
    """Read one value per period, oldest first; None where there was nothing to measure.

    For a percentage a missing numerator is 0 (nothing failed), a missing denominator is no data.
    Raises ValueError for what is not CloudWatch's answer.
    """
    results = {result["Id"]: result for result in json.loads(printed)["MetricDataResults"]}
    count = round((end - start).total_seconds() / period)
    series = [
        _series(results.get(f"m{number}", {}), period, start, count)
        for number in range(len(_metrics(binding)))
    ]
    if binding.metric:
        return tuple(None if v is None else v * binding.scale for v in series[0])
    *parts, whole = series
    return tuple(
        None if not total else 100.0 * sum(part[at] or 0.0 for part in parts) / total
        for at, total in enumerate(whole)
    )


def _series(
    result: dict[str, list[object]], period: int, start: datetime, count: int
) -> Sequence[float | None]:
    found: list[float | None] = [None] * count
    for stamp, value in zip(result.get("Timestamps", []), result.get("Values", []), strict=True):
        at = datetime.fromisoformat(str(stamp))
        index = int((at - start).total_seconds() // period)
        if 0 <= index < count and isinstance(value, int | float):
            found[index] = float(value)
    return found
