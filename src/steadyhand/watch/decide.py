"""What an alarm has to do now: open the incident of this time in ALARM, once. Pure."""

from dataclasses import dataclass
from datetime import datetime

from steadyhand.model.alarm import Alarm, AlarmState
from steadyhand.model.next import Wait


@dataclass(frozen=True)
class OpenIncident:
    alarm: str
    since: datetime


def decide(alarm: Alarm, _now: datetime) -> OpenIncident | Wait:
    """Name the one next thing. Pure and total."""
    if alarm.state is AlarmState.ALARM and not alarm.incident:
        return OpenIncident(alarm.name, alarm.since)
    return Wait(None, alarm.reason)
