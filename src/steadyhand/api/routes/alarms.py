"""Alarms: what they mean here, and the state that each is in."""

from fastapi import APIRouter

from steadyhand.api.routes.given import Here, Reader, System
from steadyhand.api.routes.refusals import refusals
from steadyhand.api.shapes import AlarmShown
from steadyhand.app.watching.desk import Desk
from steadyhand.model.alarm import Alarm
from steadyhand.model.key import alarm_key

router = APIRouter(prefix="/api/v1", tags=["alarms"], responses=refusals(400))


@router.get("/alarms")
def listed(here: Here, _who: Reader, system: System = "") -> list[AlarmShown]:
    """List every alarm of the documents, the unbound ones with the reason."""
    return [
        _alarm(here, desk, name)
        for desk in here.desks
        if system in {"", desk.system}
        for name in desk.watched
    ]


def _alarm(here: Here, desk: Desk, name: str) -> AlarmShown:
    one = desk.watched[name]
    key = alarm_key(desk.system, name)
    alarm: Alarm | None = here.control.engine.turn("alarm", key).state
    said = (key, desk.system, name, one.rule.threshold.text, one.rule.action, str(one.rule.span))
    if alarm is None:
        return AlarmShown(*said, unbound=one.unbound)
    return AlarmShown(
        *said, one.unbound, alarm.state.value, alarm.since, alarm.reason, alarm.incident
    )
