"""The service looks at itself: is everything done that should have been? Reasons out, if not.

Only while there are none, the heartbeat goes out: whoever waits for it outside learns of a service
that is dead, and of one that is alive and does not do its work.
"""

import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic

from steadyhand.app.serving.operate import Operator
from steadyhand.respond import overdue
from steadyhand.store import looks, outbox
from steadyhand.store.database import Unavailable

_TIMEOUT = 5.0  # seconds
_MOST = 5.0  # seconds between two audits, at most
_FEW = 5  # pauses without an audit; then nobody audits any more


@dataclass
class Vigil:
    """Audits one operator. `say` gets each reason when it is new, and when it is over."""

    operator: Operator
    say: Callable[[str], None]
    reasons: tuple[str, ...] = ("the audit was not made yet",)
    checked: datetime | None = None
    sent: datetime | None = None  # the last heartbeat that was taken
    _ended: float = field(default_factory=monotonic)  # the last audit; no clock that may be set
    _seen: overdue.Seen = field(default_factory=dict)
    _late: dict[str, datetime] = field(default_factory=dict)  # notices, since when they wait
    # By system: the last look of the process that has it, and since when there was no other.
    _elsewhere_since: dict[str, tuple[str, float]] = field(default_factory=dict)
    _beats: dict[str, datetime] = field(default_factory=dict)  # by address: the next heartbeat

    @property
    def clean(self) -> bool:
        return not self.found()

    def found(self) -> tuple[str, ...]:
        """Give the reasons why it is not well, for whoever asks from another thread.

        Those of the last audit; and that it is long ago, which no audit can say.
        """
        age = monotonic() - self._ended
        if age <= self.patience:
            return self.reasons
        return (*self.reasons, f"nobody has audited the service for {age:.0f} s")

    @property
    def patience(self) -> float:
        """Seconds without an audit after which there will be none."""
        return _FEW * self.pause + _TIMEOUT * len(self.addresses())

    @property
    def pause(self) -> float:
        """Seconds from one audit to the next."""
        return min(_MOST, self.grace.total_seconds() / 2)

    @property
    def grace(self) -> timedelta:
        """The shortest that any document asks for."""
        settings = [desk.loaded.settings.serve for desk in self.operator.desks]
        return timedelta(seconds=min((one.grace_seconds for one in settings), default=15.0))

    def once(self) -> None:
        """Audit, say what has changed, and send the heartbeat where all is well."""
        now = self.operator.control.clock.now()
        before = set(self.reasons) if self.checked else set()
        try:
            reasons = self.audit(now)
        except Unavailable as error:
            reasons = [f"the database is away: {error}"]
        else:
            reasons += self._unwritten(now)
        self.reasons, self.checked, self._ended = tuple(reasons), now, monotonic()
        for reason in reasons:
            if _about(reason) not in {_about(one) for one in before}:
                self.say(f"ERROR: {reason}")
        if before and not reasons:
            self.say("the audit is clean again")
        if self.clean:
            self._beat(now)

    def audit(self, now: datetime) -> list[str]:
        """Give every reason why the service is not well."""
        return [
            *self.operator.stuck(now),
            *self._incidents(now),
            *self._alarms(now),
            *self._notices(now),
            *self._elsewhere(),
        ]

    def _unwritten(self, now: datetime) -> list[str]:
        """Write that it was looked: where that fails, no alarm would be kept and nobody paged."""
        try:
            names = ("audit", *map(_desk, self.operator.led))
            looks.record(self.operator.control.journal.database, names, now)
        except Unavailable as error:
            return [str(error)]
        return []

    def _elsewhere(self) -> list[str]:
        """Say which documents another process has a lease of and does not look at itself.

        It has stopped or hangs, and keeps the lease: nobody watches. When that began is counted
        here, because its clock may be another one.
        """
        newest, elsewhere = looks.newest(self.operator.control.journal.database), {}
        for desk in self.operator.desks:
            at = newest.get(_desk(desk.system))  # none from a version that writes none
            if at is not None and desk.system not in self.operator.led:
                before = self._elsewhere_since.get(desk.system, ("", 0.0))
                elsewhere[desk.system] = before if before[0] == at else (at, monotonic())
        self._elsewhere_since = elsewhere
        return [
            f"{system} is watched by a process that hangs; end it, and another takes over:"
            f" it has not looked at itself for {monotonic() - since:.0f} s"
            for system, (_, since) in elsewhere.items()
            if monotonic() - since > self.patience
        ]

    def _incidents(self, now: datetime) -> list[str]:
        wants = {}
        for key, incident in self.operator.open_incidents():
            wants[key] = overdue.wanted(incident, now)
        if not wants:
            self.operator.clock_is_free()
        self._seen = overdue.look(self._seen, wants, now)
        return overdue.overdue(self._seen, now, self.grace)

    def _alarms(self, now: datetime) -> list[str]:
        return [
            f"{key} is in ALARM since {since:%H:%M:%S} and has no incident"
            for key, since in self.operator.alarms_without_incident()
            if now - since > self.grace
        ]

    def _notices(self, now: datetime) -> list[str]:
        waiting = {
            notice.id: notice
            for notice in outbox.undelivered(self.operator.control.journal.database, 1000)
            if self.operator.serves(notice) and notice.id not in self.operator.courier.gathered
        }
        self._late = {key: self._late.get(key, now) for key in waiting}
        return [
            f"notice {key} for {waiting[key].contact} by {waiting[key].channel} was not delivered"
            f" for {(now - since).total_seconds():.0f} s"
            for key, since in self._late.items()
            if now - since > self.grace
        ]

    def _beat(self, now: datetime) -> None:
        """Ask each heartbeat address whose time has come."""
        for url, every in self.addresses().items():
            if self._beats.get(url, now) <= now:
                self._beats[url] = now + timedelta(seconds=every)
                if failure := _ask(url):
                    self.say(f"the heartbeat was not taken: {failure}")
                else:
                    self.sent = now

    def addresses(self) -> Mapping[str, float]:
        """Give each heartbeat address of the documents with its seconds."""
        settings = [desk.loaded.settings.serve for desk in self.operator.desks]
        return {one.heartbeat_url: one.heartbeat_seconds for one in settings if one.heartbeat_url}


def _desk(system: str) -> str:
    return f"desk {system}"


def _about(reason: str) -> str:
    """Tell two reasons apart by what they are about, not by for how long."""
    return reason.rpartition(" for ")[0] or reason


def _ask(url: str) -> str:
    """POST nothing; say why it was not taken, without the address: it may hold a key."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(urllib.request.Request(url, b"", method="POST"), timeout=_TIMEOUT):
            return ""
    except urllib.error.HTTPError as error:
        error.close()
        return f"it answered {error.code}"
    except (OSError, ValueError) as error:
        return type(error).__name__
