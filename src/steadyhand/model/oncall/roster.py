"""What was written down of a schedule beside its settings: overrides, and an imported calendar.

Events in, their sum out. Pure; who may write them is decided elsewhere.
"""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct, field
from msgspec.structs import replace

from steadyhand.model.events import IllegalEvent
from steadyhand.model.oncall.rotation import Shift


class OverrideMade(Struct, frozen=True):
    """`person` is on call instead of whoever it would be, from `starts` until before `ends`."""

    override: str
    person: str
    starts: datetime
    ends: datetime
    by: str
    at: datetime
    reason: str = ""


class OverrideDropped(Struct, frozen=True):
    override: str
    by: str
    at: datetime


class CalendarImported(Struct, frozen=True):
    """`text` is an iCalendar; it stands for the one that was imported before."""

    text: str
    source: str
    by: str
    at: datetime


class CalendarDropped(Struct, frozen=True):
    by: str
    at: datetime


ROSTER_EVENTS: Mapping[str, type] = {
    event.__name__: event
    for event in (OverrideMade, OverrideDropped, CalendarImported, CalendarDropped)
}


class Roster(Struct, frozen=True):
    """The sum of a schedule's events."""

    overrides: Mapping[str, OverrideMade] = field(default_factory=dict)  # in order
    calendar: str = ""
    source: str = ""

    def shifts(self) -> tuple[Shift, ...]:
        return tuple(
            Shift(one.person, one.starts, one.ends, _why(one)) for one in self.overrides.values()
        )


def _why(made: OverrideMade) -> str:
    return f"override {made.override} by {made.by}" + (f": {made.reason}" if made.reason else "")


def evolve(roster: Roster | None, event: object) -> Roster:
    """Apply one event. Raises IllegalEvent where it cannot follow what was before."""
    roster = roster or Roster()
    match event:
        case OverrideMade(override, _, starts, ends):
            if override in roster.overrides:
                raise IllegalEvent(f"there is an override {override} already")
            if not starts < ends:
                raise IllegalEvent("it would end before it starts")
            return replace(roster, overrides={**roster.overrides, override: event})
        case OverrideDropped(override):
            if override not in roster.overrides:
                raise IllegalEvent(f"there is no override {override}")
            left = {key: one for key, one in roster.overrides.items() if key != override}
            return replace(roster, overrides=left)
        case CalendarImported(text, source):
            return replace(roster, calendar=text, source=source)
        case CalendarDropped():
            if not roster.calendar:
                raise IllegalEvent("there is no calendar")
            return replace(roster, calendar="", source="")
        case _:
            raise IllegalEvent(f"{type(event).__name__} is not an event of a schedule")
