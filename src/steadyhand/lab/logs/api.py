"""The operations of the CloudWatch Logs API in, its shapes out.

Validates as AWS does and refuses in AWS's words. The clock, the buckets and the store of metrics
are handed in; what the lab cannot do (queries of Logs Insights, live tail) is refused as such.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from steadyhand.lab.cloud.metrics import MetricStore
from steadyhand.lab.cloud.room import Parameters, Refusal
from steadyhand.lab.cloud.shapes import check
from steadyhand.lab.durations import Durations
from steadyhand.lab.logs import events, groups
from steadyhand.lab.logs.asked import (
    Place,
    Shape,
    group_named,
    invalid,
    not_found,
    paged,
    plain_name,
)
from steadyhand.lab.logs.exports import PENDING_SECONDS, Buckets, Exports
from steadyhand.lab.logs.extract import BadReference, extracted
from steadyhand.lab.logs.metric_filters import MetricFilter, read_filter
from steadyhand.lab.logs.store import LogStore
from steadyhand.model.filter_pattern import BadPattern, matcher, parse_pattern

# https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html
MOST_FILTERS = 100
EXPIRE_SECONDS = 10.0


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Logs:
    """Every method is called with the API's lock held."""

    metrics: MetricStore
    durations: Durations
    account: str
    region: str
    buckets: Buckets
    now: Callable[[], datetime] = field(default=utc_now)
    store: LogStore = field(default_factory=LogStore)
    filters: dict[tuple[str, str], MetricFilter] = field(default_factory=dict)
    _expired_at: datetime | None = None

    def __post_init__(self) -> None:
        self.exports = Exports(self.buckets, self.durations.shortened(PENDING_SECONDS))

    @property
    def place(self) -> Place:
        return Place(self.account, self.region, int(self.now().timestamp() * 1000))

    def answer(self, operation: str, asked: Parameters) -> Shape:
        if operation not in OPERATIONS:
            raise Refusal("UnknownOperationException", "")
        check("logs", operation, asked, "InvalidParameterException")
        return OPERATIONS[operation](self, asked)

    def write_line(self, group: str, stream: str, message: str) -> None:
        """Add a line that a task has printed; one for a group that is not there is lost."""
        kept = self.store.groups.get(group)
        if kept is None or not message:
            return
        millis = self.place.now
        self.store.write(kept, stream, [(millis, message)], millis)
        self._count(group, [(millis, message)])

    def create(self, group: str) -> None:
        """Make a group, unless it is there: how a system's own come about."""
        if group not in self.store.groups:
            self.answer("CreateLogGroup", {"logGroupName": group})

    def tick(self) -> None:
        """Publish what filters have counted, go on with an export, drop what is expired."""
        now = self.now()
        for one in self.filters.values():
            one.publish(self.metrics, now, self.durations.metric_period)
        self.exports.tick(self.store, self.place)
        if self._expired_at is None or (now - self._expired_at).total_seconds() > EXPIRE_SECONDS:
            self._expired_at = now
            self.store.expire(self.place.now)

    def _count(self, group: str, taken: list[tuple[int, str]]) -> None:
        for (of, _), one in self.filters.items():
            if of == group:
                for timestamp, message in taken:
                    one.see(timestamp, message, self.durations.metric_period)

    # --- operations that are more than the store's -----------------------------------------------

    def _put_events(self, asked: Parameters) -> Shape:
        shape, taken = events.put(self.store, asked, self.place)
        self._count(str(asked["logGroupName"]), taken)
        return shape

    def _delete_group(self, asked: Parameters) -> Shape:
        shape = groups.delete_group(self.store, asked, self.place)
        for key in [key for key in self.filters if key[0] == asked["logGroupName"]]:
            del self.filters[key]
        return shape

    def _describe_groups(self, asked: Parameters) -> Shape:
        shape = groups.describe_groups(self.store, asked, self.place)
        for row in shape["logGroups"]:
            row["metricFilterCount"] = sum(of == row["logGroupName"] for of, _ in self.filters)
        return shape

    def _put_filter(self, asked: Parameters) -> Shape:
        """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutMetricFilter.html"""
        group = group_named(self.store, str(asked["logGroupName"]))
        (transformation,) = asked["metricTransformations"]
        dimensions = transformation.get("dimensions") or {}
        if dimensions and transformation.get("defaultValue") is not None:
            raise invalid("A metric filter with dimensions cannot have a default value.")
        if len(dimensions) > 3:
            raise invalid("A metric filter can have at most three dimensions.")
        name = str(asked["filterName"])
        try:
            made = read_filter(
                name, group.name, str(asked["filterPattern"]), transformation, self.place.now
            )
        except BadPattern as bad:
            raise events.bad_pattern(bad) from None
        except BadReference as bad:
            raise invalid(f"Invalid metric transformation: {bad.reference}") from None
        others = [key for key in self.filters if key[0] == group.name and key[1] != name]
        if len(others) >= MOST_FILTERS:
            raise Refusal("LimitExceededException", "Resource limit exceeded.")
        self.filters[(group.name, name)] = made
        return {}

    def _describe_filters(self, asked: Parameters) -> Shape:
        group, prefix = asked.get("logGroupName"), asked.get("filterNamePrefix")
        name, namespace = asked.get("metricName"), asked.get("metricNamespace")
        # https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeMetricFilters.html
        if bool(name) != bool(namespace):
            raise invalid("metricName and metricNamespace must be given together.")
        if group:
            group_named(self.store, str(group))
        rows = [
            one.shape()
            for key, one in sorted(self.filters.items())
            if group in (None, key[0])
            and (not prefix or key[1].startswith(prefix))
            and name in (None, one.transformation["metricName"])
            and namespace in (None, one.transformation["metricNamespace"])
        ]
        return paged(rows, "metricFilters", asked)

    def _delete_filter(self, asked: Parameters) -> Shape:
        group = group_named(self.store, str(asked["logGroupName"]))
        if self.filters.pop((group.name, str(asked["filterName"])), None) is None:
            raise not_found("metric filter")
        return {}

    def _test_filter(self, asked: Parameters) -> Shape:
        try:
            pattern = parse_pattern(str(asked["filterPattern"]))
        except BadPattern as bad:
            raise events.bad_pattern(bad) from None
        matches = matcher(pattern)
        return {
            "matches": [
                {
                    "eventNumber": number,
                    "eventMessage": message,
                    "extractedValues": extracted(pattern, message),
                }
                for number, message in enumerate(asked["logEventMessages"], 1)
                if matches(message)
            ]
        }

    # --- what the lab cannot do ------------------------------------------------------------------

    def _query(self, asked: Parameters) -> Shape:
        """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_StartQuery.html"""
        named = [asked.get("logGroupName"), *(asked.get("logGroupNames") or [])]
        named += [plain_name(str(one)) for one in asked.get("logGroupIdentifiers") or []]
        for name in named:
            if name:
                group_named(self.store, str(name))
        if int(asked["startTime"]) > int(asked["endTime"]):
            raise invalid("The start time must not be after the end time.")
        raise invalid(
            "The lab does not run queries of Logs Insights; FilterLogEvents searches the same "
            "events."
        )

    def _no_such_query(self, _asked: Parameters) -> Shape:
        raise not_found("query")

    def _live_tail(self, asked: Parameters) -> Shape:
        for one in asked["logGroupIdentifiers"]:
            group_named(self.store, plain_name(str(one)))
        message = "The lab has no live tail; `aws logs tail --follow` shows the same events."
        raise Refusal("InvalidOperationException", message)

    def _subscription(self, asked: Parameters) -> Shape:
        group_named(self.store, str(asked["logGroupName"]))
        message = "The lab has no destination that a subscription filter could send to."
        raise Refusal("InvalidOperationException", message)

    def _subscriptions(self, asked: Parameters) -> Shape:
        group_named(self.store, str(asked["logGroupName"]))
        return {"subscriptionFilters": []}


Answer = Callable[[Logs, Parameters], Shape]


def _of_store(answer: Callable[[LogStore, Parameters, Place], Shape]) -> Answer:
    return lambda logs, asked: answer(logs.store, asked, logs.place)


OPERATIONS: Mapping[str, Answer] = {
    "CreateLogGroup": _of_store(groups.create_group),
    "DeleteLogGroup": Logs._delete_group,
    "DescribeLogGroups": Logs._describe_groups,
    "CreateLogStream": _of_store(groups.create_stream),
    "DeleteLogStream": _of_store(groups.delete_stream),
    "DescribeLogStreams": _of_store(groups.describe_streams),
    "PutRetentionPolicy": _of_store(groups.put_retention),
    "DeleteRetentionPolicy": _of_store(groups.delete_retention),
    "ListTagsLogGroup": _of_store(groups.list_tags),
    "ListTagsForResource": _of_store(groups.list_tags),
    "TagLogGroup": _of_store(groups.tag),
    "TagResource": _of_store(groups.tag),
    "UntagLogGroup": _of_store(groups.untag),
    "UntagResource": _of_store(groups.untag),
    "PutLogEvents": Logs._put_events,
    "GetLogEvents": _of_store(events.get),
    "FilterLogEvents": _of_store(events.filter_events),
    "CreateExportTask": lambda logs, asked: logs.exports.create(logs.store, asked, logs.place),
    "DescribeExportTasks": lambda logs, asked: logs.exports.describe(logs.store, asked, logs.place),
    "CancelExportTask": lambda logs, asked: logs.exports.cancel(logs.store, asked, logs.place),
    "PutMetricFilter": Logs._put_filter,
    "DescribeMetricFilters": Logs._describe_filters,
    "DeleteMetricFilter": Logs._delete_filter,
    "TestMetricFilter": Logs._test_filter,
    "PutSubscriptionFilter": Logs._subscription,
    "DescribeSubscriptionFilters": Logs._subscriptions,
    "StartLiveTail": Logs._live_tail,
    "StartQuery": Logs._query,
    "GetQueryResults": Logs._no_such_query,
    "StopQuery": Logs._no_such_query,
}
