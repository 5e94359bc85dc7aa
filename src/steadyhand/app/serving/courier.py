"""Notices of the outbox in, delivered by their channels: each contact's by themselves.

A channel that does not answer delays no other one. What fails is tried again, ever more slowly.
"""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from steadyhand.app.control import Control
from steadyhand.app.serving.calm import calmed
from steadyhand.app.serving.unreached import Losses
from steadyhand.app.watching.desk import Desk
from steadyhand.model.incident.notice import Notice
from steadyhand.model.incident.state import Incident
from steadyhand.respond.notices import Channels, Delivered, Failed, deliver
from steadyhand.store import outbox
from steadyhand.store.database import Unavailable

_FIRST, _LONGEST = 1.0, 30.0  # seconds between two attempts, doubled each time
_ALL = 10_000


@dataclass
class Courier:
    """Delivers for the desks of one process, where it has their lease."""

    control: Control
    desks: Sequence[Desk]
    say: Callable[[Notice], None]
    letters: threading.Event  # set when there may be something to deliver
    gathered: frozenset[str] = frozenset()  # pages that wait for a digest
    _due: datetime | None = None  # when there is something to be tried again
    _again: dict[str, tuple[datetime, float]] = field(default_factory=dict)  # by notice
    _told: dict[str, datetime] = field(default_factory=dict)  # delivered, and not marked so
    _lasting: set[str] = field(default_factory=set)  # refused for good, as it seems
    _out: dict[tuple[str, str, str], Sequence[Notice]] = field(default_factory=dict)  # under way
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._pool = ThreadPoolExecutor(8, "deliver")

    def once(self) -> list[Future[None]]:
        """Set going the delivery of everything that waits; whoever wants may wait for it.

        For one thread at a time.
        """
        now = self.control.clock.now()
        with self._lock:
            busy = dict(self._out)  # before the outbox is read: what is on its way is still in it
        groups: dict[tuple[str, str, str], list[Notice]] = {}
        blocked: set[tuple[str, ...]] = set()
        due: list[datetime] = []
        for notice in self._waiting(now, [one for out in busy.values() for one in out]):
            desk = self._desk(notice)
            later, _pause = self._again.get(notice.id, (now, 0.0))
            if later > now:
                due.append(later)
            if desk is None or _thread(notice) in blocked:
                continue
            if later <= now:
                group = (desk.system, notice.channel, notice.person or notice.contact)
                groups.setdefault(group, []).append(notice)
            elif notice.id not in self._lasting:
                blocked.add(_thread(notice))  # that it is over is not said before its page
        self._due = min(due, default=None)  # the end of what is under way is a letter of its own
        started = []
        for group, notices in groups.items():
            if group in busy:
                continue
            with self._lock:
                self._out[group] = notices
            started.append(self._pool.submit(self._deliver, group, notices))
        return started

    def _waiting(self, now: datetime, under_way: Sequence[Notice]) -> list[Notice]:
        """List what is ours to deliver, with digests for what would be too much."""
        ours = [
            (notice, desk.storm)
            for notice in outbox.undelivered(self.control.journal.database, _ALL)
            if (desk := self._desk(notice)) is not None
        ]
        wait_here = {notice.id for notice, _ in ours}
        for gone in [one for one in list(self._again) if one not in wait_here]:
            self._again.pop(gone, None)  # delivered by another process, or folded
        found, self.gathered = calmed(self.control, ours, now, under_way)
        return found

    def _desk(self, notice: Notice) -> Desk | None:
        """Find whose notice it is; None where that is another process's."""
        system = notice.system
        if not system:
            incident: Incident | None = self.control.engine.turn("incident", notice.incident).state
            system = incident.opened.system if incident else ""
        for desk in self.desks:
            if desk.system == system:
                return desk if desk.lease.held() else None
        return None

    def _deliver(self, group: tuple[str, str, str], notices: Sequence[Notice]) -> None:
        desk = next(one for one in self.desks if one.system == group[0])
        channels = desk.channels(self.say)
        blocked: set[tuple[str, ...]] = set()
        try:
            for notice in notices:
                if _thread(notice) not in blocked and not self._attempt(notice, channels, desk):
                    blocked.add(_thread(notice))
        finally:
            with self._lock:
                del self._out[group]
            self.letters.set()

    def _attempt(self, notice: Notice, channels: Channels, desk: Desk) -> bool:
        told = self._told.get(notice.id)
        said = Delivered() if told else deliver(notice, channels)
        now = told or self.control.clock.now()
        failure = "" if isinstance(said, Delivered) else said.reason
        if isinstance(said, Failed) and said.lasting:
            self._lasting.add(notice.id)
        if failure:
            _at, before = self._again.get(notice.id, (now, 0.0))
            pause = min(_LONGEST, before * 2 or _FIRST)
            self._again[notice.id] = (_next(notice, now, pause, desk.patience), pause)
        try:
            outbox.mark(self.control.journal.database, notice, now, failure)
        except Unavailable:
            # Only another process would deliver it once more, under the same dedup key.
            if not failure:
                self._told[notice.id] = now
            self._again[notice.id] = (now + timedelta(seconds=_FIRST), _FIRST)
        else:
            if not failure:
                self._again.pop(notice.id, None)
                self._told.pop(notice.id, None)
                self._lasting.discard(notice.id)
            else:
                Losses(self.control, self._lasting, desk.patience).seen(notice)
        return not failure or notice.id in self._lasting

    def waiting(self) -> datetime | None:
        """Tell when something is to be tried again, as of the last look; None: nothing is."""
        return self._due

    def close(self, seconds: float) -> None:
        """Deliver what there is, for so long at most."""
        wait(self.once(), timeout=seconds)
        self._pool.shutdown(wait=False, cancel_futures=True)


def _next(notice: Notice, now: datetime, pause: float, patience: timedelta | None) -> datetime:
    """Say when to try again: also when it has failed for as long as is waited for it."""
    later = now + timedelta(seconds=pause)
    if patience is None or not notice.at:
        return later
    given_up = datetime.fromisoformat(notice.at) + patience
    return min(later, given_up) if given_up > now else later


def _thread(notice: Notice) -> tuple[str, ...]:
    """Name what is told in order: of one incident, to somebody, by a channel."""
    return (notice.incident, notice.contact, notice.person, notice.channel)
