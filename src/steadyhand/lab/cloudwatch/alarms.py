"""Alarm operations of the CloudWatch API in, its shapes out; the alarms evaluate by themselves.

Works on the lab's store of metrics and on the clock it is handed. What an action does is not known
here: it is named, and whoever made the room carries it out.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from steadyhand.lab.cloud.metrics import MetricStore, floor
from steadyhand.lab.cloud.room import Parameters, Refusal
from steadyhand.lab.cloud.shapes import check
from steadyhand.lab.cloudwatch.alarm import Alarm, read_alarm
from steadyhand.lab.cloudwatch.evaluation import Beat, look
from steadyhand.lab.cloudwatch.history import History
from steadyhand.lab.cloudwatch.metrics_api import Metrics, utc_now
from steadyhand.lab.cloudwatch.notice import notice
from steadyhand.lab.cloudwatch.paging import offset, token
from steadyhand.lab.cloudwatch.queries import aware, bad, metric_of
from steadyhand.lab.durations import Durations
from steadyhand.model.alarm import AlarmState

Shape = dict[str, Any]
# An action's ARN, the alarm's ARN, and the message an SNS topic would carry. Raises to say no.
Act = Callable[[str, str, Shape], None]

OPERATIONS = (
    "PutMetricAlarm", "DescribeAlarms", "DescribeAlarmsForMetric", "DescribeAlarmHistory",
    "SetAlarmState", "DeleteAlarms", "EnableAlarmActions", "DisableAlarmActions",
    "ListTagsForResource", "TagResource", "UntagResource",
)  # fmt: skip
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html
MOST_ALARMS = 5000
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
PAGE = 50
# Of these the action is repeated for as long as the state lasts.
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-actions.html
REPEATED_ACTIONS = (":autoscaling:",)


@dataclass
class Alarms:
    """Every method is called with the API's lock held."""

    store: MetricStore
    durations: Durations
    account: str
    region: str
    act: Act
    now: Callable[[], datetime] = field(default=utc_now)
    alarms: dict[str, Alarm] = field(default_factory=dict)
    tags: dict[str, dict[str, str]] = field(default_factory=dict)  # by ARN
    history: History = field(default_factory=History)
    _beats: dict[str, datetime] = field(default_factory=dict)  # the end last evaluated, by name

    def answer(self, operation: str, asked: Parameters) -> Shape:
        if operation not in OPERATIONS:
            message = f"The action {operation} is not valid for this endpoint."
            raise Refusal("InvalidAction", message)
        if operation != "PutMetricAlarm":
            check("cloudwatch", operation, asked)
        return _ANSWERS[operation](self, asked)

    def arn(self, name: str) -> str:
        return f"arn:aws:cloudwatch:{self.region}:{self.account}:alarm:{name}"

    # --- evaluation ------------------------------------------------------------------------------

    def tick(self) -> None:
        """Evaluate every alarm whose time has come. Called a few times a second."""
        now = self.now()
        for alarm in list(self.alarms.values()):
            beat = Beat(alarm, self.durations.factor)
            end = floor(now - timedelta(seconds=beat.lag), beat.interval)
            if end <= self._beats.get(alarm.name, alarm.updated_at):
                continue
            self._beats[alarm.name] = end
            self._turn(look(alarm, self.store, beat, end, now), now)
        self.history.forget(now)

    def _turn(self, new: Alarm, now: datetime) -> None:
        """Take an evaluated alarm over; where its state is another one, say so and act."""
        old = self.alarms[new.name]
        if old.state is new.state:
            if old.state is AlarmState.ALARM:
                self._act(new, now, repeated=True)
            return
        self._enter(old, new, now)

    def _enter(self, old: Alarm, new: Alarm, now: datetime) -> None:
        new = replace(new, state_at=now, transitioned_at=now)
        self.alarms[new.name] = new
        self.history.turned(old, new, now)
        self._act(new, now, repeated=False, before=old.state)

    def _act(
        self, alarm: Alarm, now: datetime, repeated: bool, before: AlarmState | None = None
    ) -> None:
        if not alarm.is_enabled:
            return
        for action in alarm.actions(alarm.state):
            if repeated and not any(kind in action for kind in REPEATED_ACTIONS):
                continue
            error = ""
            try:
                told = notice(alarm, before or alarm.state, self.account, self.region)
                self.act(action, alarm.arn, told)
            except Refusal as refusal:
                error = refusal.message
            self.history.acted(alarm, action, now, error)

    # --- the operations --------------------------------------------------------------------------

    def _put(self, asked: Parameters) -> Shape:
        now = self.now()
        check_period = Metrics(self.store, 1.0).check_period
        alarm = read_alarm(asked, self.arn(str(asked.get("AlarmName"))), now, check_period)
        old = self.alarms.get(alarm.name)
        if old is None and len(self.alarms) >= MOST_ALARMS:
            raise Refusal("LimitExceeded", f"The maximum of {MOST_ALARMS} alarms is reached.")
        if old is None:
            tags = asked.get("Tags") or []
            self.tags[alarm.arn] = {tag["Key"]: tag["Value"] for tag in tags}
            alarm = replace(alarm, state_at=now, transitioned_at=now)
            self.history.configured(alarm, "created", now)
        else:
            # An update leaves the state as it is.
            alarm = replace(
                alarm,
                state=old.state,
                reason=old.reason,
                reason_data=old.reason_data,
                state_at=old.state_at,
                transitioned_at=old.transitioned_at,
            )
            self.history.configured(alarm, "updated", now)
        self.alarms[alarm.name] = alarm
        self._beats.pop(alarm.name, None)
        return {}

    def _describe(self, asked: Parameters) -> Shape:
        names, prefix = asked.get("AlarmNames"), asked.get("AlarmNamePrefix")
        if names and prefix:
            raise bad("AlarmNames and AlarmNamePrefix cannot be specified together.")
        if asked.get("ChildrenOfAlarmName") or asked.get("ParentsOfAlarmName"):
            return {"MetricAlarms": [], "CompositeAlarms": []}
        types = asked.get("AlarmTypes") or ["MetricAlarm"]
        state, action = asked.get("StateValue"), asked.get("ActionPrefix")
        found = [
            alarm
            for _, alarm in sorted(self.alarms.items())
            if "MetricAlarm" in types
            and (not names or alarm.name in names)
            and (not prefix or alarm.name.startswith(prefix))
            and (not state or alarm.state == state)
            and (not action or _acts_on(alarm, str(action)))
        ]
        page, following = _page(found, asked)
        shape: Shape = {"MetricAlarms": [alarm.shape() for alarm in page], "CompositeAlarms": []}
        return shape | following

    def _for_metric(self, asked: Parameters) -> Shape:
        metric = metric_of(asked["Namespace"], asked["MetricName"], asked.get("Dimensions") or [])
        name = asked.get("Statistic") or asked.get("ExtendedStatistic")
        found = []
        for _, alarm in sorted(self.alarms.items()):
            stat = alarm.watched.stat
            if (
                stat is not None
                and not alarm.given.get("Metrics")
                and stat.metric == metric
                and name in (None, stat.name)
                and asked.get("Period") in (None, stat.period)
                and asked.get("Unit") in (None, stat.unit)
            ):
                found.append(alarm.shape())
        return {"MetricAlarms": found}

    def _history(self, asked: Parameters) -> Shape:
        start, end = asked.get("StartDate"), asked.get("EndDate")
        found = self.history.find(
            asked.get("AlarmName"),
            asked.get("HistoryItemType"),
            aware(start) if start else None,
            aware(end) if end else None,
        )
        if asked.get("ScanBy") != "TimestampAscending":
            found.reverse()
        if "MetricAlarm" not in (asked.get("AlarmTypes") or ["MetricAlarm"]):
            found = []
        first = offset(asked.get("NextToken"), "InvalidNextToken")
        most = int(asked.get("MaxRecords") or PAGE)
        shape: Shape = {"AlarmHistoryItems": [i.shape() for i in found[first : first + most]]}
        if first + most < len(found):
            shape["NextToken"] = token(first + most)
        return shape

    def _set_state(self, asked: Parameters) -> Shape:
        alarm = self._known(str(asked["AlarmName"]))
        data = str(asked.get("StateReasonData") or "")
        if data:
            try:
                json.loads(data)
            except ValueError:
                raise Refusal("InvalidFormat", "StateReasonData is not valid JSON.") from None
        state = AlarmState(asked["StateValue"])
        now = self.now()
        new = replace(alarm, state=state, reason=str(asked["StateReason"]), reason_data=data)
        if state is alarm.state:
            self.alarms[alarm.name] = replace(new, state_at=now)
        else:
            self._enter(alarm, new, now)
        return {}

    def _delete(self, asked: Parameters) -> Shape:
        # One name that is not there, and none is deleted.
        # https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DeleteAlarms.html
        gone = [self._known(str(name)) for name in dict.fromkeys(asked["AlarmNames"])]
        for alarm in gone:
            del self.alarms[alarm.name]
            self.tags.pop(alarm.arn, None)
            self._beats.pop(alarm.name, None)
            self.history.configured(alarm, "deleted", self.now())
        return {}

    def _known(self, name: str) -> Alarm:
        if name not in self.alarms:
            raise Refusal("ResourceNotFound", f"Unknown alarm: {name}")
        return self.alarms[name]

    def _switch(self, asked: Parameters, enabled: bool) -> Shape:
        for name in asked["AlarmNames"]:
            alarm = self.alarms.get(str(name))
            if alarm is not None and alarm.is_enabled is not enabled:
                given: Mapping[str, Any] = {**alarm.given, "ActionsEnabled": enabled}
                self.alarms[alarm.name] = changed = replace(
                    alarm, given=given, updated_at=self.now()
                )
                self.history.configured(changed, "updated", self.now())
        return {}

    def _tagged(self, asked: Parameters) -> dict[str, str]:
        arn = str(asked["ResourceARN"])
        if arn not in self.tags:
            message = f"Unknown alarm: {arn.rpartition(':alarm:')[2]}"
            raise Refusal("ResourceNotFoundException", message)
        return self.tags[arn]

    def _list_tags(self, asked: Parameters) -> Shape:
        tags = self._tagged(asked)
        return {"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}

    def _tag(self, asked: Parameters) -> Shape:
        tags = self._tagged(asked)
        new = {tag["Key"]: tag["Value"] for tag in asked["Tags"]}
        # https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_TagResource.html
        if len(tags | new) > 50:
            raise Refusal("InvalidParameterValue", "A resource has at most 50 tags.")
        tags.update(new)
        return {}

    def _untag(self, asked: Parameters) -> Shape:
        tags = self._tagged(asked)
        for key in asked["TagKeys"]:
            tags.pop(key, None)
        return {}


def _acts_on(alarm: Alarm, prefix: str) -> bool:
    return any(action.startswith(prefix) for state in AlarmState for action in alarm.actions(state))


def _page(found: list[Alarm], asked: Parameters) -> tuple[list[Alarm], Shape]:
    first = offset(asked.get("NextToken"), "InvalidNextToken")
    most = int(asked.get("MaxRecords") or PAGE)
    following = {"NextToken": token(first + most)} if first + most < len(found) else {}
    return found[first : first + most], following


_ANSWERS: Mapping[str, Callable[[Alarms, Parameters], Shape]] = {
    "PutMetricAlarm": Alarms._put,
    "DescribeAlarms": Alarms._describe,
    "DescribeAlarmsForMetric": Alarms._for_metric,
    "DescribeAlarmHistory": Alarms._history,
    "SetAlarmState": Alarms._set_state,
    "DeleteAlarms": Alarms._delete,
    "EnableAlarmActions": lambda room, asked: room._switch(asked, True),
    "DisableAlarmActions": lambda room, asked: room._switch(asked, False),
    "ListTagsForResource": Alarms._list_tags,
    "TagResource": Alarms._tag,
    "UntagResource": Alarms._untag,
}
