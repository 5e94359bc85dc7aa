"""What CloudWatch Logs refuses, and with which code: one line each, AWS's page beside it."""

from typing import Any

import pytest
from tests.lab.logs.room import DAY, GROUP, HOUR, NOW, Room

from steadyhand.lab.cloud.room import Refusal

API = "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_"
INVALID, NOT_FOUND, EXISTS = (
    "InvalidParameterException",
    "ResourceNotFoundException",
    "ResourceAlreadyExistsException",
)
STREAM = {"logGroupName": GROUP, "logStreamName": "api/1"}
OTHER = {"logGroupName": "/ecs/none"}
OF = {"logGroupName": GROUP}
EXPORT = {**OF, "from": NOW - HOUR, "to": NOW, "destination": "logs-archive"}
COUNT = {"metricName": "Errors", "metricNamespace": "Shop", "metricValue": "1"}
FILTER = {**OF, "filterName": "errors", "filterPattern": "ERROR", "metricTransformations": [COUNT]}


def batch(*times: int, message: str = "x") -> dict[str, Any]:
    events = [{"timestamp": NOW + at, "message": message} for at in times]
    return {**STREAM, "logEvents": events}


def filtered(pattern: str, **transformation: Any) -> dict[str, Any]:
    return {
        **FILTER,
        "filterPattern": pattern,
        "metricTransformations": [{**COUNT, **transformation}],
    }


CASES: list[tuple[str, str, dict[str, Any], str, str]] = [
    ("a group that is there", "CreateLogGroup", OF, EXISTS, "already exists"),
    ("a name with a space", "CreateLogGroup", {"logGroupName": "a b"}, INVALID,
     "Value 'a b' at 'logGroupName' failed to satisfy constraint: Member must satisfy regular "
     "expression pattern:"),
    ("a name of 513 characters", "CreateLogGroup", {"logGroupName": "x" * 513}, INVALID,
     "Member must have length less than or equal to 512"),
    ("a name of AWS", "CreateLogGroup", {"logGroupName": "aws/x"}, INVALID, "reserved for AWS"),
    ("a class that is none", "CreateLogGroup", {"logGroupName": "x", "logGroupClass": "CHEAP"},
     INVALID, "enum value set"),
    ("a group that is not there", "DeleteLogGroup", OTHER, NOT_FOUND,
     "The specified log group does not exist."),
    ("a stream that is there", "CreateLogStream", STREAM, EXISTS, "already exists"),
    ("a stream with a colon", "CreateLogStream", {**STREAM, "logStreamName": "a:b"}, INVALID,
     "logStreamName"),
    ("a stream of no group", "CreateLogStream", {**STREAM, **OTHER}, NOT_FOUND, "log group"),
    ("a stream that is not there", "DeleteLogStream", {**STREAM, "logStreamName": "api/9"},
     NOT_FOUND, "log stream"),
    ("51 groups a page", "DescribeLogGroups", {"limit": 51}, INVALID, "less than or equal to 50"),
    ("a prefix and a pattern", "DescribeLogGroups",
     {"logGroupNamePrefix": "/ecs", "logGroupNamePattern": "shop"}, INVALID, "mutually exclusive"),
    ("streams by time with a prefix", "DescribeLogStreams",
     {**OF, "orderBy": "LastEventTime", "logStreamNamePrefix": "api"}, INVALID,
     "Cannot order by LastEventTime with a logStreamNamePrefix."),
    ("streams in an order that is none", "DescribeLogStreams", {**OF, "orderBy": "Name"}, INVALID,
     "enum value set"),
    ("51 streams a page", "DescribeLogStreams", {**OF, "limit": 51}, INVALID, "limit"),
    ("streams of no group", "DescribeLogStreams", OTHER, NOT_FOUND, "log group"),
    ("neither a name nor an identifier", "DescribeLogStreams", {}, INVALID, "logGroupName"),
    ("two days", "PutRetentionPolicy", {**OF, "retentionInDays": 2}, INVALID,
     "Value '2' at 'retentionInDays' failed to satisfy constraint: Member must satisfy enum value "
     "set: [1, 3, 5, 7, 14, 30,"),
    ("no group to keep", "PutRetentionPolicy", {**OTHER, "retentionInDays": 7}, NOT_FOUND, "group"),
    ("no group to keep for ever", "DeleteRetentionPolicy", OTHER, NOT_FOUND, "group"),
    # --- events
    ("a batch of nothing", "PutLogEvents", {**STREAM, "logEvents": []}, INVALID, "logEvents"),
    ("10,001 events", "PutLogEvents", batch(*[0] * 10_001), INVALID, "10000"),
    ("an event without text", "PutLogEvents", batch(0, message=""), INVALID, "message"),
    ("out of order", "PutLogEvents", batch(0, -1), INVALID,
     "Log events in a single PutLogEvents request must be in chronological order."),
    ("more than a day", "PutLogEvents", batch(-DAY - 1, 0), INVALID,
     "The batch of log events in a single PutLogEvents request cannot span more than 24 hours."),
    ("more than a megabyte", "PutLogEvents", batch(*[0] * 11, message="x" * 100_000), INVALID,
     "Upload too large: 1100286 bytes exceeds limit of 1048576"),
    ("a stream that is not there", "PutLogEvents", {**batch(0), "logStreamName": "api/9"},
     NOT_FOUND, "The specified log stream does not exist."),
    ("a group that is not there", "PutLogEvents", {**batch(0), **OTHER}, NOT_FOUND, "log group"),
    ("a group that is not there", "FilterLogEvents", OTHER, NOT_FOUND,
     "The specified log group does not exist."),
    ("neither a name nor an identifier", "FilterLogEvents", {}, INVALID, "logGroupIdentifier"),
    ("a name and an identifier", "FilterLogEvents", {**OF, "logGroupIdentifier": GROUP}, INVALID,
     "mutually exclusive"),
    ("a limit of 0", "FilterLogEvents", {**OF, "limit": 0}, INVALID,
     "Value '0' at 'limit' failed to satisfy constraint: Member must have value greater than or "
     "equal to 1"),
    ("a limit of 10,001", "FilterLogEvents", {**OF, "limit": 10_001}, INVALID,
     "less than or equal to 10000"),
    ("streams and a prefix", "FilterLogEvents",
     {**OF, "logStreamNames": ["api/1"], "logStreamNamePrefix": "api"}, INVALID, "exclusive"),
    ("101 streams", "FilterLogEvents", {**OF, "logStreamNames": ["api/1"] * 101}, INVALID, "100"),
    ("a stream that is not there", "FilterLogEvents", {**OF, "logStreamNames": ["api/9"]},
     NOT_FOUND, "log stream"),
    ("a time before 1970", "FilterLogEvents", {**OF, "startTime": -1}, INVALID, "startTime"),
    ("the end before the start", "FilterLogEvents", {**OF, "startTime": NOW, "endTime": NOW - 1},
     INVALID, "endTime"),
    ("a token of nobody's", "FilterLogEvents", {**OF, "nextToken": "x"}, INVALID,
     "The specified nextToken is invalid."),
    ("a bar", "FilterLogEvents", {**OF, "filterPattern": "ERROR|WARN"}, INVALID,
     "Invalid filter pattern"),
    ("an open brace", "FilterLogEvents", {**OF, "filterPattern": "{ $.a = 1"}, INVALID,
     "Invalid filter pattern"),
    ("a pattern of 1,025 characters", "FilterLogEvents", {**OF, "filterPattern": "x" * 1025},
     INVALID, "filterPattern"),
    ("the newest of all times first", "FilterLogEvents", {**OF, "startFromHead": False}, INVALID,
     "startFromHead"),
    ("a stream that is not there", "GetLogEvents", {**OF, "logStreamName": "api/9"}, NOT_FOUND,
     "log stream"),
    ("a limit of 10,001", "GetLogEvents", {**STREAM, "limit": 10_001}, INVALID, "limit"),
    ("a token of nobody's", "GetLogEvents", {**STREAM, "nextToken": "f/12/s"}, INVALID,
     "The specified nextToken is invalid."),
    ("no stream", "GetLogEvents", OF, INVALID,
     "Value null at 'logStreamName' failed to satisfy constraint: Member must not be null"),
    # --- exports
    ("a bucket that is not there", "CreateExportTask", {**EXPORT, "destination": "none"}, INVALID,
     "The given bucket does not exist."),
    ("a group that is not there", "CreateExportTask", {**EXPORT, **OTHER}, NOT_FOUND, "log group"),
    ("the end before the start", "CreateExportTask", {**EXPORT, "to": NOW - 2 * HOUR}, INVALID,
     "from"),
    ("no end", "CreateExportTask", {k: v for k, v in EXPORT.items() if k != "to"}, INVALID,
     "Value null at 'to'"),
    ("a task that is not there", "DescribeExportTasks", {"taskId": "none"}, NOT_FOUND, "export"),
    ("a status that is none", "DescribeExportTasks", {"statusCode": "DONE"}, INVALID, "statusCode"),
    ("a task that is not there", "CancelExportTask", {"taskId": "none"}, NOT_FOUND, "export"),
    # --- metric filters
    ("a bar", "PutMetricFilter", filtered("ERROR|WARN"), INVALID, "Invalid filter pattern"),
    ("a name with a star", "PutMetricFilter", {**FILTER, "filterName": "a*"}, INVALID,
     "filterName"),
    ("two transformations", "PutMetricFilter", {**FILTER, "metricTransformations": [COUNT, COUNT]},
     INVALID, "metricTransformations"),
    ("a value that is no number", "PutMetricFilter", filtered("ERROR", metricValue="one"), INVALID,
     "one"),
    ("a field of terms", "PutMetricFilter", filtered("ERROR", metricValue="$.took"), INVALID,
     "$.took"),
    ("a field that the brackets lack", "PutMetricFilter", filtered("[a, b]", metricValue="$c"),
     INVALID, "$c"),
    ("a default beside dimensions", "PutMetricFilter",
     filtered("{ $.took > 0 }", defaultValue=0.0, dimensions={"Path": "$.path"}), INVALID,
     "default"),
    ("four dimensions", "PutMetricFilter",
     filtered("{ $.took > 0 }", dimensions=dict.fromkeys("abcd", "$.path")), INVALID, "three"),
    ("a namespace with a colon", "PutMetricFilter", filtered("ERROR", metricNamespace="My:shop"),
     INVALID, "metricNamespace"),
    ("a group that is not there", "PutMetricFilter", {**FILTER, **OTHER}, NOT_FOUND, "log group"),
    ("a filter that is not there", "DeleteMetricFilter", {**OF, "filterName": "none"}, NOT_FOUND,
     "metric filter"),
    ("a metric without its namespace", "DescribeMetricFilters", {"metricName": "Errors"}, INVALID,
     "metricNamespace"),
    ("51 messages to test", "TestMetricFilter",
     {"filterPattern": "x", "logEventMessages": ["x"] * 51}, INVALID, "50"),
    # --- what the lab cannot do
    ("a query", "StartQuery",
     {**OF, "startTime": 0, "endTime": 1, "queryString": "fields @message"}, INVALID, "The lab"),
    ("a query of no group", "StartQuery",
     {**OTHER, "startTime": 0, "endTime": 1, "queryString": "fields @message"}, NOT_FOUND,
     "log group"),
    ("results of no query", "GetQueryResults", {"queryId": "q"}, NOT_FOUND, "query"),
    ("a live tail", "StartLiveTail", {"logGroupIdentifiers": [GROUP]}, "InvalidOperationException",
     "aws logs tail --follow"),
    ("a subscription", "PutSubscriptionFilter",
     {**OF, "filterName": "f", "filterPattern": "", "destinationArn": "arn:aws:lambda:x"},
     "InvalidOperationException", "destination"),
    ("tags of no group", "ListTagsLogGroup", OTHER, NOT_FOUND, "log group"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("operation", "asked", "code", "message"),
    [pytest.param(*case[1:], id=f"{case[1]}: {case[0]}") for case in CASES],
)
def test_refused(operation: str, asked: dict[str, Any], code: str, message: str) -> None:
    """Each at its operation's page, whose address the failure names."""
    with pytest.raises(Refusal) as raised:
        Room().answer(operation, **asked)
    got = (raised.value.code, message in raised.value.message)
    assert got == (code, True), (f"{API}{operation}.html", raised.value.message)


def test_a_token_goes_with_its_own_request() -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html"""
    room = Room()
    room.put((0, "a"), (1, "b"))
    token = room.answer("FilterLogEvents", **OF, limit=1)["nextToken"]
    with pytest.raises(Refusal, match="nextToken"):
        room.answer("FilterLogEvents", **OF, limit=1, filterPattern="b", nextToken=token)
    assert room.found(nextToken=token, limit=5) == ["b"]


def test_one_export_at_a_time() -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateExportTask.html"""
    room = Room()
    room.answer("CreateExportTask", **EXPORT)
    with pytest.raises(Refusal) as raised:
        room.answer("CreateExportTask", **EXPORT)
    assert raised.value.code == "LimitExceededException"


def test_a_hundred_filters_and_no_more() -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html"""
    room = Room()
    for number in range(100):
        room.answer("PutMetricFilter", **{**FILTER, "filterName": f"f{number}"})
    room.answer("PutMetricFilter", **{**FILTER, "filterName": "f7"})
    with pytest.raises(Refusal) as raised:
        room.answer("PutMetricFilter", **FILTER)
    assert raised.value.code == "LimitExceededException"
