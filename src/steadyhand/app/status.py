"""What the public is told of each system that is served."""

from collections.abc import Sequence
from datetime import timedelta
from threading import Lock

from steadyhand.app.control import Control
from steadyhand.app.desk import Desk
from steadyhand.app.problem import Problem
from steadyhand.model.status import TOLD, SystemStatus, status

_LASTED = timedelta(days=30)  # an incident that ended in the days that are shown began within


class Board:
    """The status of every system, put together anew only when something has happened.

    Anybody may ask for it, as often as they like.
    """

    def __init__(self, control: Control, desks: Sequence[Desk]) -> None:
        self._control = control
        self._desks = desks
        self._lock = Lock()
        self._position = -1
        self._systems: list[SystemStatus] = []

    def systems(self, hidden: bool = False) -> list[SystemStatus]:
        """Say how each system is; `hidden` ones only to those who may read everything."""
        shown = {desk.system for desk in self._desks if desk.loaded.settings.status.public}
        return [one for one in self._everything() if hidden or one.system in shown]

    def find(self, system: str) -> SystemStatus:
        """Say how a system is. Raises Problem where none of that name is published."""
        for one in self.systems():
            if one.system == system:
                return one
        raise Problem(f"there is no system {system}")

    def _everything(self) -> list[SystemStatus]:
        with self._lock:
            position, _at = self._control.journal.last()
            if position != self._position:
                self._systems = [one_system(self._control, desk) for desk in self._desks]
                self._position = position
            return self._systems


def one_system(control: Control, desk: Desk) -> SystemStatus:
    """Say how one system is."""
    now = control.clock.now()
    settings = desk.loaded.settings.status
    since = now - timedelta(days=settings.days) - _LASTED
    open_ones = control.journal.unfinished("incident", "ReviewWritten", "Reopened")
    still = {key for key, _at in open_ones}
    keys = [key for key, at in control.journal.keys("incident") if key in still or at > since]
    known = []
    for key, incident in control.engine.states("incident", keys):
        if incident.opened.system == desk.system:
            known.append((key, incident, control.journal.read("incident", key, types=TOLD)))
    return status(desk.system, settings, known, now)
