"""What recurs beside the alarms: duties, change records, reviews, deployments, who is on call."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from steadyhand.app.control import Control
from steadyhand.app.oncall import duties, schedules
from steadyhand.app.responding import learning
from steadyhand.app.running import changes
from steadyhand.app.serving.loops import Loops
from steadyhand.app.watching.desk import Desk

_DUTIES = 15.0  # seconds between two looks at what recurs, and at changes
_DEPLOYMENTS = 60.0  # seconds between two looks for deployments
_GAPS = 600.0  # seconds between two looks who will be on call


@dataclass
class Rounds:
    """Sees to what recurs in the documents of some desks. What is wrong is told when it begins."""

    control: Control
    desks: Sequence[Desk]
    loops: Loops
    _unseen: set[str] = field(default_factory=set)
    _gaps: set[str] = field(default_factory=set)

    def begin(self) -> None:
        for desk in self.desks:
            duties.keep(self.control, desk.loaded)
        self.loops.repeat("duties", _DUTIES, self.see_to_duties)
        self.loops.repeat("deployments", _DEPLOYMENTS, self.see_deployments)
        self.loops.repeat("gaps", _GAPS, self.see_gaps)

    def see_to_duties(self) -> None:
        """Do what is due of what recurs; bring records of changes and reviews up to date."""
        duties.drive_all(self.control)
        changes.keep(self.control)
        learning.drive_all(self.control)

    def see_deployments(self) -> None:
        """Keep a record of each deployment of the services that the alarms are about."""
        troubles = {
            words
            for desk in self.desks
            if desk.lease.held()
            for words in changes.see_deployments(
                self.control, desk.loaded, desk.target, desk.system
            )
        }
        self._unseen = self._tell(troubles, self._unseen)

    def see_gaps(self) -> None:
        """Say once, a day ahead, when nobody will be on call, and whom nothing reaches."""
        found = {
            words
            for desk in self.desks
            for words in schedules.missing(self.control, desk.loaded, 1)
        }
        self._gaps = self._tell(found, self._gaps)

    def _tell(self, found: set[str], before: set[str]) -> set[str]:
        for words in sorted(found - before):
            self.loops.say(words)
        return found
