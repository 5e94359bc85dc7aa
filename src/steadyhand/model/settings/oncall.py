"""`[oncall]` and `[schedules.NAME]` of a steadyhand.toml in; business hours and schedules out.

Pure. Every word of them has been checked once `mistakes` finds nothing.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime

from steadyhand.model.oncall.calendar import BadCalendar, Calendar, read_entries
from steadyhand.model.oncall.roster import Roster
from steadyhand.model.oncall.rotation import Rotation
from steadyhand.model.oncall.schedule import Schedule
from steadyhand.model.oncall.walls import (
    BadTime,
    Hours,
    read_days,
    read_hours,
    read_length,
    read_time,
    read_zone,
)
from steadyhand.model.table import Table

# Turns are counted on the wall of a zone, and the last one that is counted has an end.
_FIRST_YEAR, _LAST_YEAR = 1900, 2199


class OnCall(Table, frozen=True):
    """`[oncall]`: when it is business hours here. `holidays` are days without any."""

    zone: str = "UTC"
    days: str = "mon-fri"
    hours: str = "09:00-17:00"
    holidays: tuple[date, ...] = ()

    def business(self) -> Hours:
        opens, closes = read_hours(self.hours)
        closed = frozenset(self.holidays)
        return Hours(read_zone(self.zone), read_days(self.days), opens, closes, closed)


class Turns(Table, frozen=True):
    """One of `[[schedules.NAME.rotations]]`. The first turn begins on `starts` at `handoff`.

    `days` and `hours` say when it holds at all; "" is always.
    """

    people: tuple[str, ...]
    starts: date
    length: str = "weekly"
    handoff: str = "09:00"
    days: str = ""
    hours: str = ""

    def rotation(self, zone: str) -> Rotation:
        place = read_zone(zone)
        only = None
        if self.days or self.hours:
            only = Hours(place, read_days(self.days), *read_hours(self.hours))
        starts = datetime.combine(self.starts, read_time(self.handoff))
        return Rotation(self.people, read_length(self.length), starts, place, only)


class ScheduleSetting(Table, frozen=True):
    """`[schedules.NAME]`: who takes turns. A later rotation lies over those before it."""

    zone: str = "UTC"
    rotations: tuple[Turns, ...] = ()


def schedule(
    name: str, setting: ScheduleSetting, roster: Roster, people: Mapping[str, str]
) -> Schedule:
    """Put a schedule together. `people` gives the name for each way that a person is written.

    With a calendar that cannot be read it is broken: the rotations below may be of long ago.
    """
    calendars: tuple[Calendar, ...] = ()
    if roster.calendar:
        try:
            calendars = (Calendar(read_entries(roster.calendar, setting.zone), people),)
        except BadCalendar as error:
            broken = f"the calendar that was imported from {roster.source}: {error}"
            return Schedule(name, overrides=roster.shifts(), broken=broken)
    return Schedule(
        name,
        tuple(turns.rotation(setting.zone) for turns in setting.rotations),
        calendars,
        roster.shifts(),
    )


def mistakes(
    oncall: OnCall, schedules: Mapping[str, ScheduleSetting], people: Mapping[str, object]
) -> Iterator[str]:
    """Say what is well-formed and still cannot be, each with its key."""
    yield from _mistake("oncall.zone", read_zone, oncall.zone)
    yield from _mistake("oncall.days", read_days, oncall.days)
    yield from _mistake("oncall.hours", read_hours, oncall.hours)
    for name, setting in schedules.items():
        place = f"schedules.{name}"
        yield from _mistake(f"{place}.zone", read_zone, setting.zone)
        if len(name) > 64:
            yield f"{place}: a name of 64 characters at most"
        for at, turns in enumerate(setting.rotations):
            yield from _turns_mistakes(f"{place}.rotations[{at}]", turns, people)


def _turns_mistakes(place: str, turns: Turns, people: Mapping[str, object]) -> Iterator[str]:
    if not turns.people:
        yield f"{place}.people: nobody"
    for person in turns.people:
        if person not in people:
            yield f"{place}.people: [people] has no {person!r}"
    if not _FIRST_YEAR <= turns.starts.year <= _LAST_YEAR:
        yield f"{place}.starts: a day from {_FIRST_YEAR} to {_LAST_YEAR} (it is {turns.starts})"
    yield from _mistake(f"{place}.length", read_length, turns.length)
    yield from _mistake(f"{place}.handoff", read_time, turns.handoff)
    yield from _mistake(f"{place}.days", read_days, turns.days)
    yield from _mistake(f"{place}.hours", read_hours, turns.hours)


def _mistake(place: str, read: Callable[[str], object], text: str) -> Iterator[str]:
    try:
        read(text)
    except BadTime as error:
        yield f"{place}: {error}"
