"""What the public is told of each system that is served."""

from collections.abc import Sequence
from datetime import timedelta
from threading import Lock

from steadyhand.app.control import Control
from steadyhand.app.problem import Problem
from steadyhand.app.watching.desk import Desk
from steadyhand.model.events import Recorded
from steadyhand.model.incident.events import ENDS
from steadyhand.model.incident.state import Incident
from steadyhand.model.incident.status import TOLD, SystemStatus, status

_LASTED = timedelta(days=30)  # an incident that ended in the days that are shown began within


_AT_ONCE = 100  # incidents whose events are held in memory together
Told = tuple[str, Incident, Sequence[Recorded]]


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
        self._known: dict[str, tuple[Incident, list[Recorded]]] = {}

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
                known = self._told_of(self._incidents())
                self._systems = [one_system(self._control, desk, known) for desk in self._desks]
                self._position = position
            return self._systems

    def _incidents(self) -> list[tuple[str, Incident]]:
        """Read the incidents that may be shown: those that are open, and those of the last days."""
        control = self._control
        days = max(desk.loaded.settings.status.days for desk in self._desks)
        since = control.clock.now() - timedelta(days=days) - _LASTED
        still = {key for key, _ in control.journal.unfinished("incident", *ENDS)}
        begun = control.journal.keys("incident")
        shown = [key for key, at in begun if key in still or at > since]
        return list(control.engine.states("incident", shown))

    def _told_of(self, incidents: Sequence[tuple[str, Incident]]) -> list[Told]:
        """Read what was told of incidents: anew only of those that have gone on since."""
        known = self._known
        news = [key for key, state in incidents if key not in known or known[key][0] is not state]
        read: dict[str, list[Recorded]] = {key: [] for key in news}
        for first in range(0, len(news), _AT_ONCE):
            some = news[first : first + _AT_ONCE]
            for recorded in self._control.journal.read_all("incident", some, TOLD):
                read[recorded.id].append(recorded)
        self._known = {
            key: (state, read[key] if key in read else known[key][1]) for key, state in incidents
        }
        return [(key, state, told) for key, (state, told) in self._known.items()]


def one_system(control: Control, desk: Desk, known: Sequence[Told]) -> SystemStatus:
    """Say how one system is, by the incidents that may be shown."""
    now = control.clock.now()
    settings = desk.loaded.settings.status
    mine = [one for one in known if one[1].opened.system == desk.system]
    return status(desk.system, settings, mine, now)
