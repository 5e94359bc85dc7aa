"""A notice that failed in; that nobody at its level knows of the incident, written down, out.

Whether a failure is for good only whoever delivers knows; nothing is kept of that but the event.
"""

from collections.abc import Container, Iterator
from datetime import datetime, timedelta

from msgspec import Struct

from steadyhand.app.control import Control
from steadyhand.engine.drive import Turn
from steadyhand.model.events import IllegalEvent
from steadyhand.model.incident.conduct import LevelUnreached
from steadyhand.model.incident.notice import Notice
from steadyhand.model.incident.state import Incident
from steadyhand.respond.unreached import TELLS, unreached
from steadyhand.store import outbox
from steadyhand.store.journal import Conflict
from steadyhand.store.outbox import Sent

_TRIES = 5  # its driver appends, too: look again then


class Losses(Struct, frozen=True):
    """What counts as lost: refused for good, or failing for `patience`; None waits for ever."""

    control: Control
    lasting: Container[str]  # ids
    patience: timedelta | None

    def seen(self, notice: Notice) -> None:
        """Look at the level of a notice that has just failed, and write down what is lost."""
        for incident, level in set(self._levels(notice)):
            for _ in range(_TRIES):
                try:
                    self._write(self.control.engine.turn("incident", incident), level)
                except Conflict:
                    continue
                except IllegalEvent:
                    pass  # it is over, or somebody else has just written it
                break

    def _levels(self, notice: Notice) -> Iterator[tuple[str, str]]:
        """Name whom the notice was to reach: with a digest, all whose pages are in it."""
        if notice.kind == "digest":
            for page in outbox.folded(self.control.journal.database, notice.id):
                yield page.incident, page.level
        elif notice.incident and notice.kind in TELLS:
            yield notice.incident, notice.level

    def _write(self, turn: Turn, level: str) -> None:
        incident: Incident | None = turn.state
        if incident is None or not incident.open or level in incident.paging.unreached:
            return
        now = self.control.clock.now()
        sent = outbox.of(self.control.journal.database, turn.key)
        if why := unreached(sent, level, incident.paging.began, lambda one: self._lost(one, now)):
            contact = next((one.contact for one in incident.levels if one.name == level), "")
            turn.append(LevelUnreached(level, contact, why, now))

    def _lost(self, one: Sent, now: datetime) -> bool:
        if (digest := outbox.digest_of(self.control.journal.database, one)) is not None:
            return self._lost(digest, now)
        if one.delivered_at is not None or not one.attempts:
            return False
        if one.notice.id in self.lasting:
            return True
        wanted = datetime.fromisoformat(one.notice.at)
        return self.patience is not None and now - wanted >= self.patience
