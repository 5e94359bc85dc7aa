"""Any life of a schedule: overrides made and dropped, calendars in, over rotations; time moved."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from steadyhand.model import canonical
from steadyhand.model.events import IllegalEvent
from steadyhand.model.oncall.calendar import feed
from steadyhand.model.oncall.roster import (
    ROSTER_EVENTS,
    CalendarDropped,
    CalendarImported,
    OverrideDropped,
    OverrideMade,
    Roster,
    evolve,
)
from steadyhand.model.oncall.rotation import Shift
from steadyhand.model.oncall.schedule import Schedule
from steadyhand.model.settings.oncall import OnCall, ScheduleSetting, Turns, mistakes, schedule

BEGIN = datetime(2026, 3, 28, 12, tzinfo=UTC)  # the clocks of Berlin change that night
HOUR = timedelta(hours=1)
SETTING = ScheduleSetting(
    "Europe/Berlin",
    (
        Turns(("ada", "bob"), starts=(BEGIN - 48 * HOUR).date(), length="daily"),
        Turns(("cyd",), starts=(BEGIN - 48 * HOUR).date(), days="sat", hours="20:00-08:00"),
    ),
)
PEOPLE = {name: name for name in ("ada", "bob", "cyd", "dot")}


def test_mistakes_are_said_with_their_keys() -> None:
    bad = ScheduleSetting("Mars", (Turns((), BEGIN.date()), Turns(("eve",), BEGIN.date(), "often")))
    found = list(mistakes(OnCall(days="someday"), {"night": bad}, PEOPLE))
    assert [line.partition(":")[0] for line in found] == [
        "oncall.days", "schedules.night.zone", "schedules.night.rotations[0].people",
        "schedules.night.rotations[1].people", "schedules.night.rotations[1].length",
    ]  # fmt: skip
    assert list(mistakes(OnCall(), {"night": SETTING}, PEOPLE)) == []


class Schedules(RuleBasedStateMachine):
    overrides = Bundle("overrides")

    def __init__(self) -> None:
        super().__init__()
        self.roster: Roster | None = None
        self.journal: list[object] = []
        self.made: dict[str, Shift] = {}
        self.calendar: list[Shift] = []
        self.now = BEGIN
        self.count = 0

    def append(self, event: object) -> None:
        self.roster = evolve(self.roster, event)
        self.journal.append(event)

    @property
    def schedule(self) -> Schedule:
        return schedule("primary", SETTING, self.roster or Roster(), PEOPLE)

    @rule(target=overrides, person=st.sampled_from(sorted(PEOPLE)), begins=st.integers(0, 48),
          hours=st.integers(1, 30))  # fmt: skip
    def somebody_takes_over(self, person: str, begins: int, hours: int) -> str:
        self.count += 1
        key, starts = f"o-{self.count}", self.now + begins * HOUR
        self.append(OverrideMade(key, person, starts, starts + hours * HOUR, "ada", self.now))
        self.made[key] = Shift(person, starts, starts + hours * HOUR)
        return key

    @rule(key=consumes(overrides))
    def it_is_taken_back(self, key: str) -> None:
        self.append(OverrideDropped(key, "ada", self.now))
        del self.made[key]
        with pytest.raises(IllegalEvent):
            evolve(self.roster, OverrideDropped(key, "ada", self.now))

    @rule(
        person=st.sampled_from(sorted(PEOPLE)), begins=st.integers(0, 48), hours=st.integers(1, 9)
    )
    def a_calendar_comes(self, person: str, begins: int, hours: int) -> None:
        starts = self.now + begins * HOUR
        self.calendar = [Shift(person, starts, starts + hours * HOUR, "calendar")]
        self.append(CalendarImported(feed("x", self.calendar, BEGIN), "x.ics", "ada", self.now))

    @rule()
    def the_calendar_goes(self) -> None:
        if self.calendar:
            self.calendar = []
            self.append(CalendarDropped("ada", self.now))

    @rule(hours=st.integers(1, 12))
    def time_passes(self, hours: int) -> None:
        self.now += hours * HOUR

    @invariant()
    def whoever_took_over_is_on_call_then_the_calendar_then_the_turns(self) -> None:
        made = self.schedule
        for offset in range(0, 72, 7):
            at = self.now + offset * HOUR
            found = made.on_call(at)
            assert found is not None  # there is always a turn: no gap
            over = [one.person for one in self.made.values() if one.covers(at)]
            planned = [one.person for one in self.calendar if one.covers(at)]
            if over or planned:
                assert found.person == (over or planned)[-1]
            else:
                assert found.why == "rotation"
                assert found.person in {"ada", "bob", "cyd"}

    @invariant()
    def shifts_follow_each_other(self) -> None:
        until = self.now + 72 * HOUR
        shifts = self.schedule.shifts(self.now, until)
        for before, after in pairwise(shifts):
            assert before.ends == after.starts
        assert self.schedule.gaps(self.now, until) == []

    def teardown(self) -> None:
        """The journal gives the same again."""
        again: Roster | None = None
        for event in self.journal:
            kept: object = canonical.loads(
                ROSTER_EVENTS[type(event).__name__], canonical.dumps(event)
            )
            again = evolve(again, kept)
        assert again == self.roster


TestSchedules = Schedules.TestCase
TestSchedules.settings = settings(max_examples=25, stateful_step_count=20, deadline=None)
