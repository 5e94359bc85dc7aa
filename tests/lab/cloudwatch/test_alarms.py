"""Alarms that evaluate by themselves: states in time, reasons, history, actions, percentiles."""

import json
from datetime import timedelta
from typing import Any

import pytest
from tests.lab.cloudwatch.rooms import ACCOUNT, HIGH, MINUTE, NOON, REGION, TOPIC, Rooms

from steadyhand.lab.cloud.room import Refusal
from steadyhand.model.alarm import AlarmState

EVALUATION = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html"
MISSING_DATA = (
    "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html"
)
ACTIONS = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-actions.html"
API = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/"


def test_a_new_alarm_has_no_data_until_it_is_looked_at() -> None:
    rooms = Rooms()
    rooms.at = NOON + timedelta(seconds=5)
    rooms.put()
    assert rooms.alarm()["StateValue"] == "INSUFFICIENT_DATA"
    assert rooms.alarm()["StateReason"] == "Unchecked: Initial alarm creation"
    rooms.measure(NOON, 9.0)
    rooms.move(50)
    assert rooms.alarm()["StateValue"] == "INSUFFICIENT_DATA"
    rooms.move(10)
    assert rooms.alarm()["StateValue"] == "ALARM"


def test_it_turns_and_turns_back_with_the_datapoints() -> None:
    rooms = Rooms()
    rooms.put()
    for minute, value in enumerate((1.0, 9.0, 3.0)):
        rooms.measure(NOON + minute * MINUTE, value)
    seen: list[tuple[str, float]] = []
    for _ in range(200):
        rooms.move(1)
        if not seen or seen[-1][0] != rooms.alarm()["StateValue"]:
            seen.append((rooms.alarm()["StateValue"], (rooms.at - NOON).total_seconds()))
    states = [state for state, _ in seen]
    assert states == ["INSUFFICIENT_DATA", "OK", "ALARM", "OK"]
    # Soon after the end of the minute that decided, and not before.
    assert [at // 60 for _, at in seen[1:]] == [1, 2, 3]
    assert all(at % 60 < 5 for _, at in seen[1:])


@pytest.mark.parametrize(
    ("operator", "value", "state"),
    [
        ("GreaterThanThreshold", 5.0, "OK"),
        ("GreaterThanThreshold", 5.1, "ALARM"),
        ("GreaterThanOrEqualToThreshold", 5.0, "ALARM"),
        ("GreaterThanOrEqualToThreshold", 4.9, "OK"),
        ("LessThanThreshold", 5.0, "OK"),
        ("LessThanThreshold", 4.9, "ALARM"),
        ("LessThanOrEqualToThreshold", 5.0, "ALARM"),
        ("LessThanOrEqualToThreshold", 5.1, "OK"),
    ],
)
def test_comparisons(operator: str, value: float, state: str) -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html"""
    rooms = Rooms()
    rooms.put(ComparisonOperator=operator)
    rooms.measure(NOON, value)
    rooms.move(65)
    assert rooms.alarm()["StateValue"] == state


# points of the five minutes before, the newest last: X breaches, 0 does not, - is missing
SPARSE: list[tuple[str, dict[str, Any], str, str]] = [
    (MISSING_DATA, {}, "- - - - -", "INSUFFICIENT_DATA"),
    (MISSING_DATA, {"TreatMissingData": "missing"}, "0 X X - X", "ALARM"),
    (MISSING_DATA, {"TreatMissingData": "breaching"}, "- - - - -", "ALARM"),
    (MISSING_DATA, {"TreatMissingData": "notBreaching"}, "- - - - -", "OK"),
    (MISSING_DATA, {"TreatMissingData": "ignore"}, "- - X - -", "INSUFFICIENT_DATA"),
    (MISSING_DATA, {"TreatMissingData": "breaching"}, "0 - - - -", "OK"),
    (MISSING_DATA, {}, "- - X - -", "ALARM"),
    (MISSING_DATA, {}, "- - - - X", "INSUFFICIENT_DATA"),
    (EVALUATION, {"DatapointsToAlarm": 2}, "0 0 X 0 X", "ALARM"),
    (EVALUATION, {"DatapointsToAlarm": 2}, "0 0 X 0 0", "OK"),
    (EVALUATION, {"DatapointsToAlarm": 3}, "0 0 X 0 X", "OK"),
    (EVALUATION, {"DatapointsToAlarm": 1}, "0 0 X 0 0", "ALARM"),
]


@pytest.mark.parametrize(("address", "changed", "points", "state"), SPARSE)
def test_missing_data(address: str, changed: dict[str, Any], points: str, state: str) -> None:
    """The forty cells are in tests/model/alarm/test_alarm.py; here they come from a store."""
    rooms = Rooms()
    for minute, seen in enumerate(points.split()):
        if seen != "-":
            rooms.measure(NOON + minute * MINUTE, {"X": 9.0, "0": 1.0}[seen])
    rooms.at = NOON + 5 * MINUTE - timedelta(seconds=10)
    rooms.put(EvaluationPeriods=3, **changed)
    rooms.move(20)
    assert rooms.alarm()["StateValue"] == state, address


def reason(points: list[float | None], **changed: Any) -> str:
    """The reason of the state after these minutes, the newest last."""
    rooms = Rooms()
    for minute, value in enumerate(points):
        if value is not None:
            rooms.measure(NOON + minute * MINUTE, value)
    rooms.at = NOON + len(points) * MINUTE - timedelta(seconds=10)
    rooms.put(**changed)
    rooms.move(20)
    told: str = rooms.alarm()["StateReason"]
    return told


REASONS: list[tuple[list[float | None], dict[str, Any], str]] = [
    ([9.0], {}, "1 datapoint [9.0 (01/05/26 12:00:00)] was greater than the threshold (5.0)."),
    ([1.0], {}, "1 datapoint [1.0 (01/05/26 12:00:00)] was not greater than the threshold (5.0)."),
    ([9.0, 8.0], {"EvaluationPeriods": 2},
     "2 datapoints [8.0 (01/05/26 12:01:00), 9.0 (01/05/26 12:00:00)] were greater than the "
     "threshold (5.0)."),
    ([9.0, 8.0], {"EvaluationPeriods": 2, "DatapointsToAlarm": 2},
     "2 out of the last 2 datapoints [8.0 (01/05/26 12:01:00), 9.0 (01/05/26 12:00:00)] were "
     "greater than the threshold (5.0) (minimum 2 datapoints for OK -> ALARM transition)."),
    ([1.0, 9.0, 1.0], {"EvaluationPeriods": 3, "DatapointsToAlarm": 1},
     "1 out of the last 3 datapoints [9.0 (01/05/26 12:01:00)] was greater than the threshold "
     "(5.0) (minimum 1 datapoint for OK -> ALARM transition)."),
    ([9.0, 1.0], {"EvaluationPeriods": 2, "DatapointsToAlarm": 2},
     "1 out of the last 2 datapoints [1.0 (01/05/26 12:01:00)] was not greater than the threshold "
     "(5.0) (minimum 1 datapoint for ALARM -> OK transition)."),
    ([None], {"TreatMissingData": "breaching"},
     "no datapoints were received for 1 period and 1 missing datapoint was treated as "
     "[Breaching]."),
    ([None], {"TreatMissingData": "notBreaching", "EvaluationPeriods": 3},
     "no datapoints were received for 3 periods and 3 missing datapoints were treated as "
     "[NonBreaching]."),
    ([9.0, None, None, None], {"TreatMissingData": "breaching", "EvaluationPeriods": 2},
     "1 datapoint [9.0 (01/05/26 12:00:00)] was greater than the threshold (5.0) and 1 missing "
     "datapoint was treated as [Breaching]."),
    ([9.0] * 5, {"EvaluationPeriods": 5, "DatapointsToAlarm": 5},
     "5 out of the last 5 datapoints were greater than the threshold (5.0). The most recent "
     "datapoints which crossed the threshold: [9.0 (01/05/26 12:04:00), 9.0 (01/05/26 12:03:00), "
     "9.0 (01/05/26 12:02:00), 9.0 (01/05/26 12:01:00), 9.0 (01/05/26 12:00:00)] (minimum 5 "
     "datapoints for OK -> ALARM transition)."),
    ([1.0], {"ComparisonOperator": "LessThanOrEqualToThreshold"},
     "1 datapoint [1.0 (01/05/26 12:00:00)] was less than or equal to the threshold (5.0)."),
]  # fmt: skip


@pytest.mark.parametrize(("points", "changed", "expected"), REASONS)
def test_the_reason_is_in_cloudwatchs_words(
    points: list[float | None], changed: dict[str, Any], expected: str
) -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html"""
    assert reason(points, **changed) == f"Threshold Crossed: {expected}"


def test_data_that_stop_are_insufficient() -> None:
    rooms = Rooms()
    rooms.put()
    rooms.measure(NOON, 1.0)
    rooms.move(65)
    assert rooms.alarm()["StateValue"] == "OK"
    rooms.move(240)
    assert rooms.alarm()["StateReason"] == "Insufficient Data: 1 datapoint was unknown."
    data = json.loads(rooms.alarm()["StateReasonData"])
    assert (data["recentDatapoints"], data["period"]) == ([], 60)


def test_the_reasons_data() -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html"""
    rooms = Rooms()
    rooms.put(Unit="None")
    rooms.measure(NOON, 4.0, 5.0)
    rooms.move(62)
    data = json.loads(rooms.alarm()["StateReasonData"])
    assert data.pop("queryDate").startswith("2026-05-01T12:01:")
    assert data == {
        "version": "1.0",
        "startDate": "2026-05-01T12:00:00.000+0000",
        "unit": "None",
        "statistic": "Sum",
        "period": 60,
        "recentDatapoints": [9.0],
        "threshold": 5.0,
        "evaluatedDatapoints": [
            {"timestamp": "2026-05-01T12:00:00.000+0000", "sampleCount": 2.0, "value": 9.0}
        ],
    }


def test_actions_are_called_when_the_state_turns_and_only_then() -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html"""
    rooms = Rooms()
    rooms.put(AlarmDescription="too many")
    rooms.measure(NOON, 1.0)
    for minute in (1, 2, 3):
        rooms.measure(NOON + minute * MINUTE, 9.0)
    rooms.move(200)
    assert [action for action, _, _ in rooms.acted] == [TOPIC, TOPIC]
    _, arn, message = rooms.acted[1]
    assert arn == f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:high"
    assert (message["OldStateValue"], message["NewStateValue"]) == ("OK", "ALARM")
    assert message["AlarmDescription"] == "too many"
    assert message["NewStateReason"] == rooms.alarm()["StateReason"]
    trigger = message["Trigger"]
    assert (trigger["MetricName"], trigger["Statistic"], trigger["Threshold"]) == (
        "Requests",
        "SUM",
        5.0,
    )


def test_an_autoscaling_action_is_repeated_every_minute_of_the_alarm() -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-actions.html"""
    rooms = Rooms()
    policy = f"arn:aws:autoscaling:{REGION}:{ACCOUNT}:scalingPolicy:1:autoScalingGroupName/g"
    rooms.put(AlarmActions=[policy, TOPIC], OKActions=[])
    for minute in range(4):
        rooms.measure(NOON + minute * MINUTE, 9.0)
    rooms.move(245)
    called = [action for action, _, _ in rooms.acted]
    assert (called.count(policy), called.count(TOPIC)) == (4, 1)


def test_an_action_that_fails_is_told_in_the_history() -> None:
    rooms = Rooms()

    def refuse(_action: str, _alarm: str, _message: dict[str, Any]) -> None:
        raise Refusal("NotFound", "Topic does not exist")

    rooms.alarms.act = refuse
    rooms.put()
    rooms.answer("SetAlarmState", AlarmName="high", StateValue="ALARM", StateReason="test")
    (item,) = rooms.answer("DescribeAlarmHistory", HistoryItemType="Action")["AlarmHistoryItems"]
    assert item["HistorySummary"] == f"Failed to execute action {TOPIC}"
    assert json.loads(item["HistoryData"])["error"] == "Topic does not exist"
    assert rooms.alarm()["StateValue"] == "ALARM"


def test_actions_that_are_disabled() -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DisableAlarmActions.html"""
    rooms = Rooms()
    rooms.put()
    rooms.answer("DisableAlarmActions", AlarmNames=["high", "unknown"])
    assert rooms.alarm()["ActionsEnabled"] is False
    rooms.answer("SetAlarmState", AlarmName="high", StateValue="ALARM", StateReason="test")
    assert rooms.acted == []
    rooms.answer("EnableAlarmActions", AlarmNames=["high"])
    rooms.answer("SetAlarmState", AlarmName="high", StateValue="OK", StateReason="test")
    assert len(rooms.acted) == 1


def test_a_state_that_was_set_lasts_until_the_next_look() -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_SetAlarmState.html"""
    rooms = Rooms()
    rooms.put()
    for minute in range(3):
        rooms.measure(NOON + minute * MINUTE, 1.0)
    rooms.move(70)
    rooms.answer(
        "SetAlarmState",
        AlarmName="high",
        StateValue="ALARM",
        StateReason="by hand",
        StateReasonData='{"who": "me"}',
    )
    alarm = rooms.alarm()
    assert (alarm["StateValue"], alarm["StateReason"]) == ("ALARM", "by hand")
    assert alarm["StateReasonData"] == '{"who": "me"}'
    rooms.move(60)
    assert rooms.alarm()["StateValue"] == "OK"
    assert [message["NewStateValue"] for _, _, message in rooms.acted] == ["OK", "ALARM", "OK"]


def test_an_update_keeps_the_state_and_nothing_else() -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html"""
    rooms = Rooms()
    rooms.put(AlarmDescription="first")
    rooms.answer("SetAlarmState", AlarmName="high", StateValue="ALARM", StateReason="by hand")
    rooms.put(Threshold=100.0)
    alarm = rooms.alarm()
    assert (alarm["StateValue"], alarm["StateReason"]) == ("ALARM", "by hand")
    assert (alarm["Threshold"], "AlarmDescription" in alarm) == (100.0, False)


def test_the_history() -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarmHistory.html"""
    rooms = Rooms()
    rooms.put()
    rooms.move(5)
    rooms.answer("SetAlarmState", AlarmName="high", StateValue="ALARM", StateReason="test")
    rooms.put(Threshold=6.0)
    rooms.answer("DeleteAlarms", AlarmNames=["high"])
    items = rooms.answer("DescribeAlarmHistory", ScanBy="TimestampAscending")["AlarmHistoryItems"]
    assert [item["HistorySummary"] for item in items] == [
        'Alarm "high" created',
        "Alarm updated from INSUFFICIENT_DATA to ALARM",
        f"Successfully executed action {TOPIC}",
        'Alarm "high" updated',
        'Alarm "high" deleted',
    ]
    data = json.loads(items[1]["HistoryData"])
    assert data["oldState"]["stateValue"] == "INSUFFICIENT_DATA"
    assert data["newState"]["stateReason"] == "test"
    assert json.loads(items[0]["HistoryData"])["createdAlarm"]["threshold"] == 5.0
    newest = rooms.answer("DescribeAlarmHistory", MaxRecords=2)
    assert newest["AlarmHistoryItems"][0]["HistorySummary"] == 'Alarm "high" deleted'
    rest = rooms.answer("DescribeAlarmHistory", MaxRecords=100, NextToken=newest["NextToken"])
    assert len(rest["AlarmHistoryItems"]) == 3
    early = rooms.answer("DescribeAlarmHistory", EndDate=NOON + timedelta(seconds=1))
    assert len(early["AlarmHistoryItems"]) == 1


def test_describe_filters_and_pages() -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html"""
    rooms = Rooms()
    for name in ("db-cpu", "db-disk", "api-errors"):
        rooms.put(AlarmName=name)
    rooms.answer("SetAlarmState", AlarmName="db-disk", StateValue="ALARM", StateReason="test")

    def names(**asked: Any) -> list[str]:
        found = rooms.answer("DescribeAlarms", **asked)["MetricAlarms"]
        return [alarm["AlarmName"] for alarm in found]

    assert names() == ["api-errors", "db-cpu", "db-disk"]
    assert names(AlarmNamePrefix="db-") == ["db-cpu", "db-disk"]
    assert names(StateValue="ALARM") == ["db-disk"]
    assert names(AlarmNames=["db-cpu", "none"]) == ["db-cpu"]
    assert names(AlarmTypes=["CompositeAlarm"]) == []
    assert names(ActionPrefix="arn:aws:sns:") == names()
    assert names(ActionPrefix="arn:aws:lambda:") == []
    first = rooms.answer("DescribeAlarms", MaxRecords=2)
    assert len(first["MetricAlarms"]) == 2
    assert names(NextToken=first["NextToken"]) == ["db-disk"]


def test_alarms_for_a_metric() -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarmsForMetric.html"""
    rooms = Rooms()
    rooms.put()
    rooms.put(AlarmName="of a host", Dimensions=[{"Name": "Host", "Value": "a"}])

    def names(**asked: Any) -> list[str]:
        given = {"Namespace": "N", "MetricName": "Requests", **asked}
        found = rooms.answer("DescribeAlarmsForMetric", **given)["MetricAlarms"]
        return [alarm["AlarmName"] for alarm in found]

    assert names() == ["high"]
    assert names(Dimensions=[{"Name": "Host", "Value": "a"}]) == ["of a host"]
    assert names(Dimensions=[{"Name": "Host", "Value": "b"}]) == []
    assert names(Statistic="Average") == []
    assert names(Period=60, Statistic="Sum") == ["high"]


def test_tags() -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_TagResource.html"""
    rooms = Rooms()
    rooms.put(Tags=[{"Key": "team", "Value": "shop"}])
    arn = rooms.alarm()["AlarmArn"]
    rooms.answer("TagResource", ResourceARN=arn, Tags=[{"Key": "tier", "Value": "1"}])
    rooms.answer("UntagResource", ResourceARN=arn, TagKeys=["team", "none"])
    found = rooms.answer("ListTagsForResource", ResourceARN=arn)["Tags"]
    assert found == [{"Key": "tier", "Value": "1"}]


# --- percentiles, metric math, divided periods ---------------------------------------------------


@pytest.mark.parametrize(
    ("few", "samples", "state"),
    [
        ("ignore", 19, AlarmState.OK),
        ("ignore", 20, AlarmState.ALARM),
        ("evaluate", 3, AlarmState.ALARM),
        (None, 3, AlarmState.ALARM),
    ],
)
def test_a_percentile_of_few_samples(few: str | None, samples: int, state: AlarmState) -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/percentiles-with-low-samples.html"""
    rooms = Rooms()
    given: dict[str, Any] = {"EvaluateLowSampleCountPercentile": few} if few else {}
    asked = {key: value for key, value in HIGH.items() if key != "Statistic"}
    rooms.answer("PutMetricAlarm", **asked, ExtendedStatistic="p50", **given)
    rooms.answer("SetAlarmState", AlarmName="high", StateValue="OK", StateReason="test")
    rooms.measure(NOON, *[9.0] * samples)
    rooms.move(65)
    assert rooms.alarm()["StateValue"] == state
    assert rooms.alarm()["ExtendedStatistic"] == "p50"


def test_an_alarm_on_a_ratio() -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Create-alarm-on-metric-math-expression.html"""
    rooms = Rooms()

    def stat(name: str, metric: str) -> dict[str, Any]:
        of = {"Namespace": "N", "MetricName": metric}
        measured = {"Metric": of, "Period": 60, "Stat": "Sum"}
        return {"Id": name, "MetricStat": measured, "ReturnData": False}

    rooms.answer(
        "PutMetricAlarm",
        AlarmName="errors",
        Metrics=[
            stat("bad", "Errors"),
            stat("all", "Requests"),
            {"Id": "rate", "Expression": "FILL(bad, 0) / all * 100", "Label": "error rate"},
        ],
        EvaluationPeriods=1,
        Threshold=10.0,
        ComparisonOperator="GreaterThanThreshold",
    )
    rooms.measure(NOON, 100.0)
    rooms.move(62)
    assert rooms.alarm("errors")["StateValue"] == "OK"
    rooms.measure(NOON + MINUTE, 100.0)
    rooms.measure(NOON + MINUTE, 11.0, name="Errors")
    rooms.move(60)
    alarm = rooms.alarm("errors")
    assert alarm["StateValue"] == "ALARM"
    assert "1 datapoint [11.0 (01/05/26 12:01:00)]" in alarm["StateReason"]
    assert "MetricName" not in alarm
    assert [query["Id"] for query in alarm["Metrics"]] == ["bad", "all", "rate"]


def test_an_expression_that_divides_by_zero_has_no_data() -> None:
    rooms = Rooms()
    of = {"Namespace": "N", "MetricName": "Requests"}
    rooms.answer(
        "PutMetricAlarm",
        AlarmName="ratio",
        Metrics=[
            {"Id": "a", "MetricStat": {"Metric": of, "Period": 60, "Stat": "Sum"},
             "ReturnData": False},
            {"Id": "e", "Expression": "1 / a"},
        ],
        EvaluationPeriods=1,
        Threshold=0.0,
        ComparisonOperator="GreaterThanThreshold",
    )  # fmt: skip
    rooms.measure(NOON, 0.0)
    rooms.move(65)
    assert rooms.alarm("ratio")["StateValue"] == "INSUFFICIENT_DATA"


def test_a_labs_factor_divides_the_period() -> None:
    rooms = Rooms(factor=12)
    rooms.put(EvaluationPeriods=3)
    second = timedelta(seconds=1)
    for start in range(0, 15, 5):
        rooms.measure(NOON + start * second, 9.0)
    rooms.move(14, step=0.2)
    assert rooms.alarm()["StateValue"] == "INSUFFICIENT_DATA"
    rooms.move(3, step=0.2)
    alarm = rooms.alarm()
    assert (alarm["StateValue"], alarm["Period"]) == ("ALARM", 60)
    assert "3 datapoints [9.0 (01/05/26 12:00:10), 9.0 (01/05/26 12:00:05)" in alarm["StateReason"]


def test_a_short_period_is_looked_at_every_ten_seconds() -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html"""
    rooms = Rooms()
    rooms.put(Period=10)
    rooms.measure(NOON, 9.0)
    rooms.move(12)
    assert rooms.alarm()["StateValue"] == "ALARM"


def test_a_unit_no_datapoint_has_is_no_data() -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html"""
    rooms = Rooms()
    rooms.put(Unit="Bytes")
    rooms.measure(NOON, 9.0)
    rooms.move(65)
    assert rooms.alarm()["StateValue"] == "INSUFFICIENT_DATA"
