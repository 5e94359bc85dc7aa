"""An alarm that turned, in; the message its SNS topic carries, out. Pure.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html
"""

from typing import Any

from steadyhand.lab.cloudwatch.alarm import Alarm
from steadyhand.lab.cloudwatch.reasons import stamp
from steadyhand.model.alarm import AlarmState


def notice(alarm: Alarm, before: AlarmState, account: str, region: str) -> dict[str, Any]:
    given = alarm.given
    return {
        "AlarmName": alarm.name,
        "AlarmDescription": given.get("AlarmDescription"),
        "AWSAccountId": account,
        "AlarmConfigurationUpdatedTimestamp": stamp(alarm.updated_at),
        "NewStateValue": alarm.state.value,
        "NewStateReason": alarm.reason,
        "StateChangeTime": stamp(alarm.state_at or alarm.updated_at),
        "Region": "US East (N. Virginia)" if region == "us-east-1" else region,
        "AlarmArn": alarm.arn,
        "OldStateValue": before.value,
        "OKActions": alarm.actions(AlarmState.OK),
        "AlarmActions": alarm.actions(AlarmState.ALARM),
        "InsufficientDataActions": alarm.actions(AlarmState.INSUFFICIENT_DATA),
        "Trigger": _trigger(alarm),
    }


def _trigger(alarm: Alarm) -> dict[str, Any]:
    given, condition = alarm.given, alarm.condition
    trigger: dict[str, Any] = {
        "Period": alarm.period,
        "EvaluationPeriods": condition.periods,
        "DatapointsToAlarm": given.get("DatapointsToAlarm"),
        "ComparisonOperator": given["ComparisonOperator"],
        "Threshold": condition.threshold,
        "TreatMissingData": given.get("TreatMissingData", ""),
        "EvaluateLowSampleCountPercentile": given.get("EvaluateLowSampleCountPercentile", ""),
    }
    if given.get("Metrics"):
        return trigger | {"Metrics": given["Metrics"]}
    of_one = {
        "MetricName": given["MetricName"],
        "Namespace": given["Namespace"],
        "Unit": given.get("Unit"),
        "Dimensions": [
            {"value": one["Value"], "name": one["Name"]} for one in given.get("Dimensions") or []
        ],
    }
    if given.get("Statistic"):
        words = {"SampleCount": "SAMPLE_COUNT"}
        name = words.get(given["Statistic"], str(given["Statistic"]).upper())
        return trigger | of_one | {"StatisticType": "Statistic", "Statistic": name}
    extended = {"StatisticType": "ExtendedStatistic"}
    return trigger | of_one | extended | {"ExtendedStatistic": given["ExtendedStatistic"]}
