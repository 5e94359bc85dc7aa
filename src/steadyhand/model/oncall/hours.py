"""Business hours in; whether it is one, when the next begins, when so much of them is over, out.

Pure. Holidays and zones come from the settings; nothing is looked up.
"""

from datetime import datetime, timedelta

from steadyhand.model.oncall.walls import Hours, on_wall

_SIGHT = timedelta(days=400)  # no year is all holidays


def is_open(hours: Hours, at: datetime) -> bool:
    return next_open(hours, at) == at


def next_open(hours: Hours, at: datetime) -> datetime:
    """Give the first business moment from `at` on: `at` itself during business hours.

    Raises ValueError where there is none in a year.
    """
    for opens, closes in hours.windows(at, at + _SIGHT):
        if closes > at:
            return max(opens, at)
    raise ValueError("there are no business hours in a year")


def next_business_day(hours: Hours, at: datetime) -> datetime:
    """Give the beginning of the business day after the day of `at` (on the wall there)."""
    today = on_wall(at, hours.zone).date()
    for opens, _ in hours.windows(at, at + _SIGHT):
        if opens > at and on_wall(opens, hours.zone).date() > today:
            return opens
    raise ValueError("there are no business hours in a year")


def after_hours(hours: Hours, at: datetime, seconds: float) -> datetime:
    """Give the moment at which so many seconds of business hours have gone by since `at`."""
    left = timedelta(seconds=seconds)
    end = at + _SIGHT + 10 * left
    for opens, closes in hours.windows(at, end):
        begins = max(opens, at)
        if left <= closes - begins:
            return begins + left
        left -= closes - begins
    raise ValueError("there are not as many business hours")
