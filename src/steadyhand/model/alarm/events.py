"""An alarm as a durable thing: its events, and what they add up to. Pure."""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from steadyhand.model.alarm.evaluation import AlarmState
from steadyhand.model.events import IllegalEvent


class AlarmTurned(Struct, frozen=True):
    """`values` are those the state was evaluated from, the newest last.

    `level` is "warning" or "critical" where the alarm has both; a turn may be to another level of
    the state it is in.
    """

    alarm: str
    state: AlarmState
    reason: str
    values: tuple[float | None, ...]
    at: datetime
    level: str = ""
    flapping: bool = False


class IncidentLinked(Struct, frozen=True):
    """The incident that this time in ALARM has opened."""

    incident: str


class ActionsHeld(Struct, frozen=True):
    """This time in ALARM does nothing yet: `by` says what holds it, until when, and why."""

    by: str  # "Alarm", "WaitPeriod", "ExtensionPeriod" as CloudWatch calls them; "notify"
    why: str
    at: datetime
    until: datetime | None = None


class ActionsReleased(Struct, frozen=True):
    """Nothing holds the actions any more: what the state asks for is done from now on."""

    why: str
    at: datetime


ALARM_EVENTS: Mapping[str, type] = {
    event.__name__: event for event in (AlarmTurned, IncidentLinked, ActionsHeld, ActionsReleased)
}


class Alarm(Struct, frozen=True):
    """An alarm that has been evaluated at least once. `since` is when its state began."""

    name: str
    state: AlarmState
    since: datetime
    reason: str
    values: tuple[float | None, ...]
    incident: str = ""  # of this time in ALARM
    level: str = ""
    flapping: bool = False
    held: str = ""  # what holds the actions of this time in ALARM


def evolve(alarm: Alarm | None, event: object) -> Alarm:
    """Apply one event. Raises IllegalEvent for a turn to the state and level it has already."""
    match event:
        case AlarmTurned():
            return _turned(alarm, event)
        case IncidentLinked(incident):
            if alarm is None or alarm.state is not AlarmState.ALARM or alarm.incident:
                raise IllegalEvent("there is no time in ALARM without an incident")
            return replace(alarm, incident=incident)
        case ActionsHeld(by):
            if alarm is None or alarm.state is not AlarmState.ALARM or alarm.held == by:
                raise IllegalEvent(f"there is no time in ALARM for {by} to hold")
            return replace(alarm, held=by)
        case ActionsReleased():
            if alarm is None or not alarm.held:
                raise IllegalEvent("nothing is held")
            return replace(alarm, held="")
        case _:
            raise IllegalEvent(f"{type(event).__name__} is not an event of an alarm")


def _turned(alarm: Alarm | None, turn: AlarmTurned) -> Alarm:
    if alarm is not None and alarm.name != turn.alarm:
        raise IllegalEvent(f"{turn.alarm} is not {alarm.name}")
    news = Alarm(
        turn.alarm, turn.state, turn.at, turn.reason, turn.values,
        level=turn.level, flapping=turn.flapping,
    )  # fmt: skip
    if alarm is None or alarm.state is not turn.state:
        return news
    if (alarm.level, alarm.flapping) == (turn.level, turn.flapping):
        raise IllegalEvent(f"{turn.alarm} is {turn.state} already")
    return replace(news, since=alarm.since, incident=alarm.incident, held=alarm.held)
