"""The RRULE of a calendar in; the times on the wall at which it comes, out. Pure.

Only a rule that `read` gave is asked for its times: one that is wrong, or never comes, would be
gone through up to the year 9999, or for ever.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from steadyhand.model.oncall.walls import on_wall

_TOO_OFTEN = {"SECONDLY", "MINUTELY"}  # no shift; and working them out would take for ever
# Weekdays and leap years come again after 28 years where no century lies between; the last ones
# that a date can have, because going through them ends there.
_LAST_YEARS = datetime(9972, 1, 1)


class BadRule(ValueError):
    """A rule that gives no times; the message says why."""


def read(rule: str, starts: datetime, zone: ZoneInfo) -> str:
    """Read a rule of an event that starts then on the wall of `zone`. Raises BadRule."""
    from dateutil.rrule import rrulestr

    parts = dict(part.partition("=")[::2] for part in rule.upper().split(";"))
    if parts.get("FREQ") in _TOO_OFTEN:
        raise BadRule(f"{rule} is no shift")
    if "FREQ" not in parts:
        raise BadRule("RRULE says no FREQ that it comes with")
    try:
        if int(parts.get("INTERVAL", "1")) < 1:
            raise BadRule(f"{rule}: INTERVAL is at least 1")
        rule = _local_until(rule, zone)
        series = rrulestr(rule, dtstart=starts).replace(until=None, count=None)
        ever = series.replace(dtstart=_LAST_YEARS, interval=1)
        comes = next(iter(ever), None) and next(iter(series), None)
    except BadRule:
        raise
    except (ValueError, TypeError, OverflowError) as error:
        raise BadRule(f"{rule}: {error}") from None
    if comes is None:
        raise BadRule(f"{rule} never comes")
    return rule


def times(rule: str, starts: datetime, since: datetime, until: datetime) -> Iterator[datetime]:
    """Give the times of a rule from `since` to `until`, all of them on one wall."""
    from dateutil.rrule import rrulestr

    yield from rrulestr(rule, dtstart=starts).between(since, until, inc=True)


def _local_until(rule: str, zone: ZoneInfo) -> str:
    """Write UNTIL, which is UTC where DTSTART has a zone, on the wall as the rest is."""
    parts = []
    for part in rule.split(";"):
        name, _, value = part.partition("=")
        if name.upper() == "UNTIL" and value.endswith("Z"):
            at = datetime.strptime(value, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
            try:
                part = f"UNTIL={on_wall(at, zone):%Y%m%dT%H%M%S}"
            except OverflowError:  # the end of the year 9999, as some calendars write "for ever"
                part = f"UNTIL={at:%Y%m%dT%H%M%S}"
        parts.append(part)
    return ";".join(parts)
