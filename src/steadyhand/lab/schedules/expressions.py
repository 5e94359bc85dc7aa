"""The text of a schedule in, the next moment after another one out. Pure; all times are UTC.

A rate is a duration, and whoever uses it may divide it; cron names points of the clock.
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
"""

import calendar
import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

MONTHS = {name.upper(): number for number, name in enumerate(calendar.month_abbr) if name}
DAYS = dict(zip("SUN MON TUE WED THU FRI SAT".split(), range(1, 8), strict=True))
RATE = re.compile(r"rate\(([1-9]\d*) (minute|hour|day)(s?)\)")
CRON = re.compile(r"cron\((.*)\)")
SECONDS = {"minute": 60, "hour": 3600, "day": 86400}
LOOK_AHEAD = 366 * 9  # days: the next 29 February may be eight years away


class BadSchedule(Exception):
    """It is no schedule expression."""


@dataclass(frozen=True)
class Rate:
    seconds: int


@dataclass(frozen=True)
class Cron:
    """Numbers that fit; of the two texts of days one is "?", and only the other counts."""

    minutes: Collection[int]
    hours: Collection[int]
    days: str
    months: Collection[int]
    weekdays: str
    years: Collection[int]


def parse(text: str) -> Rate | Cron:
    """Raises BadSchedule."""
    rate = RATE.fullmatch(text)
    if rate is not None:
        count, unit, plural = rate.groups()
        if (count == "1") is bool(plural):
            raise BadSchedule(text)
        return Rate(int(count) * SECONDS[unit])
    cron = CRON.fullmatch(text)
    fields = cron.group(1).split() if cron else []
    if len(fields) != 6:
        raise BadSchedule(text)
    minutes, hours, days, months, weekdays, years = (field.upper() for field in fields)
    # One of the two has to be left open, or they could contradict each other.
    if (days == "?") is (weekdays == "?"):
        raise BadSchedule(text)
    made = Cron(
        _numbers(minutes, 0, 59),
        _numbers(hours, 0, 23),
        days,
        _numbers(months, 1, 12, MONTHS),
        weekdays,
        _numbers(years, 1970, 2199),
    )
    _fits(made, date(2024, 2, 1))  # a word in the days that means nothing is found here
    return made


def next_after(cron: Cron, moment: datetime) -> datetime | None:
    """The first minute that fits and is later; None when there is none in nine years."""
    start = moment.replace(second=0, microsecond=0) + timedelta(minutes=1)
    for ahead in range(LOOK_AHEAD):
        day = start.date() + timedelta(days=ahead)
        if day.year not in cron.years or day.month not in cron.months or not _fits(cron, day):
            continue
        for hour in sorted(cron.hours):
            for minute in sorted(cron.minutes):
                at = datetime(day.year, day.month, day.day, hour, minute, tzinfo=start.tzinfo)
                if at >= start:
                    return at
    return None


def _numbers(text: str, low: int, high: int, names: dict[str, int] | None = None) -> frozenset[int]:
    """The numbers of "*", "1,2", "1-5", "*/15", "MON-FRI". Raises BadSchedule."""
    found: set[int] = set()
    for part in text.split(","):
        span, slash, step = part.partition("/")
        first, dash, last = span.partition("-")
        if span == "*":
            begin, end = low, high
        else:
            begin = _number(first, names)
            end = _number(last, names) if dash else high if slash else begin
        every = _number(step, None) if slash else 1
        if not low <= begin <= end <= high or every < 1:
            raise BadSchedule(text)
        found.update(range(begin, end + 1, every))
    return frozenset(found)


def _number(text: str, names: dict[str, int] | None) -> int:
    if names and text in names:
        return names[text]
    if not (text.isascii() and text.isdigit()):
        raise BadSchedule(text)
    return int(text)


def _fits(cron: Cron, day: date) -> bool:
    if cron.weekdays == "?":
        return _fits_month(cron.days, day)
    return _fits_week(cron.weekdays, day)


def _fits_month(text: str, day: date) -> bool:
    last = calendar.monthrange(day.year, day.month)[1]
    if text == "L":
        return day.day == last
    if text.endswith("W"):
        wanted = last if text == "LW" else _number(text[:-1], None)
        if not 1 <= wanted <= 31:
            raise BadSchedule(text)
        return wanted <= last and day == _working_day(day.replace(day=wanted), last)
    return day.day in _numbers(text, 1, 31)


def _working_day(wanted: date, last: int) -> date:
    """The one next to it from Monday to Friday, in the same month."""
    match wanted.weekday():
        case 5:
            away = -1 if wanted.day > 1 else 2
        case 6:
            away = 1 if wanted.day < last else -2
        case _:
            away = 0
    return wanted + timedelta(days=away)


def _fits_week(text: str, day: date) -> bool:
    number = day.isoweekday() % 7 + 1  # Sunday is 1
    if "#" in text:
        weekday, _, which = text.partition("#")
        wanted, nth = _number(weekday, DAYS), _number(which, None)
        if not 1 <= wanted <= 7 or not 1 <= nth <= 5:
            raise BadSchedule(text)
        return number == wanted and (day.day - 1) // 7 + 1 == nth
    if text == "L":
        return number == 7
    if text.endswith("L"):
        wanted = _number(text[:-1], DAYS)
        if not 1 <= wanted <= 7:
            raise BadSchedule(text)
        last = calendar.monthrange(day.year, day.month)[1]
        return number == wanted and day.day + 7 > last
    return number in _numbers(text, 1, 7, DAYS)
