"""What an alarm has to do now: open the incident of this time in ALARM, once. Pure."""

from datetime import datetime

from msgspec import Struct

from steadyhand.model.alarm import Alarm, AlarmState
from steadyhand.model.next import Wait


class OpenIncident(Struct, frozen=True):
    alarm: str
    since: datetime


def decide(alarm: Alarm, _now: datetime) -> OpenIncident | Wait:
    """Name the one next thing. Pure and total."""
    if alarm.state is AlarmState.ALARM and not alarm.incident:
        return OpenIncident(alarm.name, alarm.since)
    return Wait(None, alarm.reason)
