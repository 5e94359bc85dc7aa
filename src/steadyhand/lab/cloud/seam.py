"""The one place where moto is changed: its answers for what the lab has physics for.

Each function below takes the place of the action of the same name; `Physics` is what it asks. An
operation that would have to have an effect the lab does not have yet is refused, not acted out.
"""

import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Protocol

from moto.cloudwatch.exceptions import InvalidParameterCombination, InvalidParameterValue
from moto.cloudwatch.exceptions import ValidationError as CloudWatchValidationError
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult, BaseResponse, EmptyResult
from moto.ecs.exceptions import ECSException
from moto.ecs.responses import EC2ContainerServiceResponse
from moto.elbv2.responses import ELBV2Response
from moto.logs.exceptions import InvalidParameterException as InvalidLogParameter
from moto.logs.responses import LogsResponse
from moto.rds.models import DBInstance

from steadyhand.lab.cloud.calls import Calls
from steadyhand.lab.cloud.logs import BareTerms, UnknownPattern, parse_pattern
from steadyhand.lab.cloud.metrics import Metric, MetricStore, Point, point, statistic

Parameters = dict[str, Any]


class Refusal(Exception):
    """The physics say no, in AWS's words."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class Physics(Protocol):
    """What the seam asks. Its methods take and give the API's own shapes."""

    lock: threading.RLock
    calls: Calls
    metrics: MetricStore

    def ecs(self, operation: str, parameters: Parameters, ignored: bool) -> Parameters: ...

    def target_health(self, target_group_arn: str) -> list[dict[str, Any]] | None: ...

    def database_address(self, instance: str) -> str | None: ...


ECS = (
    "DescribeServices",
    "UpdateService",
    "ListTasks",
    "DescribeTasks",
    "StopTask",
    "ListTaskDefinitions",
)
NOT_YET = ("CreateService", "DeleteService", "RunTask", "StartTask", "ExecuteCommand")


def install(world: Physics) -> None:
    """Put the physics under moto. Once per process."""
    _watch_calls(world)
    for operation in ECS:
        _replace(EC2ContainerServiceResponse, operation, _ecs_action(world, operation))
    for operation in NOT_YET:
        _replace(EC2ContainerServiceResponse, operation, _refused_action(operation))
    _load_balancing(world)
    _cloudwatch(world)
    _logs()
    address = DBInstance.address.fget  # type: ignore[attr-defined]

    def true_address(instance: DBInstance) -> Any:
        return world.database_address(instance.db_instance_identifier) or address(instance)

    DBInstance.address = property(true_address)  # type: ignore[method-assign,assignment]


def _replace(responses: type, operation: str, action: Callable[..., Any]) -> None:
    name = "".join(f"_{c.lower()}" if c.isupper() else c for c in operation).lstrip("_")
    setattr(responses, name, action)


def _watch_calls(world: Physics) -> None:
    """Every action runs under the lock, is written down, and meets the faults."""
    plain_action = BaseResponse.call_action

    def call_action(self: BaseResponse) -> Any:
        with world.lock:
            operation = str(self._get_action())
            faults = world.calls.seen(str(self.service_name), operation, _parameters(self))
            for fault in faults:
                if fault.refusal is not None:
                    return self.serialized(ActionResult(ServiceException(*fault.refusal)))
            self.ignored = any(fault.ignored for fault in faults)  # type: ignore[attr-defined]
            answer = plain_action(self)
            world.calls.judge(faults)
            return answer

    BaseResponse.call_action = call_action  # type: ignore[method-assign]


def _parameters(response: BaseResponse) -> Parameters:
    """What the caller sent, as far as it can be written down; secrets are not."""
    try:
        sent = response._get_params()
    except Exception:  # moto's parsers raise all sorts; a call is written down all the same
        return {}
    hidden = ("password", "secret")
    return {
        key: "…" if any(word in key.lower() for word in hidden) else _plain(value)
        for key, value in sent.items()
    }


def _plain(value: Any) -> Any:
    match value:
        case str() | int() | float() | bool() | None:
            return value
        case dict():
            return {str(key): _plain(inner) for key, inner in value.items()}
        case list():
            return [_plain(inner) for inner in value]
        case _:
            return str(value)


def _ecs_action(world: Physics, operation: str) -> Callable[..., Any]:
    def action(self: EC2ContainerServiceResponse) -> ActionResult:
        try:
            ignored = bool(getattr(self, "ignored", False))
            return ActionResult(world.ecs(operation, dict(self._get_params()), ignored))
        except Refusal as refusal:
            raise ECSException(refusal.code, refusal.message) from None

    return action


def _refused_action(operation: str) -> Callable[..., Any]:
    def action(self: EC2ContainerServiceResponse) -> ActionResult:
        raise ECSException(
            "UnsupportedFeatureException", f"The lab has no physics for {operation} yet."
        )

    return action


def _load_balancing(world: Physics) -> None:
    plain_action = ELBV2Response.describe_target_health

    def describe_target_health(self: ELBV2Response) -> Any:
        health = world.target_health(str(self._get_param("TargetGroupArn")))
        if health is None:
            return plain_action(self)
        asked = {target["Id"] for target in self._get_param("Targets", [])}
        rows = [row for row in health if not asked or row["Target"]["Id"] in asked]
        return ActionResult({"TargetHealthDescriptions": rows})

    _replace(ELBV2Response, "DescribeTargetHealth", describe_target_health)


def _cloudwatch(world: Physics) -> None:
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


def _buckets(world: Physics, metric: Metric, asked: Parameters, period: int) -> list[Point]:
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
        raise CloudWatchValidationError(f"The value {name} is not a valid statistic.") from None


def _datapoint(bucket: Point, names: list[str]) -> dict[str, Any]:
    plain = {name: _statistic(name, bucket) for name in names if not name.startswith("p")}
    extended = {name: _statistic(name, bucket) for name in names if name.startswith("p")}
    row = {"Timestamp": bucket.at, "Unit": bucket.unit, **plain}
    return {**row, "ExtendedStatistics": extended} if extended else row


def _data_result(world: Physics, asked: Parameters, query: Parameters) -> dict[str, Any]:
    if "MetricStat" not in query:
        raise CloudWatchValidationError("The lab evaluates MetricStat queries only, no Expression.")
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


def _logs() -> None:
    plain_action = LogsResponse.filter_log_events

    def filter_log_events(self: LogsResponse) -> Any:
        try:
            parse_pattern(self._get_param("filterPattern") or "")
        except UnknownPattern as unknown:
            raise InvalidLogParameter(str(unknown)) from None
        return plain_action(self)

    _replace(LogsResponse, "FilterLogEvents", filter_log_events)
    _replace_filter()


def _replace_filter() -> None:
    """moto's one hook for patterns; and streams are merged by time, as AWS has done since 2019."""
    import moto.logs.models as models

    def terms(pattern: str | None) -> BareTerms:
        return parse_pattern(pattern or "")

    models.EventMessageFilter = terms  # type: ignore[misc,assignment]
    plain_filter = models.LogGroup.filter_log_events

    def filter_log_events(self: models.LogGroup, *arguments: Any) -> Any:
        return plain_filter(self, *arguments[:-1], True)

    models.LogGroup.filter_log_events = filter_log_events  # type: ignore[method-assign]
