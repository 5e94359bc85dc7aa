"""Whom an incident's events are told to, as notices for the outbox."""

import hashlib
from collections.abc import Iterable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from steadyhand.app.control import Control
from steadyhand.app.oncall import schedules, silences
from steadyhand.app.runbooks.documents import Loaded
from steadyhand.engine.drive import Turn
from steadyhand.model.incident.conduct import EveryonePaged, LevelSkipped, PagedAgain, PagesHeld
from steadyhand.model.incident.events import Escalated, LevelPaged
from steadyhand.model.incident.notice import Notice
from steadyhand.model.incident.state import Incident
from steadyhand.model.oncall.silence import Holding
from steadyhand.respond.whom import Recipient, everyone, recipients
from steadyhand.store import outbox

_LONGEST = 128  # characters of an id in the outbox
# A provider with incidents of its own is told of beginnings and ends, not of news.
_NO_NEWS = frozenset({"pagerduty"})

_TOLD = frozenset({"page", "notice"})


def quiet(incident: Incident) -> bool:
    """Tell whether nobody is to be woken: the alarm asks for no page, and nobody made it worse."""
    return incident.opened.quiet and incident.severity == incident.opened.severity


class Teller(Struct, frozen=True):
    """Tells of the incidents of one document. Made by its responder."""

    control: Control
    loaded: Loaded
    system: str

    def page(self, event: LevelPaged | Escalated | PagedAgain | EveryonePaged, turn: Turn) -> None:
        """Tell a level. Under a silence PagesHeld is appended, for an empty level LevelSkipped."""
        incident: Incident = turn.state
        held = self.held(incident)
        if held is not None and not (isinstance(event, EveryonePaged) and event.by):
            self.hold(held, turn)
            return
        if isinstance(event, EveryonePaged):
            reached = everyone(self.loaded.settings)
            told: object = replace(event, people=tuple(one.name for one in reached))
            kind = "notice" if quiet(incident) and not event.by else "page"
            turn.append(told, notices=made(turn, "everyone", reached, kind, event.reason))
            return
        reached, why = recipients(self.loaded.settings, event.contact, self._on_call)
        if not reached and not isinstance(event, PagedAgain):
            turn.append(LevelSkipped(event.level, event.contact, why, event.at))
            return
        channels = tuple(dict.fromkeys(channel for one in reached for channel in one.channels))
        people = tuple(one.person for one in reached if one.person)
        reason = incident.opened.reason if isinstance(event, LevelPaged) else event.why
        kind = "notice" if quiet(incident) else "page"
        turn.append(
            replace(event, channels=channels, people=people),
            notices=made(turn, event.level, reached, kind, reason),
        )

    def _on_call(self, schedule: str) -> tuple[str, str]:
        now = self.control.clock.now()
        return schedules.person(self.control, self.loaded.settings, schedule, now)

    def held(self, incident: Incident) -> Holding | None:
        """Say what holds the pages of an incident now: all of its alarms that fire are silenced."""
        firing = [name for name, seen in incident.alarms.items() if seen.firing]
        found = [self.silenced(name, incident.severity) for name in firing or [incident.alarm]]
        if any(one is None for one in found):
            return None
        return min((one for one in found if one), key=lambda one: one.until, default=None)

    def silenced(self, alarm: str, severity: str) -> Holding | None:
        """Say what holds the pages of one alarm now."""
        wanted = self.loaded.settings.respond.maintenance
        windows = self.loaded.runbook.facts.windows if wanted else ()
        return silences.held(self.control, (self.system, alarm, severity), windows, wanted)

    def hold(self, held: Holding, turn: Turn) -> None:
        """Hold the pages, and end those that ring elsewhere."""
        now = self.control.clock.now()
        turn.append(
            PagesHeld(held.id, held.why, held.until, now),
            notices=to_told(self.control, turn, "held", f"{held.why} (until {held.until})"),
        )


def to_told(control: Control, turn: Turn, kind: str, body: str, but: str = "") -> list[Notice]:
    """Make notices for everybody who was paged, as the outbox knows them. `but` is left out.

    A person gets one by each channel, however many levels and contacts they stand for.
    """
    found: dict[tuple[str, str, str], Recipient] = {}
    levels: dict[tuple[str, str, str], str] = {}
    for sent in outbox.of(control.journal.database, turn.key):
        one = sent.notice
        if one.kind not in _TOLD or (one.person and one.person == but):
            continue
        who = ("" if one.person else one.contact, one.person, one.channel)
        found.setdefault(who, Recipient(one.contact, one.person, (one.channel,)))
        levels.setdefault(who, one.level)
    return [
        notice
        for who, recipient in found.items()
        for notice in made(turn, levels[who], (recipient,), kind, body)
    ]


def made(
    turn: Turn, level: str, to: Iterable[Recipient], kind: str, body: str, subject: str = ""
) -> list[Notice]:
    """Make the notices of the event that is appended next."""
    incident: Incident = turn.state
    opened = incident.opened
    subject = subject or {"news": "news", "held": "pages are held"}.get(kind, kind)
    title = f"{opened.system}: {opened.alarm} {opened.rule}: {subject}"
    said = f"{body}\nprocedure: {opened.title or 'none'} ({opened.why})"
    return [
        Notice(
            id=_id(turn, (level, recipient.person or recipient.contact, channel)),
            incident=turn.key,
            level=level,
            contact=recipient.contact,
            channel=channel,
            title=title,
            body=said,
            person=recipient.person,
            kind=kind,
            system=opened.system,
            severity=incident.severity,
            rank=incident.rank,
            at=turn.now().isoformat(timespec="milliseconds"),
        )
        for recipient in to
        for channel in recipient.channels
        if not (channel in _NO_NEWS and kind in {"news", "notice"})
    ]


def _id(turn: Turn, parts: Sequence[str]) -> str:
    name = "/".join((turn.key, str(turn.seq + 1), *parts))
    if len(name) <= _LONGEST:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:16]
    return f"{name[: _LONGEST - 17]}~{digest}"
