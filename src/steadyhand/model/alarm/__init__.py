"""Alarms: how values become a state, and an alarm as a durable thing. Pure."""

from steadyhand.model.alarm.composite import BadRule, Composite, composed, read_composite, spelled
from steadyhand.model.alarm.deed import Deed, deed_of
from steadyhand.model.alarm.evaluation import (
    SPARE_PERIODS,
    AlarmState,
    Condition,
    Evaluated,
    evaluate,
    samples_needed,
)
from steadyhand.model.alarm.events import (
    ALARM_EVENTS,
    ActionsHeld,
    ActionsReleased,
    Alarm,
    AlarmTurned,
    IncidentLinked,
    evolve,
)
from steadyhand.model.alarm.flapping import Flapping, flaps
from steadyhand.model.alarm.series import (
    Point,
    fresh_until,
    increases,
    last_at,
    percent_of_maximum,
    slots,
)
from steadyhand.model.alarm.standing import Level, Standing, Terms, judge
from steadyhand.model.alarm.suppression import Held, held
from steadyhand.model.missing_data import MissingData

__all__ = [
    "ALARM_EVENTS",
    "SPARE_PERIODS",
    "ActionsHeld",
    "ActionsReleased",
    "Alarm",
    "AlarmState",
    "AlarmTurned",
    "BadRule",
    "Composite",
    "Condition",
    "Deed",
    "Evaluated",
    "Flapping",
    "Held",
    "IncidentLinked",
    "Level",
    "MissingData",
    "Point",
    "Standing",
    "Terms",
    "composed",
    "deed_of",
    "evaluate",
    "evolve",
    "flaps",
    "fresh_until",
    "held",
    "increases",
    "judge",
    "last_at",
    "percent_of_maximum",
    "read_composite",
    "samples_needed",
    "slots",
    "spelled",
]
