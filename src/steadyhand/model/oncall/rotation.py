"""People who take turns, in; whose turn it is at a moment, and all turns of a time, out. Pure.

A turn begins when the clocks on the wall say so, in every week of the year: a daily turn is 23 or
25 hours long on the nights when clocks change.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from steadyhand.model.oncall.walls import Hours, moment, on_wall


class Shift(Struct, frozen=True):
    """Somebody is on call from `starts` until before `ends` (both aware); `why` says by what."""

    person: str
    starts: datetime
    ends: datetime
    why: str = ""

    def covers(self, at: datetime) -> bool:
        return self.starts <= at < self.ends


class Rotation(Struct, frozen=True):
    """`people` take turns of `length`, the first from `starts` (on the wall of `zone`).

    Nobody is on call by it before that, nor outside of `hours` where there are some.
    """

    people: tuple[str, ...]
    length: timedelta
    starts: datetime  # without a zone
    zone: ZoneInfo
    hours: Hours | None = None

    def _begins(self, turn: int) -> datetime:
        return moment(self.starts + turn * self.length, self.zone)

    def turn(self, at: datetime) -> int:
        """Number the turn that a moment lies in; negative before the first."""
        number = (on_wall(at, self.zone) - self.starts) // self.length
        while self._begins(number) > at:
            number -= 1
        while self._begins(number + 1) <= at:
            number += 1
        return number

    def shifts(self, since: datetime, until: datetime) -> Iterator[Shift]:
        """Give every shift that touches the time between two moments, whole, in order."""
        if not self.people or since >= until:
            return
        turn = max(0, self.turn(since))
        while (begins := self._begins(turn)) < until:
            person = self.people[turn % len(self.people)]
            whole = Shift(person, begins, self._begins(turn + 1), "rotation")
            if whole.starts < whole.ends:  # a turn of an hour that the clocks left out is none
                yield from self._within(whole, since, until)
            turn += 1

    def _within(self, shift: Shift, since: datetime, until: datetime) -> Iterator[Shift]:
        if self.hours is None:
            if shift.ends > since:
                yield shift
            return
        for opens, closes in self.hours.windows(max(shift.starts, since), min(shift.ends, until)):
            starts, ends = max(opens, shift.starts), min(closes, shift.ends)
            if starts < ends:
                yield replace(shift, starts=starts, ends=ends)
