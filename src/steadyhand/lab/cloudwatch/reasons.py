"""An evaluated alarm in, the reason of its state out, in CloudWatch's words and its JSON. Pure.

Its form is documented by example:
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html
"""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from steadyhand.lab.cloud.metrics import Point
from steadyhand.lab.cloudwatch.alarm import Alarm
from steadyhand.model.alarm import AlarmState, Condition, Evaluated, MissingData

WORDS = {
    ">": "greater than",
    ">=": "greater than or equal to",
    "<": "less than",
    "<=": "less than or equal to",
}
TREATED = {MissingData.BREACHING: "Breaching", MissingData.NOT_BREACHING: "NonBreaching"}
# From this many on, the datapoints stand behind the sentence.
MANY = 5

Datapoint = tuple[datetime, float]


def stamp(at: datetime) -> str:
    """A time as CloudWatch writes it in JSON."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03}+0000"


def reason(
    evaluated: Evaluated, starts: Sequence[datetime], values: Sequence[float | None], alarm: Alarm
) -> str:
    """Write why the alarm is in its state. `starts` and `values` are what was evaluated."""
    condition = alarm.condition
    used = [(starts[at], values[at] or 0.0) for at in evaluated.used]
    if evaluated.state is AlarmState.INSUFFICIENT_DATA:
        unknown = condition.periods
        return f"Insufficient Data: {_many(unknown, 'datapoint')} {_was(unknown)} unknown."
    treated = ""
    if evaluated.filled:
        missing = evaluated.filled
        treated = (
            f" and {_many(missing, 'missing datapoint')} {_was(missing)} treated as "
            f"[{TREATED[condition.missing]}]"
        )
    if not used:
        periods = _many(condition.periods, "period")
        return f"Threshold Crossed: no datapoints were received for {periods}{treated}."
    return f"Threshold Crossed: {_crossed(used, evaluated.state, alarm, treated)}."


def _crossed(used: list[Datapoint], state: AlarmState, alarm: Alarm, treated: str) -> str:
    condition, is_alarm = alarm.condition, state is AlarmState.ALARM
    told = [one for one in used if condition.breaches(one[1]) is is_alarm] or used
    told.reverse()  # the newest first
    listed = "[" + ", ".join(f"{v} ({at:%d/%m/%y %H:%M:%S})" for at, v in told) + "]"
    many = len(told) >= MANY
    limit = f"{'' if is_alarm else 'not '}{WORDS[condition.operator]} the threshold"
    behind = f". The most recent datapoints which crossed the threshold: {listed}" if many else ""
    before = "" if many else f" {listed}"
    says_m = "DatapointsToAlarm" in alarm.given
    of = f" out of the last {condition.periods} datapoints" if says_m else ""
    count = f"{len(told)}{of}" if says_m else _many(len(told), "datapoint")
    sentence = f"{count}{before} {_was(len(told))} {limit} ({condition.threshold})"
    return sentence + treated + behind + (_minimum(condition, is_alarm) if says_m else "")


def _minimum(condition: Condition, is_alarm: bool) -> str:
    if is_alarm:
        return f" (minimum {_many(condition.datapoints, 'datapoint')} for OK -> ALARM transition)"
    needed = condition.periods - condition.datapoints + 1
    return f" (minimum {_many(needed, 'datapoint')} for ALARM -> OK transition)"


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}" + ("" if count == 1 else "s")


def _was(count: int) -> str:
    return "was" if count == 1 else "were"


def reason_data(
    starts: Sequence[datetime],
    values: Sequence[float | None],
    points: Sequence[Point | None],
    alarm: Alarm,
    now: datetime,
) -> str:
    """Write what was evaluated, as JSON."""
    there = [
        (at, value, point)
        for at, value, point in zip(starts, values, points, strict=True)
        if value is not None
    ]
    data: dict[str, Any] = {"version": "1.0", "queryDate": stamp(now)}
    if there:
        data["startDate"] = stamp(there[0][0])
    stat = alarm.watched.stat
    if stat is not None:
        if stat.unit:
            data["unit"] = stat.unit
        data["statistic"] = stat.name
    data["period"] = alarm.period
    data["recentDatapoints"] = [value for _, value, _ in there]
    data["threshold"] = alarm.condition.threshold
    if there:
        data["evaluatedDatapoints"] = [
            {
                "timestamp": stamp(at),
                **({"sampleCount": point.count} if point is not None else {}),
                "value": value,
            }
            for at, value, point in reversed(there)
        ]
    return json.dumps(data, separators=(",", ":"))
