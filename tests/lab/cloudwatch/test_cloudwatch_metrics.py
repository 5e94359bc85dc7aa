"""Metrics that are put and asked for: periods, statistics, units, metric math, paging."""

from datetime import timedelta
from typing import Any

import pytest
from tests.lab.cloudwatch.rooms import MINUTE, NOON, Rooms

from steadyhand.lab.cloud.metrics import point, statistic
from steadyhand.lab.cloud.statistics import Point, StatisticSet

HOUR = timedelta(hours=1)
HUNDRED = point(NOON, [float(n) for n in range(1, 101)])


def rows(rooms: Rooms, **changes: Any) -> list[dict[str, Any]]:
    asked = {
        "Namespace": "N",
        "MetricName": "Requests",
        "StartTime": NOON,
        "EndTime": NOON + HOUR,
        "Period": 60,
        "Statistics": ["Sum"],
        **changes,
    }
    given = {key: value for key, value in asked.items() if value is not None}
    found: list[dict[str, Any]] = rooms.answer("GetMetricStatistics", **given)["Datapoints"]
    return found


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SampleCount", 100), ("Sum", 5050), ("Average", 50.5), ("Minimum", 1), ("Maximum", 100),
        ("p0", 1), ("p50", 50), ("p95", 95), ("p99.9", 100), ("p100", 100),
        ("tm90", 45.5), ("TM(10%:90%)", 50.5), ("TM(:90%)", 45.5), ("TM(90%:)", 95.5),
        ("TM(10:20)", 15.5), ("TM(:20)", 10.5), ("tc90", 90), ("TC(10%:90%)", 80),
        ("TC(10:20)", 10), ("ts90", 4095), ("TS(98:)", 199), ("wm98", 50.47),
        ("WM(:50)", 37.75), ("PR(:30)", 30), ("PR(30:40)", 10), ("IQM", 50.5), ("TC(200:300)", 0),
    ],
)  # fmt: skip
def test_statistics(name: str, value: float) -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html"""
    assert statistic(name, HUNDRED) == pytest.approx(value)


def test_a_percentile_wants_measurements_that_are_not_negative() -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricStatistics.html"""
    assert statistic("p50", point(NOON, [-1.0, 1.0])) is None
    several = Point(NOON, {}, sets=(StatisticSet(2, 4, 1, 3),))
    assert statistic("p50", several) is None
    assert statistic("tm90", several) is None
    assert statistic("Average", several) == 2
    assert statistic("p50", Point(NOON, {}, sets=(StatisticSet(1, 4, 4, 4),))) == 4
    assert statistic("p90", Point(NOON, {9.0: 1.0}, sets=(StatisticSet(9, 27, 3, 3),))) == 3


def test_periods_begin_at_the_minute_of_the_start() -> None:
    """https://docs.aws.amazon.com/cli/latest/reference/cloudwatch/get-metric-statistics.html"""
    rooms = Rooms()
    rooms.at = NOON + HOUR
    for minute in range(20):
        rooms.measure(NOON + minute * MINUTE, 1.0)
    found = rows(rooms, StartTime=NOON + timedelta(minutes=3, seconds=40), Period=300)
    assert [(row["Timestamp"] - NOON).total_seconds() / 60 for row in found] == [3, 8, 13, 18]
    assert [row["Sum"] for row in found] == [5, 5, 5, 2]


def test_data_are_aligned_to_the_period() -> None:
    rooms = Rooms()
    for minute in range(20):
        rooms.measure(NOON + minute * MINUTE, 1.0)
    found = data(rooms, [stat("m1", period=300)], StartTime=NOON + 3 * MINUTE)[0]
    assert [at.minute for at in found["Timestamps"]] == [15, 10, 5, 0]


@pytest.mark.parametrize(
    ("age", "period", "there"),
    [
        (timedelta(hours=2), 1, True),
        (timedelta(hours=4), 30, False),
        (timedelta(hours=4), 60, True),
        (timedelta(days=14), 60, True),
        (timedelta(days=16), 60, False),
        (timedelta(days=16), 300, True),
        (timedelta(days=64), 300, False),
        (timedelta(days=64), 3600, True),
    ],
)
def test_the_older_the_coarser(age: timedelta, period: int, there: bool) -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricStatistics.html"""
    rooms = Rooms()
    rooms.measure(NOON, 1.0)
    rooms.at = NOON + age
    end = NOON + max(period, 60) * timedelta(seconds=1)
    assert bool(rows(rooms, Period=period, EndTime=end)) is there


def test_dimensions_are_matched_as_a_whole() -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricStatistics.html"""
    rooms = Rooms()
    both = [{"Name": "Cluster", "Value": "c"}, {"Name": "Service", "Value": "s"}]
    one = {"MetricName": "Requests", "Dimensions": both, "Value": 1.0}
    rooms.answer("PutMetricData", Namespace="N", MetricData=[one])
    assert rows(rooms, Dimensions=both[::-1])
    for other in (None, both[:1], both[1:], [both[0], {"Name": "Service", "Value": "t"}]):
        assert rows(rooms, Dimensions=other) == []
    assert rows(rooms, Dimensions=both, Namespace="n") == []
    assert rows(rooms, Dimensions=both, MetricName="requests") == []


def test_what_was_put_is_what_is_there() -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html"""
    rooms = Rooms()
    values = {"Values": [1.0, 3.0, 3.0], "Counts": [2.0, 1.0, 1.0], "Unit": "Count"}
    numbers = {"SampleCount": 4.0, "Sum": 40.0, "Minimum": 5.0, "Maximum": 15.0}
    one: dict[str, Any] = {"MetricName": "Requests", "Timestamp": NOON}
    rooms.answer(
        "PutMetricData",
        Namespace="N",
        MetricData=[
            one | values,
            one | {"StatisticValues": numbers, "Unit": "Count"},
            one | {"Value": 7.0, "Unit": "Bytes"},
        ],
    )
    every = ["SampleCount", "Sum", "Minimum", "Maximum", "Average"]
    found = rows(rooms, Statistics=every)
    assert [row["Unit"] for row in found] == ["Bytes", "Count"]
    assert [found[1][name] for name in every] == [8, 48, 1, 15, 6]
    assert [row["Sum"] for row in rows(rooms, Unit="Bytes")] == [7]
    assert rows(rooms, Unit="Seconds") == []
    assert rows(rooms, Statistics=None, ExtendedStatistics=["p50"], Unit="Count") == []
    (row,) = rows(rooms, Statistics=None, ExtendedStatistics=["p50", "tm90"], Unit="Bytes")
    assert row["ExtendedStatistics"] == {"p50": 7.0, "tm90": 7.0}


def test_a_datum_belongs_to_its_minute_unless_it_is_of_high_resolution() -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html"""
    rooms = Rooms()
    rooms.at = NOON + MINUTE
    at = NOON + timedelta(seconds=40)
    for name, more in (("Requests", {}), ("Fine", {"StorageResolution": 1})):
        one = {"MetricName": name, "Value": 1.0, "Timestamp": at, **more}
        rooms.answer("PutMetricData", Namespace="N", MetricData=[one])
    assert [row["Timestamp"] for row in rows(rooms, Period=10, EndTime=NOON + MINUTE)] == [NOON]
    fine = rows(rooms, Period=10, MetricName="Fine", EndTime=NOON + MINUTE)
    assert [row["Timestamp"] for row in fine] == [at]


@pytest.mark.parametrize(
    ("factor", "period", "taken"),
    [(12, 5, True), (20, 3, True), (20, 15, True), (12, 7, False), (1, 3, False), (1, 20, True)],
)
def test_a_period_that_the_labs_factor_makes_is_taken(
    factor: float, period: int, taken: bool
) -> None:
    rooms = Rooms(factor=factor)
    rooms.measure(NOON, 1.0)
    if taken:
        assert rows(rooms, Period=period, EndTime=NOON + MINUTE)
    else:
        with pytest.raises(Exception, match="Period"):
            rows(rooms, Period=period, EndTime=NOON + MINUTE)


def test_metrics_are_listed_and_paged() -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_ListMetrics.html"""
    rooms = Rooms()
    for number in range(501):
        host = [{"Name": "Host", "Value": str(number)}]
        one = {"MetricName": "Load", "Dimensions": host, "Value": 1.0}
        rooms.answer("PutMetricData", Namespace="Hosts", MetricData=[one])
    rooms.measure(NOON - timedelta(hours=4), 1.0, name="Old")
    first = rooms.answer("ListMetrics", Namespace="Hosts")
    assert len(first["Metrics"]) == 500
    rest = rooms.answer("ListMetrics", Namespace="Hosts", NextToken=first["NextToken"])
    assert (len(rest["Metrics"]), "NextToken" in rest) == (1, False)
    by_value = rooms.answer("ListMetrics", Dimensions=[{"Name": "Host", "Value": "7"}])
    assert len(by_value["Metrics"]) == 1
    assert rooms.answer("ListMetrics", Dimensions=[{"Name": "Disk"}])["Metrics"] == []
    assert rooms.answer("ListMetrics", MetricName="Old")["Metrics"]
    assert rooms.answer("ListMetrics", MetricName="Old", RecentlyActive="PT3H")["Metrics"] == []


# --- metric math ---------------------------------------------------------------------------------


def stat(name: str, metric: str = "Requests", period: int = 60, **more: Any) -> dict[str, Any]:
    of = {"Namespace": "N", "MetricName": metric}
    return {"Id": name, "MetricStat": {"Metric": of, "Period": period, "Stat": "Sum"}, **more}


def data(rooms: Rooms, queries: list[dict[str, Any]], **more: Any) -> list[dict[str, Any]]:
    window = {"StartTime": NOON, "EndTime": NOON + HOUR, **more}
    answered = rooms.answer("GetMetricData", MetricDataQueries=queries, **window)
    found: list[dict[str, Any]] = answered["MetricDataResults"]
    return found


# m1 is 10, 20, -, 40 and m2 is 1, -, 3, 0 in the first four minutes
@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("m1", [10, 20, None, 40]),
        ("m1 + m2", [11, None, None, 40]),
        ("m1 - 5 * 2", [0, 10, None, 30]),
        ("m1 / m2", [10, None, None, None]),
        ("m2 / m1 * 100", [10, None, None, 0]),
        ("-m1 + 100", [90, 80, None, 60]),
        ("m1 ^ 2", [100, 400, None, 1600]),
        ("2 * m2 ^ 2", [2, None, 18, 0]),
        ("SUM([m1, m2])", [11, 20, 3, 40]),
        ("SUM(METRICS())", [11, 20, 3, 40]),
        ('SUM(METRICS("m1"))', [10, 20, None, 40]),
        ("AVG([m1, m2])", [5.5, 20, 3, 20]),
        ("MAX([m1, m2])", [10, 20, 3, 40]),
        ("MIN([m1, m2])", [1, 20, 3, 0]),
        ("m1 - MIN(m1)", [0, 10, None, 30]),
        ("m1 / SUM(m1) * 70", [10, 20, None, 40]),
        ("m1 * METRIC_COUNT(METRICS())", [20, 40, None, 80]),
        ("FILL(m1, 0)", [10, 20, 0, 40]),
        ("FILL(m1, REPEAT)", [10, 20, 20, 40]),
        ("FILL(m1, LINEAR)", [10, 20, 30, 40]),
        ("FILL(m1, m2)", [10, 20, 3, 40]),
        ("IF(m1 > 15, m1, 0)", [0, 20, None, 40]),
        ("IF(m1 > 15, m1)", [None, 20, None, 40]),
        ("IF(m1 > 15 && m1 < 30, 1, 0)", [0, 1, None, 0]),
        ("IF(m1 == 10 OR m1 == 40, 1, 0)", [1, 0, None, 1]),
        ("IF(m1 != 10 AND m1 >= 20, 1, 0)", [0, 1, None, 1]),
        ("m1 > 15", [0, 1, None, 1]),
        ("CEIL(m1 / 7)", [2, 3, None, 6]),
        ("FLOOR(m1 / 7)", [1, 2, None, 5]),
        ("ABS(m1 - 25)", [15, 5, None, 15]),
        ("LOG10(m1 * 10)", [2, pytest.approx(2.301, abs=0.01), None, pytest.approx(2.6, abs=0.01)]),
        ("DIFF(m1)", [None, 10, None, 20]),
        ("RATE(m1)", [None, pytest.approx(10 / 60), None, pytest.approx(20 / 120)]),
        ("RUNNING_SUM(m1)", [10, 30, None, 70]),
        ("m1 / PERIOD(m1) * 60", [10, 20, None, 40]),
        ("STDDEV([m1, m2])", [4.5, 0, 0, 20]),
    ],
)  # fmt: skip
def test_metric_math(text: str, values: list[float | None]) -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html"""
    rooms = Rooms()
    for name, measured in (("Requests", [10, 20, None, 40]), ("Errors", [1, None, 3, 0])):
        for minute, value in enumerate(measured):
            if value is not None:
                rooms.measure(NOON + minute * MINUTE, float(value), name=name)
    hidden = [stat("m1", ReturnData=False), stat("m2", "Errors", ReturnData=False)]
    (found,) = data(
        rooms,
        [*hidden, {"Id": "e1", "Expression": text, "Label": "sum"}],
        ScanBy="TimestampAscending",
        EndTime=NOON + 4 * MINUTE,
    )
    got = dict(zip(found["Timestamps"], found["Values"], strict=True))
    assert [got.get(NOON + minute * MINUTE) for minute in range(4)] == values
    assert (found["Id"], found["Label"], found["StatusCode"]) == ("e1", "sum", "Complete")


def test_an_array_gives_several_results() -> None:
    rooms = Rooms()
    rooms.measure(NOON, 2.0)
    rooms.measure(NOON, 3.0, name="Errors")
    queries = [stat("m1", ReturnData=False), stat("m2", "Errors", ReturnData=False)]
    found = data(rooms, [*queries, {"Id": "e1", "Expression": "METRICS() * 2"}])
    assert [(row["Id"], row["Values"]) for row in found] == [("e1", [4.0]), ("e1", [6.0])]


def test_data_are_paged_by_datapoints() -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html"""
    rooms = Rooms()
    for minute in range(5):
        rooms.measure(NOON + minute * MINUTE, float(minute))
        rooms.measure(NOON + minute * MINUTE, 10.0 + minute, name="Errors")
    asked = {
        "MetricDataQueries": [stat("m1"), stat("m2", "Errors")],
        "StartTime": NOON,
        "EndTime": NOON + HOUR,
        "ScanBy": "TimestampAscending",
        "MaxDatapoints": 4,
    }
    seen: list[float] = []
    pages = [rooms.answer("GetMetricData", **asked)]
    while "NextToken" in pages[-1]:
        pages.append(rooms.answer("GetMetricData", **asked, NextToken=pages[-1]["NextToken"]))
    for page in pages:
        for row in page["MetricDataResults"]:
            seen += row["Values"]
    assert seen == [0, 1, 2, 3, 4, 10, 11, 12, 13, 14]
    assert pages[0]["MetricDataResults"][0]["StatusCode"] == "PartialData"
    assert len(pages) == 3


def test_a_metric_that_is_not_there_is_an_empty_result() -> None:
    (found,) = data(Rooms(), [stat("m1")])
    assert (found["Values"], found["StatusCode"], found["Label"]) == ([], "Complete", "Requests")
