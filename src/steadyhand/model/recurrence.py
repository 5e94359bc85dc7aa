"""A cron line or an interval with a time zone in, the moments it comes to out. Pure.

On the nights on which clocks change it does as Debian's cron does: what falls into the hour that
is left out is done right after it, what falls into the hour that comes twice is done once.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError
from msgspec import Struct

# What the words stand for; a quarter has no nickname of its own in cron.
# https://man7.org/linux/man-pages/man5/crontab.5.html
NICKNAMES = {
    "@hourly": "0 * * * *", "@daily": "0 0 * * *", "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0", "@monthly": "0 0 1 * *", "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}  # fmt: skip
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MOST = 10_000  # moments that are counted; an hourly one comes to 8,760 in a year


class Recurrence(Struct, frozen=True):
    """`cron` in `zone`, or every so many seconds, counted from 1970. Neither: it never comes."""

    cron: str = ""
    zone: str = "UTC"
    every_seconds: float = 0.0

    @property
    def never(self) -> bool:
        return not self.cron and not self.every_seconds

    @property
    def words(self) -> str:
        if self.cron:
            return f"{self.cron} ({self.zone})"
        return f"every {self.every_seconds:g} s" if self.every_seconds else "when asked for"


def mistake_in(recurrence: Recurrence) -> str:
    """Say why a recurrence cannot be followed; "" where it can."""
    try:
        zone = ZoneInfo(recurrence.zone)
    except (KeyError, OSError, ValueError):  # KeyError: of zoneinfo, for an unknown name
        return f"no time zone “{recurrence.zone}” is known; write it as Europe/Berlin"
    try:
        if recurrence.cron:
            next(CronSim(_line(recurrence.cron), _EPOCH.astimezone(zone)), None)
    except CronSimError as error:
        return f"“{recurrence.cron}” is no cron line: {error}"
    return "an interval is more than 0" if recurrence.every_seconds < 0 else ""


def following(recurrence: Recurrence, after: datetime) -> datetime | None:
    """Give the first moment after one; None where it never comes."""
    return next(_onward(recurrence, after), None)


def latest(recurrence: Recurrence, after: datetime, until: datetime) -> tuple[datetime, int] | None:
    """Give the newest moment in (after, until], and how many came in it before that one.

    None where there was none. The count ends at ten thousand.
    """
    newest, count = None, 0
    for moment in islice(_onward(recurrence, after), _MOST):
        if moment > until:
            break
        newest, count = moment, count + 1
    if count == _MOST:
        newest = next(_back(recurrence, until), newest)
    return None if newest is None else (newest, count - 1)


def newest(recurrence: Recurrence, until: datetime) -> datetime | None:
    """Give the last moment that is not after one; None where there never was one."""
    return next(_back(recurrence, until), None)


def _onward(recurrence: Recurrence, after: datetime) -> Iterator[datetime]:
    if recurrence.cron:
        zoned = after.astimezone(ZoneInfo(recurrence.zone))
        for moment in CronSim(_line(recurrence.cron), zoned):
            yield moment.astimezone(UTC)
    elif recurrence.every_seconds:
        step = timedelta(seconds=recurrence.every_seconds)
        moment = _EPOCH + (after - _EPOCH) // step * step
        while True:
            moment += step
            yield moment


def _back(recurrence: Recurrence, until: datetime) -> Iterator[datetime]:
    if recurrence.cron:
        zoned = (until + timedelta(seconds=1)).astimezone(ZoneInfo(recurrence.zone))
        for moment in CronSim(_line(recurrence.cron), zoned, reverse=True):
            yield moment.astimezone(UTC)
    elif recurrence.every_seconds:
        step = timedelta(seconds=recurrence.every_seconds)
        yield _EPOCH + (until - _EPOCH) // step * step


def _line(cron: str) -> str:
    return NICKNAMES.get(cron.strip().lower(), cron)
