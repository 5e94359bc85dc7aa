"""What the public is told of each system that is served."""

from collections.abc import Sequence
from datetime import timedelta

from steadyhand.app.control import Control
from steadyhand.app.desk import Desk
from steadyhand.app.problem import Problem
from steadyhand.model.incident.state import Incident
from steadyhand.model.status import SystemStatus, status

_LASTED = timedelta(days=30)  # an incident that ended in the days that are shown began within


def systems(control: Control, desks: Sequence[Desk], hidden: bool = False) -> list[SystemStatus]:
    """Say how each system is; `hidden` ones only to those who may read everything."""
    return [
        one_system(control, desk) for desk in desks if hidden or desk.loaded.settings.status.public
    ]


def one_system(control: Control, desk: Desk) -> SystemStatus:
    """Say how one system is."""
    now = control.clock.now()
    settings = desk.loaded.settings.status
    since = now - timedelta(days=settings.days) - _LASTED
    still = {
        key for key, _at in control.journal.unfinished("incident", "ReviewWritten", "Reopened")
    }
    known = []
    for key, at in control.journal.keys("incident"):
        if key in still or at > since:
            incident: Incident = control.engine.turn("incident", key).state
            if incident.opened.system == desk.system:
                known.append((key, incident, control.journal.read("incident", key)))
    return status(desk.system, settings, known, now)


def find(control: Control, desks: Sequence[Desk], system: str, hidden: bool) -> SystemStatus:
    """Say how a system is. Raises Problem where there is none of that name to be seen."""
    for desk in desks:
        if desk.system == system and (hidden or desk.loaded.settings.status.public):
            return one_system(control, desk)
    raise Problem(f"there is no system {system}")
