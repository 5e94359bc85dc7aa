"""An alarm that has turned in; all that the document and the settings say of its incident, out."""

from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from steadyhand.app.control import Control
from steadyhand.app.runbooks.documents import Loaded
from steadyhand.model.alarm import Alarm, Deed, deed_of
from steadyhand.model.document.facts import SeverityLevel
from steadyhand.model.document.runbook import AlarmRule
from steadyhand.model.incident.conduct import Rung, SeverityChanged, TimeBox
from steadyhand.model.incident.events import IncidentOpened
from steadyhand.model.incident.measure import Measure
from steadyhand.model.incident.state import Incident
from steadyhand.model.oncall.hours import next_business_day, next_open
from steadyhand.model.run.target import Target
from steadyhand.respond.match import match
from steadyhand.respond.measures import checklist, measure
from steadyhand.respond.path import IMMEDIATE, boxes, grade, levels, named
from steadyhand.watch.bindings import Watched

_UPDATED = 1  # those who wait are told of incidents up to this rank
_LEVELS = ("warning", "critical")


class Opening(Struct, frozen=True):
    """Makes the first event of the incidents of one document, and changes of their severity."""

    control: Control
    loaded: Loaded
    target: Target
    system: str

    def of(self, one: Watched, alarm: Alarm) -> IncidentOpened:
        """Say everything that is known of what an alarm stands for, as of now."""
        if one.condition is None:
            raise AssertionError("an unbound alarm never turns")
        rule, settings, now = one.rule, self.loaded.settings.respond, self.control.clock.now()
        factor = self.target.factor
        ranked = match(rule, self.loaded.runbook.procedures)
        best = ranked.best
        asked = measure(rule, one.binding, self.loaded.runbook)
        procedure, title, why = "", "", ranked.why
        if asked is not None and asked.deed is Deed.SECURITY and asked.procedure:
            procedure, title = asked.procedure, asked.title
            why = f"the document's own for “{rule.action}”"
        elif best is not None:
            procedure, title = best.procedure.id, best.procedure.title
        severity, rank, row = self.severity(one, alarm)
        verify = settings.verify_seconds or rule.threshold.for_seconds or 60.0
        respond_by, pages_from = self._clock(row, rank, now)
        quiet = deed_of(rule.action, alarm.level) is Deed.NOTIFY
        path = self.path(severity, row, rule.action)
        repeat = 0.0 if quiet else settings.repeat_seconds
        return IncidentOpened(
            at=now,
            onset=alarm.since - timedelta(seconds=one.period * one.condition.periods),
            alarm=rule.name,
            rule=rule.threshold.text,
            reason=alarm.reason,
            condition=one.condition,
            period_seconds=one.period,
            verify_seconds=max(verify / factor, float(one.period)),
            levels=path[:1] if quiet else path,
            system=self.system,
            runbook=self.loaded.runbook.path,
            target=self.target.name,
            factor=factor,
            procedure=procedure,
            title=title,
            score=best.score if best and best.procedure.id == procedure else 0.0,
            why=why,
            severity=severity,
            rank=rank,
            respond_by=None if quiet else respond_by,
            pages_from=pages_from,
            acknowledge_seconds=settings.acknowledge_seconds / factor or None,
            repeat_seconds=repeat / factor or None,
            repeats=settings.repeats,
            update_seconds=self._cadence(rank),
            quiet=quiet,
            boxes=(*self._boxes(procedure), *self._list(asked)),
            measure=asked,
        )

    def severity(self, one: Watched, alarm: Alarm) -> tuple[str, int | None, SeverityLevel | None]:
        """Grade an alarm: by the settings, its procedure, or its level."""
        rule: AlarmRule = one.rule
        best = match(rule, self.loaded.runbook.procedures).best
        procedure = best.procedure.severity if best else ""
        level = alarm.level or next((w for w in _LEVELS if w in rule.action.casefold()), "")
        facts, settings = self.loaded.runbook.facts, self.loaded.settings.respond
        return grade(facts, procedure, rule.name, level, settings)

    def path(self, severity: str, row: SeverityLevel | None, action: str) -> tuple[Rung, ...]:
        """Give the escalation path of a severity, its times divided by the factor."""
        facts, settings = self.loaded.runbook.facts, self.loaded.settings.respond
        return tuple(
            replace(rung, after_seconds=rung.after_seconds / self.target.factor)
            if rung.after_seconds is not None
            else rung
            for rung in levels(facts, severity, row, action, settings)
        )

    def change(self, severity: str, reason: str, by: str, incident: Incident) -> SeverityChanged:
        """Say what another severity means for an incident: its path and its clock."""
        now = self.control.clock.now()
        name, rank, row = named(self.loaded.runbook.facts, severity)
        respond_by, pages_from = self._clock(row, rank, incident.paging.began)
        action = incident.levels[0].contact
        path = self.path(name, row, action)
        return SeverityChanged(
            name, rank, reason, by, now, path, respond_by, pages_from, self._cadence(rank)
        )

    def _clock(
        self, row: SeverityLevel | None, rank: int | None, began: datetime
    ) -> tuple[datetime | None, datetime | None]:
        """Say until when a response is due, and from when on people are paged; None: at once."""
        settings, business = self.loaded.settings, self.loaded.settings.oncall.business()
        if row is not None and "business day" in row.text.casefold():
            day = next_business_day(business, began)
            return day, day
        pages_from = None
        if rank is not None and rank >= settings.respond.business_hours_from:
            pages_from = next_open(business, began)
        if row is None or row.response_seconds is None:
            return None, pages_from
        seconds = max(row.response_seconds, IMMEDIATE) / self.target.factor
        return (pages_from or began) + timedelta(seconds=seconds), pages_from

    def _cadence(self, rank: int | None) -> float | None:
        if rank is None or rank > _UPDATED:
            return None
        return self.loaded.settings.respond.update_seconds / self.target.factor or None

    def _list(self, asked: Measure | None) -> tuple[TimeBox, ...]:
        said = checklist(asked, self.loaded.runbook) if asked is not None else ()
        return tuple(TimeBox(text, 0.0) for text in said)

    def _boxes(self, procedure: str) -> tuple[TimeBox, ...]:
        factor = self.target.factor
        return tuple(
            TimeBox(
                box.text,
                box.from_seconds / factor,
                None if box.until_seconds is None else box.until_seconds / factor,
            )
            for box in boxes(self.loaded.runbook, procedure)
        )
