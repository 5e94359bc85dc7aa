"""One document on one target: what is watched there, and who responds to it.

Looks, and writes down what has turned; knows no loop and no other document.
"""

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from msgspec.structs import replace

from steadyhand.app.control import Control
from steadyhand.app.problem import Problem
from steadyhand.app.responding.responder import Responder
from steadyhand.app.runbooks.documents import Loaded
from steadyhand.model.alarm import Alarm, AlarmState, AlarmTurned, IncidentLinked
from steadyhand.model.incident.notice import Notice
from steadyhand.model.incident.state import Incident
from steadyhand.model.key import alarm_key
from steadyhand.model.run.target import Target
from steadyhand.model.settings.reach import LAB, Contact, Person
from steadyhand.respond.notices import Channels
from steadyhand.respond.whom import address
from steadyhand.store import series
from steadyhand.store.journal import Conflict
from steadyhand.store.lease import Lease
from steadyhand.watch.bindings import Watched, all_watched, describe, unmatched
from steadyhand.watch.book import Sample
from steadyhand.watch.look import Reading
from steadyhand.watch.measured import all_measured
from steadyhand.watch.shapes import NoShape, completed
from steadyhand.watch.watcher import Watcher
from steadyhand.world.door import World

_MOST_SERIES = 4_000  # of one document that are kept; alarms look at all


@dataclass
class Desk:
    """Where one document is operated from. `hooks` is the lab's webhook receiver, if any."""

    control: Control
    loaded: Loaded
    target: Target
    system: str
    hooks: str = ""
    readings: dict[str, Reading] = field(default_factory=dict)
    _written: dict[str, "_Stands"] = field(default_factory=dict)  # what the journal had last
    _news: dict[str, Reading] = field(default_factory=dict)  # judged, and not written yet
    _series: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        settings = self.loaded.settings
        self.watched: Mapping[str, Watched] = all_watched(
            self.loaded.runbook.facts, settings, self.target.factor
        )
        try:
            probes = completed(settings.probes, self.loaded.runbook.facts)
        except NoShape as error:
            raise Problem(f"{self.loaded.runbook.path}: {error}") from None
        self.measured = all_measured(
            self.loaded.runbook.facts, settings, self.watched, self.target.factor
        )
        self.watcher = Watcher(self.watched, probes, measured=self.measured)
        self.responder = Responder(
            self.control,
            self.loaded,
            self.target,
            self.system,
            self.watched,
            self.watcher.whole_periods,
        )
        folder = self.control.state / "driving"
        self.lease = Lease(self.control.journal.database, folder, f"desk {self.system}")

    @property
    def bound(self) -> bool:
        """Tell whether there is anything to watch."""
        bound = [one.unbound for one in self.watched.values()]
        return not all((*bound, *(one.unbound for one in self.measured.values())))

    @property
    def reads(self) -> bool:
        """Tell whether anything is read through the world; what probes see comes by itself."""
        return bool(self.watcher.keeper.periods) or any(
            not one.unbound and one.binding and one.binding.source.startswith("cloudwatch")
            for one in self.watched.values()
        )

    @property
    def every(self) -> float:
        """Seconds between two looks at what is read through the world."""
        read = [
            one.period
            for one in self.watched.values()
            if not one.unbound and one.binding and one.binding.source.startswith("cloudwatch")
        ]
        return min((*read, *self.watcher.keeper.periods), default=2.0) / 2

    def described(self) -> list[str]:
        """Say of every alarm of the document what it means here, the unbound ones too."""
        return [describe(one, self.target.factor) for one in self.watched.values()]

    def strays(self) -> tuple[str, ...]:
        """Name the bindings that no alarm of the document goes by."""
        return unmatched([one.rule for one in self.watched.values()], self.loaded.settings)

    def alarm_keys(self) -> dict[str, str]:
        """Give the journal's id of each alarm → its name."""
        return {alarm_key(self.system, name): name for name in self.watched}

    def stand(self) -> None:
        """Take over where the journal has every alarm: whoever wrote it, it counts."""
        names = {
            alarm_key(self.system, name): name
            for name, one in self.watched.items()
            if not one.unbound
        }
        for key, alarm in self.control.engine.states("alarm", tuple(names)):
            self._stand(names[key], alarm)

    def turned_elsewhere(self, name: str) -> None:
        """Take over one alarm that another process has written of."""
        self._stand(name, self.control.engine.turn("alarm", alarm_key(self.system, name)).state)

    def _stand(self, name: str, alarm: Alarm | None) -> None:
        self.watcher.stands(name, alarm)
        if alarm is not None:
            self._written[name] = _stands(alarm)

    def look_once(self) -> Mapping[str, Reading]:
        """Look at every bound alarm and keep what was seen. Writes nothing down."""
        self.stand()
        self.readings |= self.watcher.look(self._world(), self.control.clock.now())
        return self.readings

    def watch_once(self) -> None:
        """Look at what is read through the world, and write down what has turned."""
        self.stand()
        now = self.control.clock.now()
        self._note(self.watcher.read(self._world(), now) | self.watcher.composed(now))
        self.write()

    def _world(self) -> World:
        return self.control.reading_world(self.target)

    def take(self, sample: Sample) -> bool:
        """Take in what a probe saw; says whether there is anything to `write` by it."""
        now = self.control.clock.now()
        if self._note(self.watcher.seen(sample, now)):
            self._note(self.watcher.composed(now))
        return bool(self._news)

    def silence(self) -> bool:
        """Judge what time alone may turn; says whether there is anything to `write`."""
        self._note(self.watcher.waiting(self.control.clock.now()))
        return bool(self._news)

    def write(self) -> None:
        """Write down what has turned. What cannot be written keeps until the next time."""
        while self._news:
            for name in tuple(self._news):  # as judged: what holds another's actions comes first
                if (reading := self._news.pop(name, None)) is not None:
                    self._write(name, reading)

    def _write(self, name: str, reading: Reading) -> None:
        try:
            self.turned(name, reading)
        except Exception:
            self._news.setdefault(name, reading)
            raise

    def _note(self, readings: Mapping[str, Reading]) -> bool:
        """Keep what was judged; says whether any of it is not what the journal has."""
        self.readings |= readings
        found = False
        for name, one in readings.items():
            if one.failed:
                continue
            if self._written.get(name) == _stands(one):
                self._news.pop(name, None)  # it is again as it was, before that was written
            else:
                self._news[name] = one
                found = True
        return found

    def turned(self, name: str, reading: Reading) -> None:
        """Write down that an alarm is no longer as it was, if it is not."""
        turn = self.control.engine.turn("alarm", alarm_key(self.system, name))
        before: Alarm | None = turn.state
        if before is not None:
            self._written[name] = _stands(before)
        if before is not None and _stands(before) == _stands(reading):
            return
        event = AlarmTurned(
            name, reading.state, reading.reason, reading.values, self.control.clock.now(),
            reading.level, reading.flapping,
        )  # fmt: skip
        with contextlib.suppress(Conflict):  # another process watches too, and has just written it
            turn.append(event)
            self._written[name] = _stands(reading)

    def full_minutes(self) -> list[series.Stretch]:
        """Hand over the minutes of series that are full, once."""
        wanted = []
        for one in self.watcher.book.minutes():
            if one.series in self._series or len(self._series) < _MOST_SERIES:
                self._series.add(one.series)
                name = f"{self.system} {one.series}"
                wanted.append(series.Stretch(name, one.at, one.count, one.low, one.mean, one.high))
        return wanted

    def carry_over(self) -> None:
        """Take over alarms that a version of one document kept under their bare names."""
        for key, name in self.alarm_keys().items():
            before: Alarm | None = self.control.engine.turn("alarm", name).state
            turn = self.control.engine.turn("alarm", key)
            if before is None or turn.state is not None or not before.incident:
                continue
            incident: Incident | None = self.control.engine.turn("incident", before.incident).state
            if incident is not None and incident.opened.system == self.system:
                turn.append(
                    AlarmTurned(name, before.state, before.reason, before.values, before.since)
                )
                turn.append(IncidentLinked(before.incident))

    def channels(self, say: Callable[[Notice], None]) -> Channels:
        """Say where notices go from here."""
        settings = self.loaded.settings
        webhooks = {
            name: self._webhook(name, contact.webhook)
            for name, contact in settings.contacts.items()
        }
        return Channels(say, webhooks, self._reach, settings.notices, self._link)

    @property
    def storm(self) -> tuple[int, timedelta]:
        """How many pages may reach somebody one by one, and in which time."""
        settings = self.loaded.settings.notices
        return settings.storm_pages, timedelta(seconds=settings.storm_seconds / self.target.factor)

    @property
    def patience(self) -> timedelta | None:
        """How long what fails may fail before the next level is told; None: for ever."""
        seconds = self.loaded.settings.respond.undelivered_seconds / self.target.factor
        return timedelta(seconds=seconds) if seconds else None

    def _webhook(self, name: str, address: str) -> str:
        return f"{self.hooks}/{_slug(name)}" if address == LAB else address

    def _reach(self, notice: Notice) -> Contact | Person | None:
        found = address(self.loaded.settings, notice.contact, notice.person)
        if found is None or found.webhook != LAB:
            return found
        return replace(found, webhook=self._webhook(notice.person or notice.contact, LAB))

    def _link(self, notice: Notice) -> str:
        base = self.loaded.settings.notices.link
        if not (base and notice.incident):
            return ""
        from steadyhand.app.responding import links  # cryptography is for those who send links
        from steadyhand.respond.notices.links import Bearer

        bearer = Bearer(notice.incident, notice.person or notice.contact)
        return links.link(self.control, base, bearer)

    def steady(self, name: str) -> str:
        """Say that an alarm is OK on real values, or "" while it is not."""
        reading = self.readings.get(name)
        one = self.watched.get(name)
        if one is None:
            raise Problem(f"the document has no alarm “{name}”")
        if one.unbound:
            raise Problem(f"“{name}” is unbound: {one.unbound}")
        if reading is None or reading.failed or reading.state is not AlarmState.OK:
            return ""
        seen = [value for value in reading.values if value is not None]
        if one.condition is None or len(seen) < one.condition.periods:
            return ""
        return f"{name} {reading.state}: {reading.reason}"


_Stands = tuple[AlarmState, str, bool]


def _stands(one: Alarm | Reading) -> _Stands:
    return one.state, one.level, one.flapping


def _slug(name: str) -> str:
    return "-".join("".join(c if c.isalnum() else " " for c in name.casefold()).split())
