"""A silence: for which alarms nobody is told, until when, why, and by whom. Events and state. Pure.

A silence holds pages back; it closes no incident and stops no watching.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from fnmatch import fnmatchcase

from msgspec import Struct
from msgspec.structs import replace

from steadyhand.model.events import IllegalEvent
from steadyhand.model.oncall.walls import BadTime, on_wall, read_zone


class Matcher(Struct, frozen=True):
    """Patterns (`*` and `?`), case ignored; "" matches all."""

    system: str = ""
    alarm: str = ""
    severity: str = ""

    def matches(self, system: str, alarm: str, severity: str) -> bool:
        pairs = ((self.system, system), (self.alarm, alarm), (self.severity, severity))
        return all(
            not pattern or fnmatchcase(value.casefold(), pattern.casefold())
            for pattern, value in pairs
        )

    @property
    def words(self) -> str:
        said = (("system", self.system), ("alarm", self.alarm), ("severity", self.severity))
        return " ".join(f"{name}={pattern}" for name, pattern in said if pattern) or "everything"


class SilenceAdded(Struct, frozen=True):
    matcher: Matcher
    starts: datetime
    ends: datetime
    reason: str
    by: str
    at: datetime


class SilenceExpired(Struct, frozen=True):
    """Somebody has ended it before its time."""

    by: str
    at: datetime


SILENCE_EVENTS: Mapping[str, type] = {
    event.__name__: event for event in (SilenceAdded, SilenceExpired)
}


class Silence(Struct, frozen=True):
    matcher: Matcher
    starts: datetime
    ends: datetime
    reason: str
    by: str
    expired_by: str = ""

    def holds(self, at: datetime) -> bool:
        return self.starts <= at < self.ends


def evolve(silence: Silence | None, event: object) -> Silence:
    """Apply one event. Raises IllegalEvent where it cannot follow what was before."""
    match event:
        case SilenceAdded(matcher, starts, ends, reason, by):
            if silence is not None:
                raise IllegalEvent("a silence is added once")
            if not starts < ends:
                raise IllegalEvent("it would end before it starts")
            if not reason.strip():
                raise IllegalEvent("a silence needs a reason")
            return Silence(matcher, starts, ends, reason, by)
        case SilenceExpired(by, at):
            if silence is None or at >= silence.ends:
                raise IllegalEvent("it has ended already")
            return replace(silence, ends=max(silence.starts, at), expired_by=by)
        case _:
            raise IllegalEvent(f"{type(event).__name__} is not an event of a silence")


class Holding(Struct, frozen=True):
    """What holds the pages of an alarm now: a silence, or a maintenance window. `id` names it."""

    id: str
    why: str
    until: datetime


def holding(
    silences: Iterable[tuple[str, Silence]], what: tuple[str, str, str], at: datetime
) -> Holding | None:
    """Give the silence that holds the longest for (system, alarm, severity)."""
    found = [
        Holding(key, f"silenced by {one.by}: {one.reason}", one.ends)
        for key, one in silences
        if one.holds(at) and one.matcher.matches(*what)
    ]
    return max(found, key=lambda held: held.until, default=None)


_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


def read_lasting(text: str) -> timedelta:
    """Read "90m", "2h", "1d". Raises BadTime."""
    number, unit = text[:-1], text[-1:]
    if unit in _UNITS and number.isdecimal() and 0 < int(number) <= 10_000:
        return int(number) * _UNITS[unit]
    raise BadTime(f'a length of time is "90m", "2h" or "1d" (it is {text!r})')


# --- windows that come again ---------------------------------------------------------------------

_LONGEST = timedelta(days=7)


def in_window(cron: str, zone: str, seconds: float, at: datetime) -> datetime | None:
    """Say until when a window that begins at each time of a cron line holds; None: not now.

    Five fields on the wall of the zone ("" is UTC). Raises BadTime for what is no cron line.
    """
    fields = _fields(cron)
    place = read_zone(zone or "UTC")
    minute = at.replace(second=0, microsecond=0)
    for back in range(int(min(timedelta(seconds=seconds), _LONGEST).total_seconds() // 60) + 1):
        began = minute - timedelta(minutes=back)
        until = began + timedelta(seconds=seconds)
        if at < until and _falls(fields, on_wall(began, place)):
            return until
    return None


def _fields(cron: str) -> list[frozenset[int]]:
    bounds = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
    parts = cron.split()
    if len(parts) != len(bounds):
        raise BadTime(f"a cron line has five fields (it is {cron!r})")
    return [_field(part, *bound) for part, bound in zip(parts, bounds, strict=True)]


def _field(text: str, least: int, most: int) -> frozenset[int]:
    found: set[int] = set()
    for part in text.split(","):
        span, _, step = part.partition("/")
        first, _, last = span.partition("-")
        try:
            start = least if span == "*" else int(first)
            stop = most if span == "*" or (step and not last) else int(last or first)
            found.update(range(start, stop + 1, int(step or 1)))
        except ValueError:
            raise BadTime(f"no field of a cron line: {text!r}") from None
    return frozenset(found)


def _falls(fields: list[frozenset[int]], wall: datetime) -> bool:
    """Both days must fit; a line that names both a day of the month and of the week is rare."""
    minute, hour, day, month, weekday = fields
    today = wall.isoweekday() % 7
    return (
        wall.minute in minute
        and wall.hour in hour
        and wall.day in day
        and wall.month in month
        and (today in weekday or (today == 0 and 7 in weekday))
    )
