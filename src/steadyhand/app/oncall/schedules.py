"""Schedules as they stand now: who is on call, gaps, overrides, calendars in and out."""

import secrets
from datetime import datetime, timedelta

from msgspec import Struct

from steadyhand.app.control import Control
from steadyhand.app.problem import Problem
from steadyhand.app.runbooks.documents import Loaded
from steadyhand.engine.drive import Turn
from steadyhand.model.document.facts import SeverityLevel
from steadyhand.model.events import IllegalEvent
from steadyhand.model.oncall.calendar import BadCalendar, Calendar, feed, read_entries
from steadyhand.model.oncall.roster import (
    CalendarImported,
    OverrideDropped,
    OverrideMade,
    Roster,
)
from steadyhand.model.oncall.rotation import Shift
from steadyhand.model.oncall.schedule import Schedule
from steadyhand.model.settings.oncall import schedule as put_together
from steadyhand.model.settings.whole import Settings
from steadyhand.respond.path import levels
from steadyhand.respond.whom import recipients, unreached
from steadyhand.store.journal import Conflict


def names(settings: Settings) -> tuple[str, ...]:
    return tuple(settings.schedules)


def schedule(control: Control, settings: Settings, name: str) -> Schedule:
    """Put a schedule together as it stands now. Raises Problem."""
    if name not in settings.schedules:
        known = ", ".join(settings.schedules) or "none"
        raise Problem(f"there is no schedule {name!r}; steadyhand.toml has: {known}")
    roster: Roster = _turn(control, name).state or Roster()
    return put_together(name, settings.schedules[name], roster, _written(settings))


def on_call(control: Control, settings: Settings, name: str, at: datetime) -> Shift | None:
    """Say who is on call by a schedule at a moment. Raises Problem."""
    return schedule(control, settings, name).on_call(at)


def person(control: Control, settings: Settings, name: str, at: datetime) -> tuple[str, str]:
    """Name who is on call at a moment; "" for nobody, and then why nobody can be told.

    Raises Problem.
    """
    made = schedule(control, settings, name)
    shift = made.on_call(at)
    return (shift.person, "") if shift else ("", made.broken)


class Gap(Struct, frozen=True):
    """`why` says why nobody is told then; "": the schedule has nobody."""

    schedule: str
    starts: datetime
    ends: datetime
    why: str = ""


def gaps(control: Control, settings: Settings, since: datetime, days: float) -> list[Gap]:
    """Give every time in which a schedule has nobody who is reached, for so many days."""
    until = since + timedelta(days=days)
    found = []
    for made in (schedule(control, settings, name) for name in settings.schedules):
        empty = [Gap(made.name, *gap, made.broken) for gap in made.gaps(since, until)]
        unheard = [
            Gap(made.name, max(since, shift.starts), min(until, shift.ends), why)
            for shift in made.shifts(since, until)
            if (why := unreached(settings, shift.person))
        ]
        found += sorted([*empty, *unheard], key=lambda gap: gap.starts)
    return found


def missing(control: Control, loaded: Loaded, days: float) -> list[str]:
    """Say where a document's escalation would find nobody in the next days: a line each."""
    settings, now = loaded.settings, control.clock.now()
    path = loaded.runbook.path
    empty = [
        f"{path}: nobody is {'told' if gap.why else 'on call'} by {gap.schedule}"
        f" from {gap.starts:%Y-%m-%d %H:%M %Z} to"
        f" {gap.ends:%Y-%m-%d %H:%M %Z}" + (f": {gap.why}" if gap.why else "")
        for gap in gaps(control, settings, now, days)
        if gap.schedule in {name for one in settings.contacts.values() for name in one.schedules}
    ]
    return empty + [
        f"{path}: nobody is reached by {name}: {why}"
        for name, why in lost(settings, contacts_of(loaded))
    ]


def contacts_of(loaded: Loaded) -> list[str]:
    """Name the contacts of every escalation path of a document."""
    facts, settings = loaded.runbook.facts, loaded.settings.respond
    rows: list[SeverityLevel | None] = [*facts.severities] or [None]
    paths = (levels(facts, row.name if row else "", row, "", settings) for row in rows)
    found = (rung.contact for path in paths for rung in path)
    return list(dict.fromkeys(found))


def lost(settings: Settings, contacts: list[str]) -> list[tuple[str, str]]:
    """Name the contacts that nobody is reached by, whoever is on call, each with the reason."""
    found = []
    for name in contacts:
        known = settings.contact(name)
        if known is None or not known.schedules:  # what is not reached by schedules are gaps
            found.append((name, recipients(settings, name, lambda _: ("", ""))[1]))
    return [(name, why) for name, why in found if why]


def override(control: Control, settings: Settings, name: str, shift: Shift, by: str) -> str:
    """Put somebody on call instead, for a time; `shift.why` is the reason. Returns its id."""
    schedule(control, settings, name)
    if shift.person not in settings.people:
        known = ", ".join(settings.people) or "nobody"
        raise Problem(f"there is no {shift.person!r} in [people]; it has: {known}")
    now = control.clock.now()
    key = f"o-{now:%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
    made = OverrideMade(key, shift.person, shift.starts, shift.ends, by, now, shift.why)
    _append(control, name, made)
    return key


def drop_override(control: Control, settings: Settings, name: str, key: str, by: str) -> None:
    """Take an override back. Raises Problem."""
    schedule(control, settings, name)
    _append(control, name, OverrideDropped(key, by, control.clock.now()))


def import_calendar(
    control: Control, settings: Settings, name: str, text: str, source: str, by: str
) -> tuple[str, ...]:
    """Take a calendar's shifts for a schedule; names those that are nobody of the people."""
    schedule(control, settings, name)
    try:
        entries = read_entries(text, settings.schedules[name].zone)
    except BadCalendar as error:
        raise Problem(f"{source}: {error}; nothing is imported: correct it there") from None
    if not entries:
        raise Problem(f"{source}: no event in it")
    _append(control, name, CalendarImported(text, source, by, control.clock.now()))
    return Calendar(entries, _written(settings)).strangers()


def feed_of(control: Control, settings: Settings, name: str, days: float) -> str:
    """Write a schedule as an iCalendar text: the last week, and so many days from now on."""
    now = control.clock.now()
    made = schedule(control, settings, name)
    return feed(name, made.shifts(now - timedelta(days=7), now + timedelta(days=days)), now)


def _written(settings: Settings) -> dict[str, str]:
    """Say whose each way is in which calendars write a name."""
    found: dict[str, str] = {}
    for name, person in settings.people.items():
        for way in (name, person.user, person.mail, *person.also):
            if way:
                found.setdefault(way, name)
    return found


def _append(control: Control, name: str, event: object) -> None:
    try:
        _turn(control, name).append(event)
    except (IllegalEvent, Conflict) as error:
        raise Problem(f"{name}: {error}") from None


def _turn(control: Control, name: str) -> Turn:
    return control.engine.turn("schedule", name)
