"""Rotations, calendars and overrides in; who is on call, and when nobody is, out. Pure.

One person is on call by a schedule at a time: a later rotation lies over those before it, a
calendar over all rotations, an override over everything, the newest over the older ones.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from steadyhand.model.oncall.calendar import Calendar
from steadyhand.model.oncall.rotation import Rotation, Shift

_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True)
class Schedule:
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
        """Give who is on call between two moments, in order, none of them overlapping."""
        painted: list[Shift] = []
        for layer in (
            *(rotation.shifts(since, until) for rotation in self.rotations),
            *(calendar.shifts(since, until) for calendar in self.calendars),
            (one for one in self.overrides if one.starts < until and one.ends > since),
        ):
            painted = _over(painted, layer)
        return _joined(sorted(painted, key=lambda shift: shift.starts))

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
    """Lay shifts over others: what they cover is theirs."""
    painted = list(below)
    for top in above:
        left = []
        for shift in painted:
            if shift.ends <= top.starts or shift.starts >= top.ends:
                left.append(shift)
                continue
            if shift.starts < top.starts:
                left.append(replace(shift, ends=top.starts))
            if shift.ends > top.ends:
                left.append(replace(shift, starts=top.ends))
        painted = [*left, top]
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
