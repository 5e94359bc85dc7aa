"""A time on the wall of a place in, a moment out: on nights when clocks change, too. Pure.

Clocks that are put forward leave out an hour: a time in it is the moment at which they are put
forward. Clocks that are put back show an hour twice: a time in it is the first of the two. So what
is later on the wall is never earlier in truth.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = timedelta(days=1)


class BadTime(ValueError):
    """Words of a setting that say no time, day or length; the message says what would."""


def moment(wall: datetime, zone: ZoneInfo) -> datetime:
    """Tell when the clocks of a zone show `wall` (without a zone): UTC and aware."""
    early = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    late = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if late <= early:  # an ordinary time, or the first of two (fold 0 is the earlier one then)
        return late
    after = late.astimezone(zone).utcoffset()
    while late - early > timedelta(microseconds=1):  # the moment at which the clocks are changed
        between = early + (late - early) / 2
        if between.astimezone(zone).utcoffset() == after:
            late = between
        else:
            early = between
    return late.replace(microsecond=0) if late.microsecond < 2 else late


def on_wall(at: datetime, zone: ZoneInfo) -> datetime:
    """Tell what the clocks of a zone show at a moment, without the zone."""
    return at.astimezone(zone).replace(tzinfo=None, fold=0)


class Hours(Struct, frozen=True):
    """Hours of some days of the week in a zone; `ends` not after `starts` is on the next day."""

    zone: ZoneInfo
    days: frozenset[int] = frozenset(range(7))  # 0 is Monday
    starts: time = time(0)
    ends: time = time(0)
    closed: frozenset[date] = frozenset()

    def windows(self, since: datetime, until: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Give every window that touches the time between two moments, in order."""
        day = on_wall(since, self.zone).date() - _DAY
        last = on_wall(until, self.zone).date()
        while day <= last:
            if day.weekday() in self.days and day not in self.closed:
                ends = day if self.ends > self.starts else day + _DAY
                opens = moment(datetime.combine(day, self.starts), self.zone)
                closes = moment(datetime.combine(ends, self.ends), self.zone)
                if opens < until and closes > since and opens < closes:
                    yield opens, closes
            day += _DAY


def read_time(text: str) -> time:
    """Read "09:00"; "24:00" is midnight. Raises BadTime."""
    hour, colon, minute = text.strip().partition(":")
    if text.strip() == "24:00":
        return time(0)
    if not (colon and hour.isdecimal() and minute.isdecimal() and len(minute) == 2):
        raise BadTime(f'a time is "09:00" (it is {text!r})')
    try:
        return time(int(hour), int(minute))
    except ValueError:
        raise BadTime(f'a time is "09:00" (it is {text!r})') from None


def read_hours(text: str) -> tuple[time, time]:
    """Read "09:00-17:00"; "" is the whole day. Raises BadTime."""
    if not text.strip():
        return time(0), time(0)
    starts, dash, ends = text.partition("-")
    if not dash:
        raise BadTime(f'hours are "09:00-17:00" (it is {text!r})')
    return read_time(starts), read_time(ends)


def read_days(text: str) -> frozenset[int]:
    """Read "mon-fri" or "sat, sun"; "" is every day. Raises BadTime."""
    found: set[int] = set()
    for part in text.replace(",", " ").split():
        first, _, last = part.lower().partition("-")
        last = last or first
        if first not in DAYS or last not in DAYS:
            raise BadTime(f'days are "mon-fri" or "sat, sun" (it is {text!r})')
        at, until = DAYS.index(first), DAYS.index(last)
        found.update(day % 7 for day in range(at, until + 1 + (7 if until < at else 0)))
    return frozenset(found or range(7))


_LENGTHS = {"hourly": timedelta(hours=1), "daily": _DAY, "weekly": 7 * _DAY}
_UNITS = {"hour": timedelta(hours=1), "day": _DAY, "week": 7 * _DAY}


def read_length(text: str) -> timedelta:
    """Read "daily", "weekly", "12 hours", "10 days". Raises BadTime."""
    words = text.lower().split()
    if len(words) == 1 and words[0] in _LENGTHS:
        return _LENGTHS[words[0]]
    if len(words) == 2 and words[0].isdecimal() and words[1].rstrip("s") in _UNITS:
        count = int(words[0])
        if 0 < count <= 1000:
            return count * _UNITS[words[1].rstrip("s")]
    raise BadTime(f'a length is "daily", "weekly", "12 hours" or "10 days" (it is {text!r})')


def read_zone(text: str) -> ZoneInfo:
    """Read the name of a time zone. Raises BadTime."""
    try:
        return ZoneInfo(text)
    except (ValueError, LookupError, OSError):  # also a path out of the folder of zones
        raise BadTime(f'a zone is "Europe/Berlin" or "UTC" (it is {text!r})') from None
