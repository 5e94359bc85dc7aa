"""The text of an iCalendar file in, shifts out; and shifts in, such a text out. Pure.

Events that repeat are worked out on the wall of their zone, as RFC 5545 says; times without a zone
are taken in the schedule's. Knows no file and no address.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Struct, field
from msgspec.structs import replace

from steadyhand.model.oncall import series
from steadyhand.model.oncall.rotation import Shift
from steadyhand.model.oncall.walls import moment, on_wall

LARGEST = 1_000_000  # characters
# What shifts are made of; in the rest of an event, anything may stand.
_READ = ("DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID")
# Beyond, hours of a zone and a length more or less are no moment any more.
_FIRST, _LAST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
_TOO_FAR = f"no shift lies before {_FIRST.year}, or after {_LAST.year - 1}"


class BadCalendar(ValueError):
    """A text that is no calendar of shifts; the message says why."""


class Entry(Struct, frozen=True):
    """One event of a calendar. `starts` is on the wall of `zone`; `rule` is its RRULE or ""."""

    uid: str
    summary: str
    starts: datetime
    length: timedelta
    zone: ZoneInfo
    rule: str = ""
    but: frozenset[datetime] = frozenset()  # moments at which it does not happen, or otherwise
    also: tuple[datetime, ...] = ()  # moments at which it happens too

    def shifts(self, since: datetime, until: datetime) -> Iterator[Shift]:
        for begins in self._begins(since - self.length - timedelta(days=1), until):
            # as long on the wall: eight hours end at the hour that is written down
            ends = moment(on_wall(begins, self.zone) + self.length, self.zone)
            if begins not in self.but and begins < until and ends > max(since, begins):
                yield Shift(self.summary, begins, ends, "calendar")

    def _begins(self, since: datetime, until: datetime) -> Iterator[datetime]:
        yield from self.also
        if not self.rule:
            yield moment(self.starts, self.zone)
            return
        begins, ends = on_wall(since, self.zone), on_wall(until, self.zone)
        for wall in series.times(self.rule, self.starts, begins, ends):
            yield moment(wall, self.zone)


class Calendar(Struct, frozen=True):
    """What a text says. `people` gives a person's name for what an event's summary says."""

    entries: tuple[Entry, ...]
    people: Mapping[str, str] = field(default_factory=dict)

    def shifts(self, since: datetime, until: datetime) -> list[Shift]:
        found = [shift for entry in self.entries for shift in entry.shifts(since, until)]
        named = (replace(shift, person=self._person(shift.person)) for shift in found)
        return sorted(named, key=lambda shift: shift.starts)

    def _person(self, summary: str) -> str:
        """ "On call: Ada" is Ada where the people have an Ada; else it is the summary itself."""
        known = {name.casefold(): person for name, person in self.people.items()}
        said = summary.casefold().strip()
        for part in (said, *reversed([part.strip() for part in said.split(":")])):
            if part in known:
                return known[part]
        return summary

    def strangers(self) -> tuple[str, ...]:
        """Name what events say that is nobody of the people."""
        names = {entry.summary for entry in self.entries}
        known = set(self.people.values())
        return tuple(sorted(name for name in names if self._person(name) not in known))


def read_entries(text: str, zone: str) -> tuple[Entry, ...]:
    """Read a calendar's text: events whose shifts can be worked out. Raises BadCalendar."""
    found = _read(text, zone)
    if isinstance(found, BadCalendar):
        raise BadCalendar(str(found))
    return found


@lru_cache(maxsize=64)  # of what is wrong, too: it is asked again whenever somebody is to be told
def _read(text: str, zone: str) -> "tuple[Entry, ...] | BadCalendar":
    try:
        return _entries(text, ZoneInfo(zone))
    except BadCalendar as error:
        return error


def _entries(text: str, zone: ZoneInfo) -> tuple[Entry, ...]:
    if len(text) > LARGEST:
        raise BadCalendar(f"more than {LARGEST} characters")
    import icalendar

    try:
        calendar = icalendar.Calendar.from_ical(text)
    except (ValueError, IndexError, KeyError) as error:
        raise BadCalendar(f"not an iCalendar text: {error}") from None
    found = []
    moved: dict[str, set[datetime]] = {}
    events: list[Any] = calendar.walk("VEVENT")
    for event in events:
        cancelled = str(event.get("STATUS", "")).upper() == "CANCELLED"
        if cancelled and "RECURRENCE-ID" not in event:
            continue
        try:
            entry, at = _entry(event, zone), _instead(event, zone)
        except ValueError as error:
            raise BadCalendar(f"event {_called(event)}: {error}") from None
        except OverflowError:
            raise BadCalendar(f"event {_called(event)}: {_TOO_FAR}") from None
        if at is not None:  # one time of a series, held otherwise, or not at all
            moved.setdefault(entry.uid, set()).add(at)
            if cancelled:
                continue
        found.append(entry)
    return tuple(
        replace(entry, but=entry.but | moved.get(entry.uid, set())) if entry.rule else entry
        for entry in found
    )


def _called(event: Any) -> str:
    """Name an event as somebody finds it again: by its summary, and its start as it is written."""
    starts = event.get("DTSTART", [])
    written = [one.to_ical().decode() for one in (starts if isinstance(starts, list) else [starts])]
    return f"{_whose(event)!r} ({' and '.join(written) or 'without a start'})"


def _entry(event: Any, zone: ZoneInfo) -> Entry:
    for name, why in event.errors:
        if name in _READ:
            raise BadCalendar(f"{name}: {why}")
    value = _value(event, "DTSTART")
    if not isinstance(value, date):
        raise BadCalendar("DTSTART is no time")
    own = _zone_of(value, zone)
    starts = on_wall(_aware(value, zone), own)
    entry = Entry(
        uid=str(event.get("UID", "")),
        summary=_whose(event),
        starts=starts,
        length=_length(event, value, zone, starts, own),
        zone=own,
        rule="" if "RECURRENCE-ID" in event else _rule(event, starts, own),
        but=frozenset(_moments(event, "EXDATE", zone)),
        also=tuple(_moments(event, "RDATE", zone)),
    )
    for begins in (moment(starts, own), *entry.also):
        if not _FIRST <= begins <= begins + max(entry.length, timedelta()) <= _LAST:
            raise BadCalendar(_TOO_FAR)
    return entry


def _value(event: Any, name: str) -> Any:
    """Give what stands in a property that an event has once."""
    if name not in event:
        raise BadCalendar(f"it has no {name}")
    if isinstance(event[name], list):
        raise BadCalendar(f"{name} stands in it {len(event[name])} times")
    return event[name].dt


def _rule(event: Any, starts: datetime, zone: ZoneInfo) -> str:
    if "RRULE" not in event:
        return ""
    if isinstance(event["RRULE"], list):
        raise BadCalendar(f"RRULE stands in it {len(event['RRULE'])} times")
    return series.read(event["RRULE"].to_ical().decode(), starts, zone)


def _instead(event: Any, zone: ZoneInfo) -> datetime | None:
    """Tell which moment of its series an event stands for; None: it stands for none."""
    if "RECURRENCE-ID" not in event:
        return None
    value = _value(event, "RECURRENCE-ID")
    if not isinstance(value, date):
        raise BadCalendar("RECURRENCE-ID is no time")
    return _aware(value, zone)


def _whose(event: Any) -> str:
    """Whoever attends, where one does; else the summary."""
    attendees = event.get("ATTENDEE", [])
    attendees = attendees if isinstance(attendees, list) else [attendees]
    if len(attendees) == 1 and (name := attendees[0].params.get("CN")):
        return str(name)
    return str(event.get("SUMMARY", "")).strip()


def _length(event: Any, value: date, zone: ZoneInfo, starts: datetime, own: ZoneInfo) -> timedelta:
    if "DTEND" in event:
        ends = _value(event, "DTEND")
        if not isinstance(ends, date) or _aware(ends, zone) < _aware(value, zone):
            raise BadCalendar("DTEND is no time after DTSTART")
        return on_wall(_aware(ends, zone), own) - starts
    if "DURATION" in event:
        length = _value(event, "DURATION")
        if not isinstance(length, timedelta) or length < timedelta():
            raise BadCalendar("DURATION is no length of time")
        return length
    return timedelta() if isinstance(value, datetime) else timedelta(days=1)


def _moments(event: Any, name: str, zone: ZoneInfo) -> list[datetime]:
    values: Any = event.get(name, [])
    lists = values if isinstance(values, list) else [values]
    dates = [one.dt for each in lists for one in each.dts]
    return [_aware(one[0] if isinstance(one, tuple) else one, zone) for one in dates]


def _zone_of(value: date, zone: ZoneInfo) -> ZoneInfo:
    own = value.tzinfo if isinstance(value, datetime) else None
    if isinstance(own, ZoneInfo):
        return own
    return zone if own is None else ZoneInfo("UTC")


def _aware(value: date, zone: ZoneInfo) -> datetime:
    if not isinstance(value, datetime):
        return moment(datetime.combine(value, time(0)), zone)
    return value.astimezone(UTC) if value.tzinfo else moment(value, zone)


def feed(name: str, shifts: Sequence[Shift], now: datetime) -> str:
    """Write shifts as a calendar that others can subscribe to."""
    import icalendar

    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//steadyhand//on call//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", f"on call: {name}")
    for shift in shifts:
        event = icalendar.Event()
        event.add("uid", f"{name}-{shift.starts:%Y%m%dT%H%M%SZ}@steadyhand")
        event.add("dtstamp", now.astimezone(UTC))
        event.add("dtstart", shift.starts.astimezone(UTC))
        event.add("dtend", shift.ends.astimezone(UTC))
        event.add("summary", shift.person)
        if shift.why:
            event.add("description", shift.why)
        calendar.add_component(event)
    text: bytes = calendar.to_ical()
    return text.decode()
