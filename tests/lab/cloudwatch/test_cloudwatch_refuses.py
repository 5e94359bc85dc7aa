"""What CloudWatch refuses, and with which code: one line each, AWS's page beside it."""

from datetime import timedelta
from typing import Any

import pytest
from tests.lab.cloudwatch.rooms import HIGH, NOON, Rooms

from steadyhand.lab.cloud.room import Refusal

API = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/"
STATISTICS = API + "API_GetMetricStatistics.html"
DATA = API + "API_GetMetricData.html"
QUERY = API + "API_MetricDataQuery.html"
PUT = API + "API_PutMetricData.html"
DATUM = API + "API_MetricDatum.html"
LIST = API + "API_ListMetrics.html"
ALARM = API + "API_PutMetricAlarm.html"
DESCRIBE = API + "API_DescribeAlarms.html"
DELETE = API + "API_DeleteAlarms.html"
SET = API + "API_SetAlarmState.html"
HISTORY = API + "API_DescribeAlarmHistory.html"
MATH = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html"
DEFINITIONS = (
    "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html"
)

ASKED: dict[str, Any] = {
    "Namespace": "N",
    "MetricName": "Requests",
    "StartTime": NOON - timedelta(hours=1),
    "EndTime": NOON,
    "Period": 60,
    "Statistics": ["Sum"],
}
INVALID, COMBINATION, MISSING = (
    "InvalidParameterValue",
    "InvalidParameterCombination",
    "MissingParameter",
)
# what is changed in ASKED → the code, and a part of the message
STATISTICS_CASES: list[tuple[str, str, dict[str, Any], str, str]] = [
    ("two statistics in one string", STATISTICS, {"Statistics": ["Average,Maximum"]}, INVALID,
     "The parameter Statistics.member.1 must be a value in the set [ "),
    ("a statistic in small letters", STATISTICS, {"Statistics": ["average"]}, INVALID,
     "Statistics.member.1"),
    ("a percentile among the simple ones", STATISTICS, {"Statistics": ["Sum", "p95"]}, INVALID,
     "Statistics.member.2"),
    ("no statistics at all", STATISTICS, {"Statistics": None}, COMBINATION, "ExtendedStatistics"),
    ("six statistics", STATISTICS, {"Statistics": ["Sum"] * 6}, INVALID, "Statistics"),
    ("period 7", STATISTICS, {"Period": 7}, INVALID, "The parameter Period"),
    ("period 0", STATISTICS, {"Period": 0}, INVALID, "Period"),
    ("period 90", STATISTICS, {"Period": 90}, INVALID, "The parameter Period"),
    ("the start after the end", STATISTICS, {"StartTime": NOON + timedelta(hours=1)}, INVALID,
     "The parameter StartTime must be less than the parameter EndTime."),
    ("the start at the end", STATISTICS, {"StartTime": NOON}, INVALID, "StartTime"),
    ("1,441 datapoints", STATISTICS, {"StartTime": NOON - timedelta(minutes=1441)}, COMBINATION,
     "You have requested up to 1,441 datapoints, which exceeds the limit of 1,440. You may "
     "reduce the datapoints requested by increasing Period, or decreasing the time range."),
    ("a day of seconds", STATISTICS,
     {"StartTime": NOON - timedelta(days=1), "Period": 1}, COMBINATION, "86,400 datapoints"),
    ("no namespace", STATISTICS, {"Namespace": None}, MISSING, "Namespace"),
    ("no name", STATISTICS, {"MetricName": None}, MISSING, "MetricName"),
    ("no period", STATISTICS, {"Period": None}, MISSING, "Period"),
    ("a namespace that begins with a colon", STATISTICS, {"Namespace": ":N"}, INVALID, "Namespace"),
    ("a name of 256 characters", STATISTICS, {"MetricName": "x" * 256}, INVALID, "MetricName"),
    ("31 dimensions", STATISTICS,
     {"Dimensions": [{"Name": str(n), "Value": "v"} for n in range(31)]}, INVALID, "Dimensions"),
    ("a dimension without a value", STATISTICS, {"Dimensions": [{"Name": "a"}]}, MISSING,
     "Dimensions.member.1.Value"),
    ("a unit that is none", STATISTICS, {"Unit": "Requests"}, INVALID, "Unit"),
    ("p101", DEFINITIONS, {"ExtendedStatistics": ["p101"]}, INVALID, "p101"),
    ("p-1", DEFINITIONS, {"ExtendedStatistics": ["p-1"]}, INVALID, "p-1"),
    ("95p", DEFINITIONS, {"ExtendedStatistics": ["95p"]}, INVALID, "95p"),
    ("an extended Sum", DEFINITIONS, {"ExtendedStatistics": ["Sum"]}, INVALID, "Sum"),
    ("tm without a number", DEFINITIONS, {"ExtendedStatistics": ["tm"]}, INVALID, "tm"),
    ("TM of two kinds", DEFINITIONS, {"ExtendedStatistics": ["TM(10%:90)"]}, INVALID, "TM"),
    ("TM of nothing", DEFINITIONS, {"ExtendedStatistics": ["TM(:)"]}, INVALID, "TM"),
    ("TM backwards", DEFINITIONS, {"ExtendedStatistics": ["TM(90%:10%)"]}, INVALID, "TM"),
    ("PR of percentages", DEFINITIONS, {"ExtendedStatistics": ["PR(10%:90%)"]}, INVALID, "PR"),
]  # fmt: skip


def refusal(operation: str, rooms: Rooms | None = None, **asked: Any) -> Refusal:
    given = {key: value for key, value in asked.items() if value is not None}
    with pytest.raises(Refusal) as raised:
        (rooms or Rooms()).answer(operation, **given)
    return raised.value


@pytest.mark.parametrize(
    ("address", "changed", "code", "message"),
    [pytest.param(*case[1:], id=case[0]) for case in STATISTICS_CASES],
)
def test_statistics_refused(address: str, changed: dict[str, Any], code: str, message: str) -> None:
    refused = refusal("GetMetricStatistics", **{**ASKED, **changed})
    assert (refused.code, message in refused.message) == (code, True), (address, refused.message)


def stat(name: str = "m1", stat: str = "Sum", **changes: Any) -> dict[str, Any]:
    metric = {"Namespace": "N", "MetricName": "Requests"}
    return {"Id": name, "MetricStat": {"Metric": metric, "Period": 60, "Stat": stat}, **changes}


def math(text: str, name: str = "e1", **changes: Any) -> dict[str, Any]:
    return {"Id": name, "Expression": text, **changes}


DATA_CASES: list[tuple[str, str, list[dict[str, Any]], str]] = [
    ("an id with a capital", QUERY, [stat("M1")], "^[a-z][a-zA-Z0-9_]*$"),
    ("an id with a hyphen", QUERY, [stat("m-1")], "MetricDataQueries.member.1.Id"),
    ("one id twice", QUERY, [stat(), stat()], "not unique"),
    ("neither a metric nor an expression", QUERY, [{"Id": "m1"}], "MetricStat or an Expression"),
    ("both of them", QUERY, [stat(Expression="m1")], "MetricStat or an Expression"),
    ("a statistic that is none", QUERY, [stat(stat="Mean")], "The value Mean for parameter"),
    ("nothing is returned", QUERY, [stat(ReturnData=False)], "return data"),
    ("an expression alone", MATH, [math("1 + 1")], "MetricStat"),
    ("a name that is not there", MATH, [stat(), math("m2 * 2")], "Undeclared variable 'm2'"),
    ("a function that is none", MATH, [stat(), math("MEDIAN(m1)")],
     "Error in expression 'e1': Function 'MEDIAN' not found"),
    ("a function the lab lacks", MATH, [stat(), math("SEARCH('{N}', 'Sum')")], "SEARCH"),
    ("a query of Metrics Insights", MATH, [stat(), math('SELECT AVG(x) FROM "N"')], "Insights"),
    ("an open parenthesis", MATH, [stat(), math("SUM(m1")], "Error in expression 'e1'"),
    ("an attribute", MATH, [stat(), math("m1.real")], "Syntax error"),
    ("a subscript", MATH, [stat(), math("m1[0]")], "Syntax error"),
    ("a lambda", MATH, [stat(), math("(lambda: m1)()")], "Syntax error"),
    ("a comparison of three", MATH, [stat(), math("1 < m1 < 3")], "Syntax error"),
    ("a number as the end", MATH, [stat(), math("AVG(m1)")], "time series"),
    ("an expression of itself", MATH, [stat(), math("e1 + m1")], "refers to itself"),
    ("two of each other", MATH, [stat(), math("e2"), math("e1", "e2")], "refers to itself"),
    ("FILL of one argument", MATH, [stat(), math("FILL(m1)")], "number of arguments"),
    ("501 queries", DATA, [stat(f"m{n}") for n in range(501)], "a size greater than 500"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("address", "queries", "message"), [pytest.param(*c[1:], id=c[0]) for c in DATA_CASES]
)
def test_data_refused(address: str, queries: list[dict[str, Any]], message: str) -> None:
    window = {"StartTime": ASKED["StartTime"], "EndTime": NOON}
    refused = refusal("GetMetricData", MetricDataQueries=queries, **window)
    assert (refused.code, message in refused.message) == ("ValidationError", True), (
        address,
        refused.message,
    )


def datum(**changes: Any) -> dict[str, Any]:
    return {"MetricName": "Mine", **changes}


SET_OF_TWO = {"SampleCount": 2.0, "Sum": 4.0, "Minimum": 1.0, "Maximum": 3.0}
PUT_CASES: list[tuple[str, str, dict[str, Any], str, str]] = [
    ("no value", DATUM, datum(), COMBINATION, "At least one of the parameters"),
    ("a value and values", DATUM, datum(Value=1.0, Values=[1.0]), COMBINATION, "exclusive"),
    ("a value and a set", DATUM, datum(Value=1.0, StatisticValues=SET_OF_TWO), COMBINATION,
     "mutually exclusive"),
    ("not a number", PUT, datum(Value=float("nan")), INVALID,
     "The value NaN for parameter MetricData.member.1.Value is invalid."),
    ("infinite", PUT, datum(Value=float("inf")), INVALID, "is invalid"),
    ("above 2^360", DATUM, datum(Value=2.0**361), INVALID, "out of range"),
    ("151 values", DATUM, datum(Values=[1.0] * 151), INVALID, "a size greater than 150"),
    ("more values than counts", DATUM, datum(Values=[1.0, 2.0], Counts=[1.0]), INVALID, "size"),
    ("a count of nothing", DATUM, datum(Values=[1.0], Counts=[0.0]), INVALID, "greater than 0"),
    ("a set of nothing", API + "API_StatisticSet.html",
     datum(StatisticValues=SET_OF_TWO | {"SampleCount": 0.0}), INVALID, "SampleCount"),
    ("a set upside down", API + "API_StatisticSet.html",
     datum(StatisticValues=SET_OF_TWO | {"Minimum": 9.0}), INVALID, "Maximum"),
    ("three hours from now", PUT, datum(Value=1.0, Timestamp=NOON + timedelta(hours=3)), INVALID,
     "MetricData.member.1.Timestamp"),
    ("15 days ago", PUT, datum(Value=1.0, Timestamp=NOON - timedelta(days=15)), INVALID,
     "two weeks"),
    ("a resolution of 30", DATUM, datum(Value=1.0, StorageResolution=30), INVALID, "[1, 60]"),
    ("a unit that is none", DATUM, datum(Value=1.0, Unit="count"), INVALID,
     "MetricData.member.1.Unit"),
    ("a dimension twice", DATUM,
     datum(Value=1.0, Dimensions=[{"Name": "a", "Value": v} for v in "xy"]), INVALID, "same name"),
    ("no name", DATUM, {"Value": 1.0}, MISSING, "MetricData.member.1.MetricName"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("address", "one", "code", "message"), [pytest.param(*c[1:], id=c[0]) for c in PUT_CASES]
)
def test_data_not_taken(address: str, one: dict[str, Any], code: str, message: str) -> None:
    rooms = Rooms()
    refused = refusal("PutMetricData", rooms, Namespace="Mine", MetricData=[one, datum(Value=1.0)])
    assert (refused.code, message in refused.message) == (code, True), (address, refused.message)
    assert not list(rooms.store.metrics())  # nothing of a refused request is kept


def test_aws_keeps_its_namespaces_and_a_request_has_a_size() -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html"""
    one = [datum(Value=1.0)]
    assert refusal("PutMetricData", Namespace="AWS/ECS", MetricData=one).code == INVALID
    assert refusal("PutMetricData", Namespace="N", MetricData=one * 1001).code == INVALID
    assert refusal("PutMetricData", Namespace="N", MetricData=[]).code == MISSING


TWO_RETURNED = [stat("m1"), stat("m2")]
ALARM_CASES: list[tuple[str, str, dict[str, Any], str]] = [
    ("period 7", ALARM, {"Period": 7}, "Period must be 10, 20, 30 or a multiple of 60"),
    ("period 5", ALARM, {"Period": 5}, "Period must be 10, 20, 30 or a multiple of 60"),
    ("no period", ALARM, {"Period": None}, "Period"),
    ("a statistic that is none", ALARM, {"Statistic": "Average,Maximum"},
     "Value 'Average,Maximum' at 'statistic' failed to satisfy constraint: Member must satisfy "
     "enum value set: ["),
    ("two statistics", ALARM, {"ExtendedStatistic": "p95"}, "Statistic and ExtendedStatistic"),
    ("no statistic", ALARM, {"Statistic": None}, "Statistic"),
    ("p101", ALARM, {"Statistic": None, "ExtendedStatistic": "p101"},
     "The value p101 for parameter ExtendedStatistic is not supported."),
    ("3 of 2", ALARM, {"EvaluationPeriods": 2, "DatapointsToAlarm": 3},
     "DatapointsToAlarm must be less than or equal to EvaluationPeriods"),
    ("no evaluation periods", ALARM, {"EvaluationPeriods": None}, "EvaluationPeriods"),
    ("none of them", ALARM, {"EvaluationPeriods": 0},
     "Value '0' at 'evaluationPeriods' failed to satisfy constraint: Member must have value "
     "greater than or equal to 1"),
    ("more than a day", ALARM, {"EvaluationPeriods": 1441}, "(EvaluationPeriods * Period must be"),
    ("more than seven days of hours", ALARM, {"Period": 3600, "EvaluationPeriods": 169},
     "seven days"),
    ("an operator that is none", ALARM, {"ComparisonOperator": ">"}, "comparisonOperator"),
    ("no operator", ALARM, {"ComparisonOperator": None}, "ComparisonOperator"),
    ("an operator for anomalies", ALARM, {"ComparisonOperator": "GreaterThanUpperThreshold"},
     "anomaly"),
    ("no threshold", ALARM, {"Threshold": None}, "Threshold"),
    ("missing data that is bad", ALARM, {"TreatMissingData": "bad"}, "TreatMissingData"),
    ("few samples of a sum", ALARM, {"EvaluateLowSampleCountPercentile": "ignore"}, "percentile"),
    ("few samples that fail", ALARM,
     {"Statistic": None, "ExtendedStatistic": "p95", "EvaluateLowSampleCountPercentile": "fail"},
     "EvaluateLowSampleCountPercentile"),
    ("an action without an ARN", ALARM, {"AlarmActions": ["ops"]}, "Invalid arn syntax: ops"),
    ("six actions", ALARM, {"OKActions": HIGH["OKActions"] * 6}, "oKActions"),
    ("a name of 256 characters", ALARM, {"AlarmName": "x" * 256}, "alarmName"),
    ("a metric and Metrics", ALARM, {"Metrics": [stat()]}, "mutually exclusive"),
    ("a dimension twice", ALARM, {"Dimensions": [{"Name": "a", "Value": v} for v in "xy"]},
     "same name"),
    ("PromQL", ALARM, {"EvaluationCriteria": {"PromQLCriteria": {"Query": "up"}}}, "lab"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("address", "changed", "message"), [pytest.param(*c[1:], id=c[0]) for c in ALARM_CASES]
)
def test_alarm_refused(address: str, changed: dict[str, Any], message: str) -> None:
    rooms = Rooms()
    refused = refusal("PutMetricAlarm", rooms, **{**HIGH, **changed})
    assert refused.code == "ValidationError"
    assert message in refused.message, (address, refused.message)
    assert not rooms.alarms.alarms


OF_MATH: dict[str, Any] = {
    "AlarmName": "ratio", "EvaluationPeriods": 1, "Threshold": 5.0,
    "ComparisonOperator": "GreaterThanThreshold",
}  # fmt: skip
SLOW = {"Metric": {"Namespace": "N", "MetricName": "R"}, "Period": 300, "Stat": "Sum"}


@pytest.mark.parametrize(
    ("metrics", "message"),
    [
        (TWO_RETURNED, "Exactly one element of the metrics list should return data."),
        ([stat(ReturnData=False)], "Exactly one element"),
        ([math("1")], "MetricStat"),
        ([stat(ReturnData=False), stat("m2", MetricStat=SLOW)], "the same period"),
        ([stat(f"m{n}") for n in range(21)], "a size greater than 20"),
        ([stat(ReturnData=False), math("ANOMALY_DETECTION_BAND(m1, 2)")], "lab"),
    ],
)
def test_alarm_of_several_metrics_refused(metrics: list[dict[str, Any]], message: str) -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html"""
    refused = refusal("PutMetricAlarm", Metrics=metrics, **OF_MATH)
    assert (refused.code, message in refused.message) == ("ValidationError", True), refused.message


OTHER_CASES: list[tuple[str, str, str, dict[str, Any], str]] = [
    ("names and a prefix", DESCRIBE, "DescribeAlarms",
     {"AlarmNames": ["a"], "AlarmNamePrefix": "a"}, "ValidationError"),
    ("a state that is none", DESCRIBE, "DescribeAlarms", {"StateValue": "BAD"}, "ValidationError"),
    ("a page of 101", DESCRIBE, "DescribeAlarms", {"MaxRecords": 101}, "ValidationError"),
    ("101 names", DESCRIBE, "DescribeAlarms", {"AlarmNames": ["a"] * 101}, "ValidationError"),
    ("a token of nobody's", DESCRIBE, "DescribeAlarms", {"NextToken": "x"}, "InvalidNextToken"),
    ("an alarm that is not there", SET, "SetAlarmState",
     {"AlarmName": "none", "StateValue": "OK", "StateReason": "r"}, "ResourceNotFound"),
    ("a state that is none", SET, "SetAlarmState",
     {"AlarmName": "high", "StateValue": "FINE", "StateReason": "r"}, "ValidationError"),
    ("data that are no JSON", SET, "SetAlarmState",
     {"AlarmName": "high", "StateValue": "OK", "StateReason": "r", "StateReasonData": "{"},
     "InvalidFormat"),
    ("a reason of 1,024 characters", SET, "SetAlarmState",
     {"AlarmName": "high", "StateValue": "OK", "StateReason": "r" * 1024}, "ValidationError"),
    ("one that is not there", DELETE, "DeleteAlarms", {"AlarmNames": ["high", "none"]},
     "ResourceNotFound"),
    ("a history of a kind that is none", HISTORY, "DescribeAlarmHistory",
     {"HistoryItemType": "All"}, "ValidationError"),
    ("tags of an alarm that is not there", API + "API_TagResource.html", "TagResource",
     {"ResourceARN": "arn:aws:cloudwatch:us-east-1:123456789012:alarm:none", "Tags": []},
     "ResourceNotFoundException"),
    ("a filter of eleven dimensions", LIST, "ListMetrics",
     {"Dimensions": [{"Name": str(n)} for n in range(11)]}, INVALID),
    ("an activity of another length", LIST, "ListMetrics", {"RecentlyActive": "PT1H"}, INVALID),
]  # fmt: skip


@pytest.mark.parametrize(
    ("address", "operation", "asked", "code"),
    [pytest.param(*c[1:], id=f"{c[2]}: {c[0]}") for c in OTHER_CASES],
)
def test_refused(address: str, operation: str, asked: dict[str, Any], code: str) -> None:
    rooms = Rooms()
    rooms.put()
    assert refusal(operation, rooms, **asked).code == code, address
    assert set(rooms.alarms.alarms) == {"high"}
