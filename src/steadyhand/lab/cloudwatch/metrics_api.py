"""The metric operations of the CloudWatch API in, its shapes out: put, list, statistics, data.

Validates as AWS does and refuses in AWS's words; works on the lab's store. The clock is handed in.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from steadyhand.lab.cloud.metrics import MetricStore, Point, floor
from steadyhand.lab.cloud.room import Parameters, Refusal
from steadyhand.lab.cloud.shapes import check, violations
from steadyhand.lab.cloud.statistics import SIMPLE, read_statistic, statistic
from steadyhand.lab.cloudwatch.datum import invalid, measured
from steadyhand.lab.cloudwatch.paging import offset, token
from steadyhand.lab.cloudwatch.queries import (
    Frame,
    Query,
    aware,
    bad,
    metric_of,
    read_queries,
    solve,
)
from steadyhand.lab.cloudwatch.series import Series

Shape = dict[str, Any]
OPERATIONS = ("GetMetricStatistics", "GetMetricData", "PutMetricData", "ListMetrics")

# https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricStatistics.html
MOST_ROWS = 1440
SHORT_PERIODS = (1, 5, 10, 20, 30)
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
MOST_QUERIES = 500
MOST_DATAPOINTS = 100_800
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_ListMetrics.html
LISTED = 500
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html
MOST_DATA = 1000
PAST, FUTURE = timedelta(days=14), timedelta(hours=2)
# What is asked for most; a lab that divides its periods takes the quotients of these, too.
USUAL_PERIODS = (60, 120, 180, 240, 300, 600, 900, 1800, 3600)


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Metrics:
    """Every method is called with the API's lock held."""

    store: MetricStore
    factor: float = 1.0
    now: Callable[[], datetime] = field(default=utc_now)

    def answer(self, operation: str, asked: Parameters) -> Shape:
        match operation:
            case "GetMetricStatistics":
                return self._statistics(asked)
            case "GetMetricData":
                return self._data(asked)
            case "PutMetricData":
                return self._put(asked)
            case "ListMetrics":
                return self._list(asked)
        raise Refusal("InvalidAction", f"The action {operation} is not valid for this endpoint.")

    def check_period(self, period: int) -> None:
        """Refuse a period that is none of CloudWatch's, as long as the lab does not make it one."""
        divided = {max(1, round(usual / self.factor)) for usual in USUAL_PERIODS}
        if period % 60 and period not in SHORT_PERIODS and period not in divided:
            raise invalid("The parameter Period must be 1, 5, 10, 20, 30, or a multiple of 60.")

    # --- GetMetricStatistics ---------------------------------------------------------------------

    def _statistics(self, asked: Parameters) -> Shape:
        _check_named("GetMetricStatistics", asked)
        simple = list(asked.get("Statistics") or [])
        extended = list(asked.get("ExtendedStatistics") or [])
        if not simple and not extended:
            raise Refusal(
                "InvalidParameterCombination",
                "At least one of the parameters Statistics and ExtendedStatistics must be "
                "specified.",
            )
        for name in extended:
            _check_extended(name)
        period, start, end = (
            int(asked["Period"]),
            aware(asked["StartTime"]),
            aware(asked["EndTime"]),
        )
        self.check_period(period)
        if start >= end:
            message = "The parameter StartTime must be less than the parameter EndTime."
            raise Refusal("InvalidParameterValue", message)
        rows = math.ceil((end - start).total_seconds() / period)
        if rows > MOST_ROWS:
            raise Refusal(
                "InvalidParameterCombination",
                f"You have requested up to {rows:,} datapoints, which exceeds the limit of "
                f"{MOST_ROWS:,}. You may reduce the datapoints requested by increasing Period, or "
                "decreasing the time range.",
            )
        metric = metric_of(asked["Namespace"], asked["MetricName"], asked.get("Dimensions") or [])
        start = self._rounded(start, period)
        found = (
            self.store.rows(metric, start, end, period, asked.get("Unit"))
            if self._is_fine_enough(start, period)
            else []
        )
        points = [_datapoint(point, simple, extended) for point in found]
        return {"Label": asked["MetricName"], "Datapoints": [row for row in points if row]}

    def _rounded(self, start: datetime, period: int) -> datetime:
        """Round a start down as CloudWatch does: by its age, or to the short period.

        https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricStatistics.html
        """
        if period < 60:
            return floor(start, period)
        age = self.now() - start
        if age < timedelta(days=15):
            return floor(start, 60)
        return floor(start, 300 if age < timedelta(days=63) else 3600)

    def _is_fine_enough(self, start: datetime, period: int) -> bool:
        """Say whether there is anything so fine that old: the page above, on Period."""
        age = self.now() - start
        if age > timedelta(days=63):
            return period % 3600 == 0
        if age > timedelta(days=15):
            return period % 300 == 0
        return age <= timedelta(hours=3, minutes=1) or period % 60 == 0

    # --- GetMetricData ---------------------------------------------------------------------------

    def _data(self, asked: Parameters) -> Shape:
        check("cloudwatch", "GetMetricData", asked)
        given = asked["MetricDataQueries"]
        if len(given) > MOST_QUERIES:
            raise bad(
                "The collection MetricDataQueries must not have a size greater than "
                f"{MOST_QUERIES}."
            )
        start, end = aware(asked["StartTime"]), aware(asked["EndTime"])
        if start >= end:
            raise bad("The parameter StartTime must be less than the parameter EndTime.")
        queries = read_queries(given, "MetricDataQueries", self.check_period)
        if not any(query.returned for query in queries):
            raise bad("At least one of the MetricDataQueries must return data.")
        periods = [query.stat.period for query in queries if query.stat]
        if not periods:
            raise bad("At least one MetricStat must be specified in MetricDataQueries.")
        frame = Frame(floor(start, max(periods)), end)
        solved = solve(queries, self.store, frame)
        descending = asked.get("ScanBy") != "TimestampAscending"
        rows = [
            _result(query, series, descending)
            for query in queries
            if query.returned
            for series in solved[query.id]
        ]
        return _paged(rows, int(asked.get("MaxDatapoints") or MOST_DATAPOINTS), asked)

    # --- PutMetricData ---------------------------------------------------------------------------

    def _put(self, asked: Parameters) -> Shape:
        _check_named("PutMetricData", asked)
        namespace, data = str(asked["Namespace"]), asked.get("MetricData") or []
        if namespace.startswith("AWS/"):
            raise invalid(f"The value {namespace} for parameter Namespace is invalid.")
        if not data:
            raise Refusal("MissingParameter", "The parameter MetricData is required.")
        if len(data) > MOST_DATA:
            message = f"The collection MetricData must not have a size greater than {MOST_DATA}."
            raise invalid(message)
        points = [
            self._datum(datum, f"MetricData.member.{number}")
            for number, datum in enumerate(data, 1)
        ]
        for datum, point in zip(data, points, strict=True):
            metric = metric_of(namespace, datum["MetricName"], datum.get("Dimensions") or [])
            self.store.add(metric, point)
        return {}

    def _datum(self, datum: Mapping[str, Any], path: str) -> Point:
        now = self.now()
        at = aware(datum["Timestamp"]) if datum.get("Timestamp") else now
        if at > now + FUTURE:
            raise invalid(
                f"The parameter {path}.Timestamp must specify a time no more than two hours in "
                "the future."
            )
        if at < now - PAST:
            raise invalid(
                f"The parameter {path}.Timestamp must specify a time no more than two weeks in "
                "the past."
            )
        names = [one["Name"] for one in datum.get("Dimensions") or []]
        if len(set(names)) < len(names):
            raise invalid(f"The parameter {path}.Dimensions must not have two of the same name.")
        resolution = datum.get("StorageResolution")
        if resolution not in (None, 1, 60):
            message = f"The parameter {path}.StorageResolution must be one of: [1, 60]."
            raise invalid(message)
        # Without high resolution a measurement belongs to its minute; the lab's minute is divided.
        at = floor(at, 1 if resolution == 1 else max(1, round(60 / self.factor)))
        values, sets = measured(datum, path)
        return Point(at, values, str(datum.get("Unit") or "None"), sets)

    # --- ListMetrics -----------------------------------------------------------------------------

    def _list(self, asked: Parameters) -> Shape:
        _check_named("ListMetrics", asked)
        wanted = [(d["Name"], d.get("Value")) for d in asked.get("Dimensions") or []]
        # https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_ListMetrics.html
        recent = timedelta(hours=3) if asked.get("RecentlyActive") else timedelta(days=14)
        found = [
            {
                "Namespace": metric.namespace,
                "MetricName": metric.name,
                "Dimensions": [{"Name": n, "Value": v} for n, v in sorted(metric.dimensions)],
            }
            for metric in self.store.metrics(self.now() - recent)
            if asked.get("Namespace") in (None, metric.namespace)
            and asked.get("MetricName") in (None, metric.name)
            and all(
                any(name == has and value in (None, v) for has, v in metric.dimensions)
                for name, value in wanted
            )
        ]
        first = offset(asked.get("NextToken"), "InvalidParameterValue")
        shape: Shape = {"Metrics": found[first : first + LISTED]}
        if first + LISTED < len(found):
            shape["NextToken"] = token(first + LISTED)
        return shape


def _check_named(operation: str, asked: Parameters) -> None:
    """Refuse by the model, in the older form that names the parameter."""
    for path, value, constraint in violations("cloudwatch", operation, asked):
        name = ".".join(_old_name(part) for part in _joined(path.split(".")))
        if value is None:
            message = f"The request must contain the parameter {name}."
            raise Refusal("MissingParameter", message)
        if "enum value set: " in constraint:
            choices = constraint.partition("enum value set: [")[2].removesuffix("]")
            raise invalid(f"The parameter {name} must be a value in the set [ {choices} ].")
        told = constraint.removeprefix("Member must ")
        raise invalid(f"The parameter {name} must {told}.")


def _joined(parts: list[str]) -> list[str]:
    """Write list members as the query protocol does: `statistics.1.member` → member.1."""
    joined: list[str] = []
    for part in parts:
        if part == "member" and joined and joined[-1].isdigit():
            joined[-1:] = ["member", joined[-1]]
        else:
            joined.append(part)
    return joined


def _old_name(part: str) -> str:
    return part if part == "member" else part[:1].upper() + part[1:]


def _check_extended(name: str) -> None:
    try:
        if name in SIMPLE:
            raise ValueError(name)
        read_statistic(name)
    except ValueError:
        message = f"The value {name} for parameter ExtendedStatistics is not supported."
        raise invalid(message) from None


def _datapoint(point: Point, simple: list[str], extended: list[str]) -> Shape:
    """One row; none where nothing that was asked for can be known."""
    values = {name: statistic(name, point) for name in (*simple, *extended)}
    known = {name: value for name, value in values.items() if value is not None}
    if not known:
        return {}
    row: Shape = {"Timestamp": point.at, "Unit": point.unit}
    row |= {name: known[name] for name in simple if name in known}
    if more := {name: known[name] for name in extended if name in known}:
        row["ExtendedStatistics"] = more
    return row


def _result(query: Query, series: Series, descending: bool) -> Shape:
    ordered = sorted(series.points.items(), reverse=descending)
    return {
        "Id": query.id,
        "Label": query.label,
        "Timestamps": [at for at, _ in ordered],
        "Values": [value for _, value in ordered],
        "StatusCode": "Complete",
    }


def _paged(rows: list[Shape], most: int, asked: Parameters) -> Shape:
    """Cut the results where there are more datapoints than were asked for."""
    start = offset(asked.get("NextToken"), "InvalidNextToken")
    left, skipped, more = max(1, most), start, False
    kept: list[Shape] = []
    for row in rows:
        first = min(skipped, len(row["Values"]))
        skipped -= first
        taken = min(left, len(row["Values"]) - first)
        left -= taken
        last = first + taken
        cut = last < len(row["Values"])
        more = more or cut
        if taken or not row["Values"]:
            status = "PartialData" if cut else "Complete"
            part = {key: row[key][first:last] for key in ("Timestamps", "Values")}
            kept.append({**row, **part, "StatusCode": status})
    shape: Shape = {"MetricDataResults": kept, "Messages": []}
    if more:
        shape["NextToken"] = token(start + max(1, most))
    return shape
