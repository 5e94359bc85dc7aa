"""A composite alarm and its suppressor in; whether its actions are held, by what, until when, out.

CloudWatch's rule: the suppressor holds the actions while it is in ALARM. After the composite has
turned, it is waited for (`wait`), in case the suppressor is about to turn; after the suppressor has
left ALARM, the composite is given time to follow (`extension`). The state itself is never held.
Pure.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Create_Composite_Alarm_Suppression.html
"""

from datetime import datetime, timedelta

from msgspec import Struct


class Held(Struct, frozen=True):
    """Actions that are not done yet. `until` None: as long as the suppressor is in ALARM."""

    by: str  # "Alarm", "WaitPeriod", "ExtensionPeriod"
    why: str
    until: datetime | None = None


class Suppressor(Struct, frozen=True):
    """The alarm that holds another's actions: whether it is in ALARM, and since when it (not) is.

    `since` None: it has never turned.
    """

    name: str
    in_alarm: bool
    since: datetime | None


def held(
    turned: datetime, suppressor: Suppressor, wait: float, extension: float, now: datetime
) -> Held | None:
    """Say what holds the actions of an alarm that turned to ALARM at `turned`; None: nothing."""
    name = suppressor.name
    if suppressor.in_alarm:
        return Held("Alarm", f"“{name}” is in ALARM")
    if (left := suppressor.since) is not None:
        until = left + timedelta(seconds=extension)
        if now < until:
            return Held("ExtensionPeriod", f"“{name}” left ALARM {left:%H:%M:%S}", until)
    until = turned + timedelta(seconds=wait)
    if now < until:
        return Held("WaitPeriod", f"“{name}” may still turn to ALARM", until)
    return None
