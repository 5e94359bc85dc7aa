"""Words for times that come again in, cron lines and windows out.

None where five fields of cron cannot say it ("first Monday of the month"), "@weekly" and the like
where the words say no hour. Knows no calendar and no clock.
"""

import re
from collections.abc import Iterator, Sequence

from msgspec import Struct

from steadyhand.compile.facts.said import Place, Said, sentences
from steadyhand.compile.wording import imperative
from steadyhand.model.document.facts import Schedule, Window
from steadyhand.model.document.span import Span

_DAYS = {
    "sunday": 0, "monday": 1, "tuesday": 2, "wednesday": 3, "thursday": 4, "friday": 5,
    "saturday": 6, "sun": 0, "mon": 1, "tue": 2, "tues": 2, "wed": 3, "thu": 4, "thur": 4,
    "thurs": 4, "fri": 5, "sat": 6,
}  # fmt: skip
_DAY = (
    r"(?:sunday|monday|tuesday|wednesday|thursday|friday|saturday|"
    r"sun|mon|tues?|wed|thu(?:rs?)?|fri|sat)"
)
_CLOCK = (
    r"(?:(?:[01]?\d|2[0-4])[:.][0-5]\d(?::[0-5]\d)?\s*(?:[ap]\.?m\.?)?|"
    r"(?:1[0-2]|0?[1-9])\s*[ap]\.?m\.?|midnight|noon)"
)
_ZONE = (
    r"(?:UTC|GMT|Z|CES?T|W?E[ES]?S?T|EDT|CDT|[MP][SD]?T|IST|JST|KST|SGT|BST|AES?T|AEDT|local time"
    r"|(?:Africa|America|Asia|Atlantic|Australia|Europe|Indian|Pacific)/[A-Z][\w/]+)"
)
_RANGE = re.compile(
    rf"(?P<from>{_CLOCK})\s*(?P<zone1>{_ZONE})?\s*(?:-|–|—|to|until|till)\s*"
    rf"(?:{_DAY}s?\s+)?(?P<to>{_CLOCK})",
    re.IGNORECASE,
)
_AT = re.compile(rf"\b{_CLOCK}(?![\w:])", re.IGNORECASE)
_IN_ZONE = re.compile(rf"(?<=[\d\sm(]){_ZONE}\b(?!\w)")
_OFFSET = re.compile(r"\b(?:UTC|GMT)\s*[+-]\d{1,2}(?::?\d{2})?")
_SEVERAL_DAYS = re.compile(
    rf"\b({_DAY})s?\b(?:\s*(-|–|to|through|,|and|&|/)\s*({_DAY})s?\b)?", re.IGNORECASE
)
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_UpgradeDBInstance.Maintenance.html
_AWS_WINDOW = re.compile(r"\b([a-z]{3}):(\d\d):(\d\d)-([a-z]{3}):(\d\d):(\d\d)\b", re.IGNORECASE)
_CRON = re.compile(r"(?<!\S)(?:[\d*/,-]+\s+){4}[\d*/,A-Za-z-]+(?!\S)")
_EVERY = re.compile(
    r"\b(?:every|each|once (?:an?|every|per))\s+(?:(\d+)\s*|(other)\s+)?"
    r"(seconds?|minutes?|mins?|min|hours?|hrs?|h|days?|d|weeks?|months?|quarters?|years?)\b",
    re.IGNORECASE,
)
_RATE = re.compile(r"\brate\((\d+)\s+(minute|hour|day)s?\)", re.IGNORECASE)
_PERIODS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(rf"\b(?:{words})\b", re.IGNORECASE), name)
    for words, name in (
        (r"hourly", "hour"),
        (r"daily|nightly|every (?:night|morning|evening)|each night", "day"),
        (r"weekly", "week"),
        (r"monthly", "month"),
        (r"quarterly", "quarter"),
        (r"annually|yearly", "year"),
    )
)
_ORDINAL = re.compile(
    rf"\b(first|second|third|fourth|last|1st|2nd|3rd|4th)\s+"
    rf"({_DAY}|weekday|business day|working day)\b",
    re.IGNORECASE,
)
_DAY_OF_MONTH = re.compile(
    r"\b(?:on\s+)?(?:the\s+)?(?:day\s+)?(\d{1,2})(?:st|nd|rd|th)\s+(?:day\s+)?of\s+"
    r"(?:each|every|the)\s+month\b|\bfirst (?:day )?of (?:each|every|the) month\b",
    re.IGNORECASE,
)
_WEEKDAYS = re.compile(r"\b(?:weekdays?|business days?|working days?)\b", re.IGNORECASE)
_WEEKENDS = re.compile(r"\bweekends?\b", re.IGNORECASE)
_SECONDS = {
    "second": 1.0, "minute": 60.0, "hour": 3600.0, "day": 86400.0, "week": 604800.0,
    "month": 2629800.0, "quarter": 7889400.0, "year": 31557600.0,
}  # fmt: skip
_NICKNAMES = {
    "hour": "@hourly", "day": "@daily", "week": "@weekly", "month": "@monthly", "year": "@yearly",
}  # fmt: skip
_WINDOW = re.compile(r"\b(?:windows?|downtime|blackout|freeze|quiet hours)\b", re.IGNORECASE)
_MAYBE = re.compile(
    r"\b(?:every|each|once|hourly|daily|nightly|weekly|monthly|quarterly|annually|yearly|rate\()"
    rf"|\b{_DAY}s\b|\*\s+\*|month\b",
    re.IGNORECASE,
)
_OFTEN_FIRST = re.compile(r"(?:daily|weekly|monthly|quarterly|nightly|hourly)\s+\w", re.IGNORECASE)
# "Backups are taken every night at 01:00": who does it, and when.
_TOLD = re.compile(
    r"(?:The |A |An |All )?([A-Z][\w -]{2,40}?)\s+(?:runs?|happens?|(?:is|are) (?:automatically )?"
    r"(?:run|taken|done|made|rotated|executed|performed|renewed|sent|created|scheduled))\b([^;]*)"
)
# A sentence that says when and nothing else: "Every Sunday at 02:00 UTC.", "Daily 9AM:".
_WHEN = re.compile(
    rf"(?:on |every |each )?(?:day|night|morning|evening|daily|nightly|weekdays?|{_DAY}s?)"
    rf"(?:(?:,| and| to|-|–) *{_DAY}s?)*,?(?: at| @)? +{_CLOCK}(?: ?{_ZONE})?[ .:]*",
    re.IGNORECASE,
)
_ABOUT_WHEN = frozenset({"schedule", "when", "frequency", "cadence"})
_LONGEST = 240  # characters; what is longer tells about something else as well


class Recurring(Struct, frozen=True):
    """When something happens again: `cron` and `every` are None where the words do not say it."""

    cron: str | None
    zone: str
    every: float | None


def recurring(text: str) -> Recurring | None:
    """Read a time that comes again; None where a text speaks of none. Pure."""
    zone = zone_of(text)
    if (raw := _CRON.search(text)) is not None:
        return Recurring(" ".join(raw.group().split()), zone, None)
    at = clock(match.group()) if (match := _AT.search(text)) is not None else None
    if (ordinal := _ORDINAL.search(text)) is not None and re.search(
        r"\bmonth|\bquarter|\bmonthly", text, re.IGNORECASE
    ):
        return Recurring(None, zone, _SECONDS["month"])
    if (match := _DAY_OF_MONTH.search(text)) is not None:
        day = int(match.group(1) or 1)
        return Recurring(_at(at, f"{day} * *"), zone, _SECONDS["month"])
    if ordinal is None and (days := _weekdays(text)):
        every = _SECONDS["day"] if "," in days or "-" in days else _SECONDS["week"]
        return Recurring(_at(at, f"* * {days}"), zone, every)
    counted = _counted(text)
    if counted is None:
        return None
    number, unit = counted
    return Recurring(_cron(number, unit, at), zone, number * _SECONDS[unit])


def _counted(text: str) -> tuple[int, str] | None:
    match = _EVERY.search(text) or _RATE.search(text)
    if match is not None:
        unit = match.group(match.lastindex or 0).lower().rstrip("s")
        unit = {"min": "minute", "hr": "hour", "h": "hour", "d": "day"}.get(unit, unit)
        number = 2 if match.re is _EVERY and match.group(2) else int(match.group(1) or 1)
        return (number, unit) if number else None
    return next(((1, name) for pattern, name in _PERIODS if pattern.search(text)), None)


def _cron(number: int, unit: str, at: tuple[int, int] | None) -> str | None:
    """Write an interval as a cron line where one can: it must divide the unit above it."""
    minute, hour = (at[1], at[0]) if at is not None else (0, 0)
    if (unit, number) == ("hour", 24):
        number, unit = 1, "day"
    match unit:
        case "minute" if number < 60 and 60 % number == 0:
            return "* * * * *" if number == 1 else f"*/{number} * * * *"
        case "minute" if number % 60 == 0 and 24 % (number // 60) == 0:
            return _cron(number // 60, "hour", at)
        case "hour" if number < 24 and 24 % number == 0:
            return "@hourly" if number == 1 else f"0 */{number} * * *"
        case "day" if number == 1 and at is not None:
            return f"{minute} {hour} * * *"
        case "quarter" if number == 1 and at is not None:
            return f"{minute} {hour} 1 */3 *"
        case _ if number == 1 and at is None:
            return _NICKNAMES.get(unit)
        case _:
            return None


def _at(at: tuple[int, int] | None, days: str) -> str | None:
    """Write a cron line for an hour on some days; without an hour, midnight is not invented."""
    if at is None:
        return None
    return f"{at[1]} {at[0]} {days}"


def _weekdays(text: str) -> str:
    """Give the day field of cron for the days a text names: "1-5", "0", "2,4"; "" for none."""
    if _WEEKDAYS.search(text):
        return "1-5"
    if _WEEKENDS.search(text):
        return "0,6"
    match = _SEVERAL_DAYS.search(text)
    if match is None:
        return ""
    first = _DAYS[match.group(1).lower()]
    if match.group(3) is None:
        return str(first)
    last = _DAYS[match.group(3).lower()]
    ranged = match.group(2).lower() in {"-", "–", "to", "through"}
    if ranged and first < last:
        return f"{first}-{last}"
    if ranged:  # Fri-Mon: cron's days begin with Sunday
        days = [*range(first, 7), *range(last + 1)]
        return ",".join(map(str, sorted(set(days))))
    return ",".join(map(str, sorted({first, last})))


def clock(text: str) -> tuple[int, int] | None:
    """Read a time of day: "3AM" → (3, 0), "14:30" → (14, 30); None for none. Pure."""
    words = text.strip().lower().replace(".m", "m").replace("m.", "m")
    if words in {"midnight", "noon"}:
        return (0, 0) if words == "midnight" else (12, 0)
    match = re.fullmatch(r"(\d{1,2})(?:[:.](\d\d))?(?::\d\d)?\s*([ap])?m?", words)
    if match is None:
        return None
    hour, minute = int(match.group(1)), int(match.group(2) or 0)
    if match.group(3):
        hour = hour % 12 + (12 if match.group(3) == "p" else 0)
    return (hour % 24, minute) if hour <= 24 and minute < 60 else None


def zone_of(text: str) -> str:
    """Give the time zone that a text names, as it is written; "" for none. Pure."""
    match = _OFFSET.search(text) or _IN_ZONE.search(text)
    if match is None:
        return ""
    return "UTC" if match.group() == "Z" else re.sub(r"\s", "", match.group())


def window(name: str, text: str, span: Span) -> Window | None:
    """Read a window: "Sundays 2:00 AM - 4:00 AM UTC"; None where it names no hours. Pure."""
    if (aws := _AWS_WINDOW.search(text)) is not None and aws.group(1).lower() in _DAYS:
        return _aws_window(name, text, span, aws)
    match = _RANGE.search(text)
    if match is None:
        return None
    first, last = match.group("from"), match.group("to")
    if re.search(r"[ap]\.?m", last, re.I) and not re.search(r"[ap]\.?m|noon|night", first, re.I):
        first += last[-2:]  # "2:00 - 4:00 AM"
    start, end = clock(first), clock(last)
    if start is None or end is None:
        return None
    seconds = ((end[0] - start[0]) * 60 + end[1] - start[1]) % 1440 * 60 or 86400
    days = _weekdays(text) or "*"
    cron = None if _ORDINAL.search(text) else f"{start[1]} {start[0]} * * {days}"
    return Window(name, text, cron, zone_of(text), float(seconds), span)


def _aws_window(name: str, text: str, span: Span, match: re.Match[str]) -> Window:
    day, hour, minute, until, to_hour, to_minute = match.groups()
    first = (_DAYS[day.lower()] * 24 + int(hour)) * 60 + int(minute)
    last = (_DAYS.get(until.lower(), 0) * 24 + int(to_hour)) * 60 + int(to_minute)
    cron = f"{int(minute)} {int(hour)} * * {_DAYS[day.lower()]}"
    return Window(name, text, cron, "UTC", float((last - first) % 10080 * 60), span)


def schedule(task: str, text: str, span: Span) -> Schedule | None:
    """Read a cell or a sentence that says how often a task is done. Pure."""
    found = recurring(text)
    if found is None:
        return None
    return Schedule(task, text, found.cron, found.zone, found.every, span)


def schedules_in(said: Said) -> Iterator[Schedule | Window]:
    """Give what is done again and again, and the windows for it. Pure."""
    if not any(looks.search(said.text) for looks in (_MAYBE, _WINDOW, _WHEN)):
        return
    if said.place is Place.HEADING:
        if _OFTEN_FIRST.match(said.text):
            yield from filter(None, [schedule(said.text, said.text, said.span)])
    elif said.label:
        yield from _of_field(said, said.label, said.rest)
    else:
        for sentence in sentences(said.text):
            if len(sentence) <= _LONGEST:
                yield from _of_field(said, *_field(sentence), sentence)


def _of_field(said: Said, head: str, rest: str, sentence: str = "") -> Iterator[Schedule | Window]:
    text = sentence or said.text
    if _WINDOW.search(head or text):
        found = window(head or said.nearest, rest or text, said.span)
        if found is not None:
            yield found
            return
    when = rest if head.lower() in _ABOUT_WHEN else text
    if said.place is not Place.HEADING and _WHEN.fullmatch(when):
        yield from filter(None, [schedule(_task(said), when.rstrip(" .:"), said.span)])
        return
    if not _MAYBE.search(text) or len(text) > _LONGEST or _TELLS_PEOPLE.search(text):
        return
    if rest and _is_frequency(rest):
        yield from filter(None, [schedule(head, rest, said.span)])
    elif (told := _TOLD.match(text)) is not None:
        yield from filter(None, [schedule(told.group(1), told.group(2).strip(" ."), said.span)])
    elif said.place is Place.ITEM and said.checked is None and imperative(text):
        yield from filter(None, [schedule(text, text, said.span)])
    elif _OFTEN_FIRST.match(head) and said.label:
        yield from filter(None, [schedule(head, said.text, said.span)])


# How often somebody is told something while an incident lasts; nothing that a clock begins.
_TELLS_PEOPLE = re.compile(
    r"\b(?:updates?|communicat\w+|inform\w*|notif\w+|post)\b.*\bevery\s+\d+\s*(?:min|h)|"
    r"\bevery\s+\d+\s*(?:min|h)\w*\s+(?:during|until|while|update|to (?:customers|stakeholders))",
    re.IGNORECASE,
)


def _task(said: Said) -> str:
    """Say what is done at a time that stands alone: what the label or the heading above says."""
    labels = {said.label.lower(), *_ABOUT_WHEN}
    names = (one for one in said.above if one.lower() not in labels and not _WHEN.fullmatch(one))
    return next(names, said.text)


def exactest(schedules: Sequence[Schedule]) -> Iterator[Schedule]:
    """Leave out a heading ("Weekly upkeep") where what is below it says at which hour. Pure."""
    timed = {s.task: s for s in schedules if s.cron and not s.cron.startswith("@")}
    for one in schedules:
        if one.text != one.task or timed.get(one.task, one) is one:
            yield one


def _field(text: str) -> tuple[str, str]:
    head, colon, rest = text.partition(": ")
    return (head, rest) if colon and len(head.split()) <= 6 else ("", "")


def _is_frequency(text: str) -> bool:
    """Tell whether a text says how often and little else: "Every Sunday at 02:00 UTC"."""
    match = re.match(
        rf"(?:runs? |at |on |~|approx\.? )?(?:every|each|once|hourly|daily|nightly|weekly|monthly|"
        rf"quarterly|annually|yearly|rate\(|{_DAY}s?\b|\*|\d[\d,*/-]* [\d*])",
        text,
        re.IGNORECASE,
    )
    return match is not None and len(text.split()) <= 12
