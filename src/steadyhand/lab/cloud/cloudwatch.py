"""CloudWatch's metric actions, answered from the lab's own store in place of moto's.

Math expressions and statistic sets are refused: the lab does not work them out, so it says so.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Protocol

from moto.cloudwatch.exceptions import (
    InvalidParameterCombination,
    InvalidParameterValue,
    ValidationError,
)
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import ActionResult, EmptyResult

from steadyhand.lab.cloud.metrics import Metric, MetricStore, Point, point, statistic

Parameters = dict[str, Any]


class Measured(Protocol):
    """Whoever has a store of metrics."""

    metrics: MetricStore


def install_cloudwatch(world: Measured) -> None:
    def get_metric_statistics(self: CloudWatchResponse) -> ActionResult:
        asked = self._get_params()
        names = [*asked.get("Statistics", []), *asked.get("ExtendedStatistics", [])]
        if not names:
            raise InvalidParameterCombination(
                "Must specify either Statistics or ExtendedStatistics"
            )
        metric = _metric(asked["Namespace"], asked["MetricName"], asked.get("Dimensions", []))
        buckets = _buckets(world, metric, asked, int(asked["Period"]))
        rows = [_datapoint(bucket, names) for bucket in buckets]
        return ActionResult({"Label": asked["MetricName"], "Datapoints": rows})

    def get_metric_data(self: CloudWatchResponse) -> ActionResult:
        asked = self._get_params()
        results = [
            _data_result(world, asked, query)
            for query in asked.get("MetricDataQueries", [])
            if query.get("ReturnData", True) is not False
        ]
        return ActionResult({"MetricDataResults": results, "Messages": []})

    def put_metric_data(self: CloudWatchResponse) -> EmptyResult:
        asked = self._get_params()
        for datum in asked.get("MetricData", []):
            metric = _metric(asked["Namespace"], datum["MetricName"], datum.get("Dimensions", []))
            world.metrics.add(metric, _put_point(datum))
        return EmptyResult()

    def list_metrics(self: CloudWatchResponse) -> ActionResult:
        asked = self._get_params()
        return ActionResult({"Metrics": _listed(world.metrics, asked)})

    for action in (get_metric_statistics, get_metric_data, put_metric_data, list_metrics):
        setattr(CloudWatchResponse, action.__name__, action)


def _metric(namespace: str, name: str, dimensions: list[Mapping[str, str]]) -> Metric:
    return Metric(namespace, name, frozenset((d["Name"], d["Value"]) for d in dimensions))


def _buckets(world: Measured, metric: Metric, asked: Parameters, period: int) -> list[Point]:
    start, end = _aware(asked["StartTime"]), _aware(asked["EndTime"])
    if start >= end:
        raise InvalidParameterValue(
            "The parameter StartTime must be less than the parameter EndTime."
        )
    # https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricStatistics.html
    if period not in (1, 5, 10, 20, 30) and period % 60 != 0 and period > 60:
        raise InvalidParameterValue("The parameter Period must be a multiple of 60.")
    return world.metrics.buckets(metric, start, end, period)


def _aware(at: datetime) -> datetime:
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)


def _statistic(name: str, bucket: Point) -> float:
    try:
        return statistic(name, bucket)
    except ValueError:
        raise ValidationError(f"The value {name} is not a valid statistic.") from None


def _datapoint(bucket: Point, names: list[str]) -> dict[str, Any]:
    plain = {name: _statistic(name, bucket) for name in names if not name.startswith("p")}
    extended = {name: _statistic(name, bucket) for name in names if name.startswith("p")}
    row = {"Timestamp": bucket.at, "Unit": bucket.unit, **plain}
    return {**row, "ExtendedStatistics": extended} if extended else row


def _data_result(world: Measured, asked: Parameters, query: Parameters) -> dict[str, Any]:
    if "MetricStat" not in query:
        raise ValidationError("The lab evaluates MetricStat queries only, no Expression.")
    stat = query["MetricStat"]
    wanted = stat["Metric"]
    metric = _metric(wanted["Namespace"], wanted["MetricName"], wanted.get("Dimensions", []))
    buckets = _buckets(world, metric, asked, int(stat["Period"]))
    if asked.get("ScanBy", "TimestampDescending") == "TimestampDescending":
        buckets.reverse()
    return {
        "Id": query["Id"],
        "Label": query.get("Label") or wanted["MetricName"],
        "Timestamps": [bucket.at for bucket in buckets],
        "Values": [_statistic(stat["Stat"], bucket) for bucket in buckets],
        "StatusCode": "Complete",
    }


def _put_point(datum: Parameters) -> Point:
    at = _aware(datum["Timestamp"]) if datum.get("Timestamp") else datetime.now(UTC)
    unit = datum.get("Unit") or "None"
    if datum.get("StatisticValues"):
        raise InvalidParameterValue("The lab takes Value or Values, not StatisticValues, yet.")
    if datum.get("Values"):
        counts = datum.get("Counts") or [1.0] * len(datum["Values"])
        pairs = zip(datum["Values"], counts, strict=True)
        return Point(at, {float(value): float(count) for value, count in pairs}, unit)
    return point(at, [float(datum["Value"])], unit)


def _listed(metrics: MetricStore, asked: Parameters) -> list[dict[str, Any]]:
    wanted = [(d["Name"], d.get("Value")) for d in asked.get("Dimensions", [])]
    return [
        {
            "Namespace": metric.namespace,
            "MetricName": metric.name,
            "Dimensions": [{"Name": n, "Value": v} for n, v in sorted(metric.dimensions)],
        }
        for metric in metrics.metrics()
        if asked.get("Namespace") in (None, metric.namespace)
        and asked.get("MetricName") in (None, metric.name)
        and all(
            any(name == have and value in (None, has) for have, has in metric.dimensions)
            for name, value in wanted
        )
    ]
