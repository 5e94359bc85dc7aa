"""Turns on the wall of several zones, on the nights when clocks change, too."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from steadyhand.model.oncall.calendar import Calendar, read_entries
from steadyhand.model.oncall.rotation import Rotation, Shift
from steadyhand.model.oncall.schedule import Schedule
from steadyhand.model.oncall.walls import (
    BadTime,
    Hours,
    moment,
    on_wall,
    read_days,
    read_hours,
    read_length,
    read_time,
    read_zone,
)

BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
# Half an hour, at midnight, southern, a day left out, none at all.
ZONES = (
    BERLIN, NEW_YORK, ZoneInfo("Australia/Lord_Howe"), ZoneInfo("America/Santiago"),
    ZoneInfo("Asia/Beirut"), ZoneInfo("Pacific/Apia"), ZoneInfo("UTC"),
)  # fmt: skip
HOUR = timedelta(hours=1)
PEOPLE = ("ada", "bob", "cyd")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def daily(handoff: int = 9, zone: ZoneInfo = BERLIN, **more: Any) -> Rotation:
    starts = datetime(2026, 3, 27, handoff)
    return Rotation(PEOPLE, timedelta(days=1), starts, zone, **more)


@pytest.mark.parametrize(
    ("wall", "zone", "instant"),
    [
        ("2026-03-29T01:59", BERLIN, "2026-03-29T00:59Z"),
        ("2026-03-29T02:30", BERLIN, "2026-03-29T01:00Z"),  # left out: when clocks are changed
        ("2026-03-29T03:00", BERLIN, "2026-03-29T01:00Z"),
        ("2026-10-25T02:30", BERLIN, "2026-10-25T00:30Z"),  # shown twice: the first
        ("2026-10-25T03:00", BERLIN, "2026-10-25T02:00Z"),
        ("2026-03-08T02:30", NEW_YORK, "2026-03-08T07:00Z"),
        ("2011-12-30T12:00", ZoneInfo("Pacific/Apia"), "2011-12-30T10:00Z"),  # no such day there
    ],
)
def test_a_time_on_the_wall_is_a_moment(wall: str, zone: ZoneInfo, instant: str) -> None:
    assert moment(datetime.fromisoformat(wall), zone) == at(instant)


def test_a_daily_turn_is_23_hours_long_on_the_night_in_spring() -> None:
    shifts = list(daily().shifts(at("2026-03-28T12:00Z"), at("2026-03-30T12:00Z")))
    assert [(s.person, s.ends - s.starts) for s in shifts] == [
        ("bob", 23 * HOUR), ("cyd", 24 * HOUR), ("ada", 24 * HOUR),
    ]  # fmt: skip
    assert {on_wall(s.starts, BERLIN).time() for s in shifts} == {time(9)}


def test_and_25_in_autumn() -> None:
    shifts = list(daily().shifts(at("2026-10-24T12:00Z"), at("2026-10-25T06:00Z")))
    assert [s.ends - s.starts for s in shifts] == [25 * HOUR]


def test_a_turn_of_an_hour_that_the_clocks_leave_out_is_nobodys() -> None:
    hourly = Rotation(PEOPLE, HOUR, datetime(2026, 3, 29), BERLIN)
    shifts = list(hourly.shifts(at("2026-03-29T00:00Z"), at("2026-03-29T03:00Z")))
    assert [s.person for s in shifts] == ["bob", "ada", "bob"]  # 01, (02: cyd), 03, 04
    assert all(s.ends - s.starts == HOUR for s in shifts)


def test_nobody_before_the_first_turn() -> None:
    schedule = Schedule("s", (daily(),))
    assert schedule.on_call(at("2026-03-27T07:59Z")) is None
    first = schedule.on_call(at("2026-03-27T08:00Z"))
    assert first is not None
    assert first.person == "ada"


def test_only_in_its_hours() -> None:
    office = Hours(BERLIN, read_days("mon-fri"), *read_hours("09:00-17:00"))
    schedule = Schedule("s", (daily(hours=office),))
    gaps = schedule.gaps(at("2026-03-27T08:00Z"), at("2026-03-30T15:00Z"))
    assert gaps == [(at("2026-03-27T16:00Z"), at("2026-03-30T07:00Z"))]  # Friday to Monday


def test_hours_over_midnight() -> None:
    night = Hours(BERLIN, frozenset({5}), *read_hours("22:00-06:00"))  # Saturday night
    found = list(night.windows(at("2026-03-27T00:00Z"), at("2026-03-31T00:00Z")))
    assert found == [(at("2026-03-28T21:00Z"), at("2026-03-29T04:00Z"))]  # an hour is left out


def test_an_override_lies_over_a_later_rotation_over_an_earlier_one() -> None:
    early = Rotation(("dot",), timedelta(days=7), datetime(2026, 3, 1), BERLIN)
    override = Shift("eve", at("2026-03-28T10:00Z"), at("2026-03-28T12:00Z"), "override 1 by ada")
    schedule = Schedule("s", (early, daily()), overrides=(override,))
    shifts = schedule.shifts(at("2026-03-27T00:00Z"), at("2026-03-28T20:00Z"))
    assert [s.person for s in shifts] == ["dot", "ada", "bob", "eve", "bob"]
    assert [s.starts for s in shifts][3:] == [override.starts, override.ends]


def test_a_shift_at_the_edge_of_a_time_begins_and_ends_when_it_does_in_truth() -> None:
    utc = ZoneInfo("UTC")
    nights = Hours(utc, read_days("mon-fri"), *read_hours("22:00-06:00"))
    weekly = Rotation(("cyd",), timedelta(days=7), datetime(2026, 3, 4, 9), utc)
    above = Rotation(("bob",), timedelta(days=1), datetime(2026, 3, 1, 9), utc, nights)
    schedule = Schedule("night", (weekly, above))
    tuesday = schedule.shifts(at("2026-03-17T12:00Z"), at("2026-03-17T13:00Z"))
    assert [(s.person, s.starts, s.ends) for s in tuesday] == [
        ("cyd", at("2026-03-17T06:00Z"), at("2026-03-17T22:00Z"))
    ]
    days = schedule.shifts(at("2026-03-17T12:00Z"), at("2026-03-19T12:00Z"))
    assert days == [
        one
        for one in schedule.shifts(at("2026-03-10T00:00Z"), at("2026-03-30T00:00Z"))
        if one.starts < at("2026-03-19T12:00Z") and one.ends > at("2026-03-17T12:00Z")
    ]
    now = schedule.on_call(at("2026-03-17T12:00Z"))
    assert now is not None
    assert now.ends == at("2026-03-17T22:00Z")


def test_a_later_event_of_a_calendar_ends_one_that_began_before() -> None:
    text = (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n"
        "BEGIN:VEVENT\r\nUID:1\r\nSUMMARY:ada\r\nDTSTART:20260301T000000Z\r\n"
        "DTEND:20260401T000000Z\r\nEND:VEVENT\r\n"
        "BEGIN:VEVENT\r\nUID:2\r\nSUMMARY:bob\r\nDTSTART:20260310T000000Z\r\n"
        "DTEND:20260311T000000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    override = Shift("eve", at("2026-03-04T00:00Z"), at("9999-12-31T00:00Z"), "override")
    calendar = Calendar(read_entries(text, "UTC"))
    schedule = Schedule("s", calendars=(calendar,))
    found = schedule.on_call(at("2026-03-05T00:00Z"))
    assert found is not None
    assert (found.person, found.ends) == ("ada", at("2026-03-10T00:00Z"))
    before = replace(schedule, overrides=(override,)).on_call(at("2026-03-03T00:00Z"))
    assert before is not None
    assert (before.person, before.ends) == ("ada", override.starts)


def test_gaps_of_nobody() -> None:
    since, until = at("2026-03-27T00:00Z"), at("2026-03-28T00:00Z")
    assert Schedule("s").gaps(since, until) == [(since, until)]
    assert Schedule("s", (daily(),)).gaps(since, until) == [(since, at("2026-03-27T08:00Z"))]


# --- any rotation, in any zone -------------------------------------------------------------------

NIGHTS = st.sampled_from(
    ["2026-03-29", "2026-10-25", "2026-03-08", "2026-11-01", "2026-04-05", "2026-10-04",
     "2026-04-04", "2026-09-05", "2011-12-30", "2026-07-01"]
).map(date.fromisoformat)  # fmt: skip
LENGTHS = st.sampled_from([HOUR / 2, HOUR, 8 * HOUR, 12 * HOUR, 24 * HOUR, 168 * HOUR, 240 * HOUR])


@st.composite
def rotations(draw: st.DrawFn, day: date) -> Rotation:
    starts = datetime.combine(day, time()) - timedelta(
        days=draw(st.integers(3, 40)), minutes=draw(st.sampled_from([0, 30, 90, 150, 540]))
    )
    people = tuple(PEOPLE[: draw(st.integers(1, 3))])
    return Rotation(people, draw(LENGTHS), starts, draw(st.sampled_from(ZONES)))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_turns_follow_each_other_without_a_gap_whatever_the_clocks_do(data: st.DataObject) -> None:
    day = data.draw(NIGHTS)
    rotation = data.draw(rotations(day))
    since = datetime.combine(day, time(), UTC) - timedelta(hours=20)
    until = since + timedelta(hours=60)
    shifts = list(rotation.shifts(since, until))
    assert shifts[0].starts <= since
    assert shifts[-1].ends >= until
    for before, after in pairwise(shifts):
        assert before.ends == after.starts
    assert all(shift.starts < shift.ends for shift in shifts)
    for shift in shifts[1:]:  # every hand-over is at its time on the wall, where there is one
        wall = on_wall(shift.starts, rotation.zone)
        late = (wall - rotation.starts) % rotation.length
        assert late == timedelta() or moment(wall - late, rotation.zone) == shift.starts


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_who_is_on_call_is_who_the_list_of_shifts_says(data: st.DataObject) -> None:
    day = data.draw(NIGHTS)
    made = data.draw(st.lists(rotations(day), min_size=1, max_size=3))
    base = datetime.combine(day, time(), UTC) - timedelta(hours=20)
    overrides = tuple(
        Shift(f"o{n}", base + timedelta(minutes=a), base + timedelta(minutes=a + b), "o")
        for n, (a, b) in enumerate(
            data.draw(st.lists(st.tuples(st.integers(0, 3000), st.integers(1, 900)), max_size=3))
        )
    )
    schedule = Schedule("s", tuple(made), overrides=overrides)
    shifts = schedule.shifts(base, base + timedelta(hours=50))
    for before, after in pairwise(shifts):
        assert before.ends <= after.starts
    at = base + timedelta(minutes=data.draw(st.integers(0, 2999)))
    listed = [shift.person for shift in shifts if shift.covers(at)]
    now = schedule.on_call(at)
    assert listed == ([now.person] if now else [])
    for shift in [shift for shift in shifts if shift.covers(at)]:
        assert now is not None
        assert shift.starts <= now.starts < now.ends <= shift.ends
    covering = [o.person for o in overrides if o.covers(at)]
    if covering:
        assert listed == covering[-1:]
    in_gap = any(a <= at < b for a, b in schedule.gaps(base, base + timedelta(hours=50)))
    assert in_gap is not bool(listed)


@settings(max_examples=80, deadline=None)
@given(NIGHTS, st.sampled_from(ZONES), st.integers(0, 2880), st.integers(0, 240))
def test_what_is_later_on_the_wall_is_never_earlier(
    day: date, zone: ZoneInfo, minutes: int, more: int
) -> None:
    wall = datetime.combine(day, time()) - timedelta(days=1) + timedelta(minutes=minutes)
    assert moment(wall, zone) <= moment(wall + timedelta(minutes=more), zone)


# --- words ---------------------------------------------------------------------------------------


def test_words() -> None:
    assert read_days("fri-mon") == {4, 5, 6, 0}
    assert read_days("") == set(range(7))
    assert read_length("12 hours") == 12 * HOUR
    assert read_length("weekly") == read_length("7 days")
    assert read_hours("22:00-24:00") == (time(22), time(0))


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (read_time, "9"), (read_time, "25:00"), (read_time, "09:7"), (read_time, ""),
        (read_hours, "09:00"), (read_days, "monday"),
        (read_length, "fortnightly"),
        (read_length, "0 days"), (read_length, "-1 days"), (read_zone, "Europe/Atlantis"),
        (read_zone, "../etc/passwd"), (read_zone, ""),
    ],
)  # fmt: skip
def test_words_that_say_nothing(read: object, text: str) -> None:
    assert callable(read)
    with pytest.raises(BadTime):
        read(text)
