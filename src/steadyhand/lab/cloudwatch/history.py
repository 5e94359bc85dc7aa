"""What happened to alarms, in; the items of DescribeAlarmHistory, out. Bounded.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_AlarmHistoryItem.html
"""

import json
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from steadyhand.lab.cloudwatch.alarm import Alarm
from steadyhand.lab.cloudwatch.reasons import stamp

# CloudWatch keeps 30 days of it.
KEPT = timedelta(days=30)
MOST_ITEMS = 5000


@dataclass(frozen=True)
class Item:
    alarm: str
    at: datetime
    kind: str
    summary: str
    data: str

    def shape(self) -> dict[str, Any]:
        return {
            "AlarmName": self.alarm,
            "AlarmType": "MetricAlarm",
            "Timestamp": self.at,
            "HistoryItemType": self.kind,
            "HistorySummary": self.summary,
            "HistoryData": self.data,
        }


@dataclass
class History:
    items: deque[Item] = field(default_factory=lambda: deque(maxlen=MOST_ITEMS))

    def _add(self, alarm: str, at: datetime, kind: str, summary: str, data: Any) -> None:
        written = json.dumps({"version": "1.0", **data}, separators=(",", ":"), default=str)
        self.items.append(Item(alarm, at, kind, summary, written))

    def configured(self, alarm: Alarm, what: str, at: datetime) -> None:
        """An alarm was created, updated or deleted: `what` is one of these words."""
        kind = {"created": "Create", "updated": "Update", "deleted": "Delete"}[what]
        described = {
            _camel(key): value
            for key, value in alarm.shape().items()
            if not key.startswith("State")
        }
        described["alarmConfigurationUpdatedTimestamp"] = stamp(alarm.updated_at)
        data = {"type": kind, f"{what}Alarm": described}
        summary = f'Alarm "{alarm.name}" {what}'
        self._add(alarm.name, at, "ConfigurationUpdate", summary, data)

    def turned(self, before: Alarm, now: Alarm, at: datetime) -> None:
        data = {"oldState": _state(before), "newState": _state(now)}
        summary = f"Alarm updated from {before.state} to {now.state}"
        self._add(now.name, at, "StateUpdate", summary, data)

    def acted(self, alarm: Alarm, action: str, at: datetime, error: str) -> None:
        done = "Failed to execute" if error else "Successfully executed"
        data = {
            "actionState": "Failed" if error else "Succeeded",
            "stateUpdateTimestamp": int((alarm.state_at or at).timestamp() * 1000),
            "notificationResource": action,
            **({"error": error} if error else {}),
        }
        self._add(alarm.name, at, "Action", f"{done} action {action}", data)

    def find(
        self, name: str | None, kind: str | None, start: datetime | None, end: datetime | None
    ) -> list[Item]:
        """Give matching items, oldest first."""
        return [
            item
            for item in self.items
            if name in (None, item.alarm)
            and kind in (None, item.kind)
            and (start is None or item.at >= start)
            and (end is None or item.at <= end)
        ]

    def forget(self, now: datetime) -> None:
        while self.items and self.items[0].at < now - KEPT:
            self.items.popleft()


def _camel(name: str) -> str:
    if name.startswith("OK"):
        return "ok" + name[2:]
    return name[:1].lower() + name[1:]


def _state(alarm: Alarm) -> dict[str, Any]:
    shape: dict[str, Any] = {"stateValue": alarm.state.value, "stateReason": alarm.reason}
    if alarm.reason_data:
        shape["stateReasonData"] = json.loads(alarm.reason_data)
    return shape
