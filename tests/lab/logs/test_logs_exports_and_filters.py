"""Exports into buckets, and metric filters that count."""

import gzip
from datetime import timedelta
from typing import Any

import pytest
from tests.lab.logs.room import GROUP, HOUR, MINUTE, NOON, NOW, Room

from steadyhand.lab.cloud.metrics import statistic
from steadyhand.lab.cloudwatch.queries import metric_of
from steadyhand.lab.logs import exports

OF = {"logGroupName": GROUP}
EXPORT = {**OF, "from": NOW - HOUR, "to": NOW + 100, "destination": "logs-archive"}


def status(room: Room, task: str) -> dict[str, Any]:
    (found,) = room.answer("DescribeExportTasks", taskId=task)["exportTasks"]
    shape: dict[str, Any] = found
    return shape


def test_an_export_writes_what_the_streams_hold() -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/S3Export.html"""
    room = Room()
    room.put((-2 * HOUR, "before"), (0, "a"), (100, "b"), (101, "after"))
    room.put((50, "c é"), stream="api/2")
    task = room.answer(
        "CreateExportTask", **EXPORT, taskName="weekly", destinationPrefix="logs/backend"
    )["taskId"]
    assert status(room, task)["status"] == {"code": "PENDING"}
    room.tick(4)
    assert status(room, task)["status"]["code"] == "PENDING"
    room.tick(1)
    assert status(room, task)["status"]["code"] == "RUNNING"
    for _ in range(3):
        room.tick(0.2)
    shape = status(room, task)
    assert shape["status"] == {"code": "COMPLETED", "message": "Completed successfully"}
    assert shape["executionInfo"]["completionTime"] > shape["executionInfo"]["creationTime"]
    assert (shape["taskName"], shape["destinationPrefix"]) == ("weekly", "logs/backend")
    objects = room.shelf.objects["logs-archive"]
    folder = f"logs/backend/{task}"
    assert set(objects) == {
        "logs/backend/aws-logs-write-test",
        f"{folder}/api-1/000000.gz",
        f"{folder}/api-2/000000.gz",
    }
    assert gzip.decompress(objects[f"{folder}/api-1/000000.gz"]).decode() == (
        "2026-05-01T12:00:00.000Z a\n2026-05-01T12:00:00.100Z b\n"
    )
    assert "c é" in gzip.decompress(objects[f"{folder}/api-2/000000.gz"]).decode()


def test_a_large_stream_is_written_piece_by_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "EVENTS_PER_OBJECT", 2)
    room = Room()
    room.put(*((number, str(number)) for number in range(5)))
    task = room.answer("CreateExportTask", **EXPORT, logStreamNamePrefix="api/1")["taskId"]
    room.tick(5)
    for written in (1, 2, 3):
        room.tick(0.2)
        assert len(room.shelf.objects["logs-archive"]) == 1 + written
        assert status(room, task)["status"]["code"] == "RUNNING"
    room.tick(0.2)
    assert status(room, task)["status"]["code"] == "COMPLETED"
    last = room.shelf.objects["logs-archive"][f"exportedlogs/{task}/api-1/000002.gz"]
    assert gzip.decompress(last).endswith(b"Z 4\n")


def test_a_cancelled_export_makes_room_for_the_next() -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CancelExportTask.html"""
    room = Room()
    task = room.answer("CreateExportTask", **EXPORT)["taskId"]
    room.answer("CancelExportTask", taskId=task)
    assert status(room, task)["status"]["code"] == "CANCELLED"
    with pytest.raises(Exception, match="already finished"):
        room.answer("CancelExportTask", taskId=task)
    other = room.answer("CreateExportTask", **EXPORT)["taskId"]
    listed = room.answer("DescribeExportTasks", statusCode="PENDING")["exportTasks"]
    assert [one["taskId"] for one in listed] == [other]


def test_an_export_fails_where_its_bucket_goes() -> None:
    room = Room()
    task = room.answer("CreateExportTask", **EXPORT)["taskId"]
    room.tick(5)
    del room.shelf.objects["logs-archive"]
    room.tick(0.2)
    assert status(room, task)["status"]["code"] == "FAILED"


# --- metric filters ------------------------------------------------------------------------------


def put_filter(room: Room, pattern: str, **transformation: Any) -> None:
    given = {"metricName": "M", "metricNamespace": "Shop", "metricValue": "1", **transformation}
    room.answer(
        "PutMetricFilter",
        **OF,
        filterName="f",
        filterPattern=pattern,
        metricTransformations=[given],
    )


def sums(room: Room, **dimensions: str) -> list[tuple[int, float | None]]:
    """The minute and the sum of each point that is published."""
    named = [{"Name": name, "Value": value} for name, value in dimensions.items()]
    metric = metric_of("Shop", "M", named)
    rows = room.metrics.buckets(metric, NOON - timedelta(hours=1), NOON + timedelta(hours=1), 60)
    return [((row.at - NOON) // timedelta(minutes=1), statistic("Sum", row)) for row in rows]


def test_matching_events_are_counted_by_the_minute() -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/MonitoringLogData.html"""
    room = Room()
    room.put((0, "ERROR before the filter was there"))
    put_filter(room, "ERROR")
    room.put((1, "ERROR a"), (2, "fine"), (3, "ERROR b"))
    room.put((MINUTE, "ERROR c"), stream="api/2")
    room.tick(59)
    assert sums(room) == []
    room.tick(1)
    assert sums(room) == [(0, 2)]
    room.logs.write_line(GROUP, "api/1", "ERROR of a task")
    room.tick(60)
    assert sums(room) == [(0, 2), (1, 2)]


@pytest.mark.parametrize(
    ("pattern", "value", "message", "expected"),
    [
        ("{ $.took > 0 }", "$.took", '{"took": 12.5}', 12.5),
        ("{ $.took > 0 }", "$.took", '{"took": 0}', None),
        ("{ $.a.b[1] = * }", "$.a.b[1]", '{"a": {"b": [1, 2]}}', 2),
        ("{ $.took = * }", "$.took", '{"took": "7"}', 7),
        ("{ $.took = * }", "$.took", '{"took": "fast"}', None),
        ("{ $.took = * }", "$.other", '{"took": 1}', None),
        ("[level, took > 5]", "$took", "INFO 9", 9),
        ("[level, took > 5]", "$took", "INFO 3", None),
        ("[..., took]", "$took", "a b c 44", 44),
        ("[level, ..., took]", "$took", '"very bad" x [y z] 44', 44),
        ("ERROR", "3", "ERROR", 3),
    ],
)
def test_the_value_is_taken_from_the_event(
    pattern: str, value: str, message: str, expected: float | None
) -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntaxForMetricFilters.html"""
    room = Room()
    put_filter(room, pattern, metricValue=value)
    room.put((0, message))
    room.tick(61)
    assert sums(room) == ([] if expected is None else [(0, expected)])


def test_dimensions_are_taken_from_the_event() -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_MetricTransformation.html"""
    room = Room()
    put_filter(room, "{ $.took > 0 }", metricValue="$.took", dimensions={"Path": "$.path"})
    room.put((0, '{"took": 1, "path": "/a"}'), (1, '{"took": 2, "path": "/b"}'))
    room.put((2, '{"took": 3, "path": "/a"}'), (3, '{"took": 4}'))
    room.tick(61)
    assert (sums(room, Path="/a"), sums(room, Path="/b"), sums(room)) == ([(0, 4)], [(0, 2)], [])


def test_a_default_is_of_minutes_in_which_events_came_and_none_matched() -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_MetricTransformation.html"""
    room = Room()
    put_filter(room, "ERROR", defaultValue=0.0)
    room.put((0, "fine"))
    room.put((2 * MINUTE, "ERROR"), (2 * MINUTE + 1, "fine"))
    room.tick(300)
    assert sums(room) == [(0, 0), (2, 1)]
    rows = room.metrics.buckets(metric_of("Shop", "M", []), NOON, NOON + timedelta(hours=1), 60)
    assert [row.count for row in rows] == [1, 1]


def test_filters_are_described_replaced_and_deleted() -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeMetricFilters.html"""
    room = Room()
    put_filter(room, "ERROR")
    put_filter(room, "WARN", metricName="N")
    (found,) = room.answer("DescribeMetricFilters", **OF)["metricFilters"]
    assert (found["filterPattern"], found["metricTransformations"][0]["metricName"]) == (
        "WARN",
        "N",
    )
    assert room.answer("DescribeLogGroups")["logGroups"][0]["metricFilterCount"] == 1
    by_metric = {"metricName": "N", "metricNamespace": "Shop"}
    assert room.answer("DescribeMetricFilters", **by_metric)["metricFilters"]
    assert not room.answer("DescribeMetricFilters", filterNamePrefix="x")["metricFilters"]
    room.answer("DeleteMetricFilter", **OF, filterName="f")
    assert not room.answer("DescribeMetricFilters")["metricFilters"]


@pytest.mark.parametrize(
    ("pattern", "message", "values"),
    [
        ("ERROR", "an ERROR", {}),
        ('{ $.a = 1 && $.b.c = "x" }', '{"a": 1, "b": {"c": "x"}}', {"$.a": "1", "$.b.c": "x"}),
        ("[ip, , user]", "1.2.3.4 - frank and more", {"$ip": "1.2.3.4", "$2": "-",
                                                      "$user": "frank and more"}),
        ("[ip, ..., took]", '1.2.3.4 "GET /" [x y] 12', {"$ip": "1.2.3.4", "$took": "12"}),
    ],
)  # fmt: skip
def test_a_pattern_is_tried(pattern: str, message: str, values: dict[str, str]) -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_TestMetricFilter.html"""
    answered = Room().answer(
        "TestMetricFilter", filterPattern=pattern, logEventMessages=["nothing", message]
    )["matches"]
    found = [one for one in answered if one["eventNumber"] == 2]
    assert [(one["eventMessage"], one["extractedValues"]) for one in found] == [(message, values)]
