"""Rotations, calendars and overrides in; who is on call, and when nobody is, out. Pure.

One person is on call by a schedule at a time: a later rotation lies over those before it, a
calendar over all rotations, an override over everything, the newest over the older ones.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from steadyhand.model.oncall.calendar import Calendar
from steadyhand.model.oncall.rotation import Rotation, Shift

_MOMENT = timedelta(microseconds=1)
# How far beyond a time it is looked for the end of what touches it; no turn is as long.
_REACH = timedelta(days=400)


class Schedule(Struct, frozen=True):
    """A schedule by name, with what was written down of it later: overrides, and a calendar.

    `broken` says why whose turn it is cannot be worked out: then only overrides put somebody on
    call.
    """

    name: str
    rotations: tuple[Rotation, ...] = ()
    calendars: tuple[Calendar, ...] = ()
    overrides: tuple[Shift, ...] = ()  # in the order they were made
    broken: str = ""

    def on_call(self, at: datetime) -> Shift | None:
        """Say who is on call at a moment, and by what; the shift may be a part of a longer one."""
        found = self.shifts(at, at + _MOMENT)
        return next((shift for shift in found if shift.covers(at)), None)

    def shifts(self, since: datetime, until: datetime) -> list[Shift]:
        """Give who is on call between two moments, in order, none of them overlapping.

        The first and the last begin and end when they do in truth, before and after that time.
        """
        painted: list[Shift] = []
        first, last = since, until  # what a layer is painted for: shifts below it are whole
        layers: tuple[Rotation | Calendar, ...] = (*self.rotations, *self.calendars)
        for layer in layers:
            touching = list(layer.shifts(since, until))
            first = max(since - _REACH, min([first, *(shift.starts for shift in touching)]))
            last = min(until + _REACH, max([last, *(shift.ends for shift in touching)]))
            painted = _over(painted, layer.shifts(first, last))
        painted = _over(painted, self.overrides)
        return _joined([one for one in painted if one.starts < until and one.ends > since])

    def gaps(self, since: datetime, until: datetime) -> list[tuple[datetime, datetime]]:
        """Give every time between two moments in which nobody is on call."""
        found, at = [], since
        for shift in self.shifts(since, until):
            if shift.starts > at:
                found.append((at, shift.starts))
            at = max(at, shift.ends)
        if at < until:
            found.append((at, until))
        return found


def _over(below: Sequence[Shift], above: Iterable[Shift]) -> list[Shift]:
    """Lay shifts over others, in order and not overlapping: what they cover is theirs."""
    painted = list(below)
    for top in above:
        begins = bisect_right(painted, top.starts, key=lambda shift: shift.ends)
        ends = bisect_left(painted, top.ends, lo=begins, key=lambda shift: shift.starts)
        parts = [top]
        if begins < ends and painted[begins].starts < top.starts:
            parts.insert(0, replace(painted[begins], ends=top.starts))
        if begins < ends and painted[ends - 1].ends > top.ends:
            parts.append(replace(painted[ends - 1], starts=top.ends))
        painted[begins:ends] = parts
    return painted


def _joined(shifts: Sequence[Shift]) -> list[Shift]:
    """Make one of parts of a person's that follow on each other for one reason."""
    found: list[Shift] = []
    for shift in shifts:
        before = found[-1] if found else None
        if (
            before is not None
            and before.ends == shift.starts
            and (before.person, before.why) == (shift.person, shift.why)
        ):
            found[-1] = replace(before, ends=shift.ends)
        else:
            found.append(shift)
    return found
