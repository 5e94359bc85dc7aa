"""The parameters of PutMetricAlarm in, an alarm out; refuses what CloudWatch does not take. Pure.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from steadyhand.lab.cloud.room import Parameters
from steadyhand.lab.cloud.shapes import check
from steadyhand.lab.cloud.statistics import SIMPLE, percent_of, read_statistic
from steadyhand.lab.cloudwatch.queries import Query, Stat, bad, metric_of, read_queries
from steadyhand.model.alarm import AlarmState, Condition, MissingData

OPERATORS = {
    "GreaterThanThreshold": ">",
    "GreaterThanOrEqualToThreshold": ">=",
    "LessThanThreshold": "<",
    "LessThanOrEqualToThreshold": "<=",
}
ACTIONS = {
    AlarmState.OK: "OKActions",
    AlarmState.ALARM: "AlarmActions",
    AlarmState.INSUFFICIENT_DATA: "InsufficientDataActions",
}
# Given as they were: what DescribeAlarms repeats.
REPEATED = (
    "AlarmName", "AlarmDescription", "ActionsEnabled", "OKActions", "AlarmActions",
    "InsufficientDataActions", "MetricName", "Namespace", "Statistic", "ExtendedStatistic",
    "Dimensions", "Period", "Unit", "EvaluationPeriods", "DatapointsToAlarm", "Threshold",
    "ComparisonOperator", "TreatMissingData", "EvaluateLowSampleCountPercentile", "Metrics",
)  # fmt: skip
OF_ONE_METRIC = (
    "MetricName", "Namespace", "Statistic", "ExtendedStatistic", "Dimensions", "Period", "Unit",
)  # fmt: skip
# Kinds of alarm that CloudWatch has and the lab does not evaluate.
NOT_HERE = (
    "ThresholdMetricId", "EvaluationWindow", "WarmUpConfiguration", "EvaluationCriteria",
    "EvaluationInterval",
)  # fmt: skip
PERIODS = (10, 20, 30)
DAY = 86_400


@dataclass(frozen=True)
class Alarm:
    """An alarm and the state it is in. `given` are its own parameters, as they came."""

    name: str
    arn: str
    given: Mapping[str, Any]
    queries: tuple[Query, ...]
    period: int
    condition: Condition
    updated_at: datetime
    state: AlarmState = AlarmState.INSUFFICIENT_DATA
    reason: str = "Unchecked: Initial alarm creation"
    reason_data: str = ""
    state_at: datetime | None = None
    transitioned_at: datetime | None = None

    @property
    def watched(self) -> Query:
        """The one query that the alarm looks at."""
        return next(query for query in self.queries if query.returned)

    @property
    def is_enabled(self) -> bool:
        return self.given.get("ActionsEnabled") is not False

    @property
    def keeps_state_on_few_samples(self) -> bool:
        return self.given.get("EvaluateLowSampleCountPercentile") == "ignore"

    def actions(self, state: AlarmState) -> list[str]:
        return list(self.given.get(ACTIONS[state]) or [])

    def shape(self) -> dict[str, Any]:
        """Write it as DescribeAlarms does."""
        shape: dict[str, Any] = {
            "AlarmArn": self.arn,
            "ActionsEnabled": True,
            "OKActions": [],
            "AlarmActions": [],
            "InsufficientDataActions": [],
            "Dimensions": [],
            "AlarmConfigurationUpdatedTimestamp": self.updated_at,
            "StateValue": self.state.value,
            "StateReason": self.reason,
            "StateUpdatedTimestamp": self.state_at or self.updated_at,
            "StateTransitionedTimestamp": self.transitioned_at or self.updated_at,
        }
        if self.reason_data:
            shape["StateReasonData"] = self.reason_data
        return shape | {key: self.given[key] for key in REPEATED if key in self.given}


def read_alarm(
    asked: Parameters, arn: str, now: datetime, check_period: Callable[[int], None]
) -> Alarm:
    """Read a new alarm. Raises Refusal."""
    check("cloudwatch", "PutMetricAlarm", asked)
    given = {key: value for key, value in asked.items() if value is not None}
    for name in NOT_HERE:
        if name in given:
            raise bad(f"The lab does not evaluate alarms with {name}.")
    operator = str(given.get("ComparisonOperator") or "")
    if not operator:
        raise bad("The parameter ComparisonOperator is required.")
    if operator not in OPERATORS:
        raise bad(f"ComparisonOperator {operator} needs an anomaly detector, which the lab lacks.")
    if "Threshold" not in given:
        raise bad("The parameter Threshold is required.")
    queries = _queries(given, check_period)
    period = _period(queries)
    condition = _condition(given, operator, period)
    _check_rest(given)
    return Alarm(str(given["AlarmName"]), arn, given, queries, period, condition, now)


def _queries(given: Mapping[str, Any], check_period: Callable[[int], None]) -> tuple[Query, ...]:
    if not given.get("Metrics"):
        return (_one_metric(given),)
    for name in OF_ONE_METRIC:
        if given.get(name):
            raise bad(f"The parameters Metrics and {name} are mutually exclusive.")
    # https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
    if len(given["Metrics"]) > 20:
        raise bad("The collection Metrics must not have a size greater than 20.")
    queries = read_queries(given["Metrics"], "Metrics", check_period)
    if sum(query.returned for query in queries) != 1:
        raise bad("Exactly one element of the metrics list should return data.")
    if not any(query.stat for query in queries):
        raise bad("At least one MetricStat must be specified in Metrics.")
    return queries


def _one_metric(given: Mapping[str, Any]) -> Query:
    for name in ("MetricName", "Namespace", "Period"):
        if not given.get(name):
            raise bad(f"The parameter {name} is required.")
    simple, extended = given.get("Statistic"), given.get("ExtendedStatistic")
    if simple and extended:
        raise bad("Statistic and ExtendedStatistic cannot be specified together.")
    if not simple and not extended:
        raise bad("Exactly one of Statistic and ExtendedStatistic must be specified.")
    if extended:
        try:
            read_statistic(str(extended))
        except ValueError:
            extended = None
        if extended is None or extended in SIMPLE:
            told = given["ExtendedStatistic"]
            raise bad(f"The value {told} for parameter ExtendedStatistic is not supported.")
    metric = metric_of(given["Namespace"], given["MetricName"], given.get("Dimensions") or [])
    stat = Stat(metric, int(given["Period"]), str(simple or extended), given.get("Unit"))
    return Query("m1", stat, None, metric.name, True, {})


def _period(queries: tuple[Query, ...]) -> int:
    periods = {query.stat.period for query in queries if query.stat}
    if len(periods) > 1:
        raise bad("All metrics in the metrics list must have the same period.")
    (period,) = periods
    # https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
    if period not in PERIODS and period % 60:
        raise bad("Period must be 10, 20, 30 or a multiple of 60")
    return period


def _condition(given: Mapping[str, Any], operator: str, period: int) -> Condition:
    if "EvaluationPeriods" not in given:
        raise bad("The parameter EvaluationPeriods is required.")
    count = int(given["EvaluationPeriods"])
    datapoints = int(given.get("DatapointsToAlarm") or count)
    if datapoints > count:
        raise bad("DatapointsToAlarm must be less than or equal to EvaluationPeriods")
    # The page above: one day, and seven where the period is an hour or more.
    most, days = (7 * DAY, "seven days") if period >= 3600 else (DAY, "a day")
    if count * period > most:
        raise bad(
            f"Metrics cannot be checked across more than {days} "
            f"(EvaluationPeriods * Period must be <= {most})."
        )
    missing = str(given.get("TreatMissingData") or "missing")
    if missing not in set(MissingData):
        raise bad(
            f"The value {missing} for parameter TreatMissingData is not supported. Supported "
            "values are [breaching, notBreaching, ignore, missing]."
        )
    return Condition(
        OPERATORS[operator], float(given["Threshold"]), count, datapoints, MissingData(missing)
    )


def _check_rest(given: Mapping[str, Any]) -> None:
    low = given.get("EvaluateLowSampleCountPercentile")
    if low is not None:
        if low not in ("evaluate", "ignore"):
            raise bad(
                f"The value {low} for parameter EvaluateLowSampleCountPercentile is not "
                "supported. Supported values are [evaluate, ignore]."
            )
        if percent_of(str(given.get("ExtendedStatistic") or "")) is None:
            raise bad("EvaluateLowSampleCountPercentile is for alarms on a percentile.")
    for name in ACTIONS.values():
        for action in given.get(name) or []:
            if not str(action).startswith("arn:"):
                raise bad(f"Invalid arn syntax: {action}")
    names = [one["Name"] for one in given.get("Dimensions") or []]
    if len(set(names)) < len(names):
        raise bad("No two dimensions of a metric may have the same name.")
