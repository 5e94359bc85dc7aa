"""iCalendar in and out: series on nights when clocks change, moved and cancelled times."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steadyhand.model.oncall.calendar import BadCalendar, Calendar, feed, read_entries
from steadyhand.model.oncall.rotation import Shift

PEOPLE = {"ada": "ada", "Ada L.": "ada", "bob": "bob"}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def calendar(*events: str, zone: str = "Europe/Berlin") -> Calendar:
    body = "".join(f"BEGIN:VEVENT\r\n{event}\r\nEND:VEVENT\r\n" for event in events)
    text = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{body}END:VCALENDAR\r\n"
    return Calendar(read_entries(text.replace("\n", "\r\n").replace("\r\r", "\r"), zone), PEOPLE)


WEEKLY = (
    "UID:1\nSUMMARY:On call: Ada L.\nDTSTART;TZID=Europe/Berlin:20260316T090000\n"
    "DTEND;TZID=Europe/Berlin:20260317T090000\nRRULE:FREQ=WEEKLY;UNTIL=20260413T070000Z"
)


def starts(found: Calendar, since: str, until: str) -> list[str]:
    return [f"{s.starts:%m-%dT%H:%M}" for s in found.shifts(at(since), at(until))]


def test_a_series_keeps_its_hour_on_the_wall() -> None:
    found = calendar(WEEKLY).shifts(at("2026-03-01T00:00Z"), at("2026-05-01T00:00Z"))
    assert [s.person for s in found] == ["ada"] * 5
    assert [f"{s.starts:%m-%dT%H}" for s in found] == [
        "03-16T08", "03-23T08", "03-30T07", "04-06T07", "04-13T07",
    ]  # fmt: skip


def test_what_is_left_out_moved_and_cancelled() -> None:
    found = calendar(
        WEEKLY + "\nEXDATE;TZID=Europe/Berlin:20260323T090000",
        "UID:1\nSUMMARY:bob\nRECURRENCE-ID;TZID=Europe/Berlin:20260330T090000\n"
        "DTSTART;TZID=Europe/Berlin:20260331T090000\nDURATION:PT2H",
        "UID:1\nSUMMARY:ada\nRECURRENCE-ID;TZID=Europe/Berlin:20260406T090000\n"
        "DTSTART;TZID=Europe/Berlin:20260406T090000\nDURATION:PT2H\nSTATUS:CANCELLED",
        "UID:2\nSUMMARY:bob\nDTSTART:20260401T000000Z\nDTEND:20260401T010000Z\nSTATUS:CANCELLED",
    )
    shifts = found.shifts(at("2026-03-01T00:00Z"), at("2026-05-01T00:00Z"))
    assert [(s.person, f"{s.starts:%m-%dT%H}") for s in shifts] == [
        ("ada", "03-16T08"), ("bob", "03-31T07"), ("ada", "04-13T07"),
    ]  # fmt: skip


def test_days_and_floating_times_are_in_the_schedules_zone() -> None:
    day = "UID:1\nSUMMARY:bob\nDTSTART;VALUE=DATE:20260329"
    found = calendar(day).shifts(at("2026-03-01T00:00Z"), at("2026-05-01T00:00Z"))
    assert [(s.starts, s.ends) for s in found] == [
        (at("2026-03-28T23:00Z"), at("2026-03-29T22:00Z"))
    ]
    floating = calendar("UID:1\nSUMMARY:bob\nDTSTART:20260701T090000\nDURATION:PT1H", zone="UTC")
    assert starts(floating, "2026-06-01T00:00Z", "2026-08-01T00:00Z") == ["07-01T09:00"]


def test_more_dates_of_a_series() -> None:
    more = calendar(WEEKLY + "\nRDATE;TZID=Europe/Berlin:20260401T090000")
    assert "04-01T07:00" in starts(more, "2026-03-01T00:00Z", "2026-05-01T00:00Z")


def test_a_shift_that_began_before_is_seen() -> None:
    assert starts(calendar(WEEKLY), "2026-03-17T07:00Z", "2026-03-17T07:01Z") == ["03-16T08:00"]
    assert starts(calendar(WEEKLY), "2026-03-17T08:00Z", "2026-03-17T08:01Z") == []


def test_who_is_nobody_of_the_people() -> None:
    eve = "UID:3\nSUMMARY:Eve\nDTSTART:20260701T090000Z\nDURATION:PT1H"
    assert calendar(WEEKLY, eve).strangers() == ("Eve",)
    attends = "UID:4\nSUMMARY:shift\nATTENDEE;CN=bob:mailto:b@x\nDTSTART:20260701T090000Z"
    assert calendar(attends).strangers() == ()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no calendar",
        "BEGIN:VCALENDAR\r\n",
        "BEGIN:VEVENT\r\nSUMMARY:x\r\nEND:VEVENT\r\n",
        "x" * 1_000_001,
    ],
)
def test_what_is_no_calendar(text: str) -> None:
    with pytest.raises(BadCalendar):
        read_entries(text, "UTC")


def test_a_rule_by_the_second_is_no_shift() -> None:
    with pytest.raises(BadCalendar, match="no shift"):
        calendar("UID:1\nSUMMARY:a\nDTSTART:20260101T000000Z\nRRULE:FREQ=SECONDLY")


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["ada", "bob"]), st.integers(1, 5000)), max_size=12))
def test_a_feed_is_read_back_as_it_was(turns: list[tuple[str, int]]) -> None:
    begins, shifts = at("2026-03-27T12:00Z"), []
    for person, minutes in turns:
        ends = begins + timedelta(minutes=minutes)
        shifts.append(Shift(person, begins, ends, "calendar"))
        begins = ends
    text = feed("primary", shifts, at("2026-03-01T00:00Z"))
    read = Calendar(read_entries(text, "UTC"), PEOPLE)
    assert read.shifts(at("2026-03-01T00:00Z"), begins + timedelta(days=1)) == shifts


ONCE = "UID:1\nSUMMARY:ada\nDTSTART:20260101T000000Z\nDTEND:20260102T000000Z"


@pytest.mark.parametrize(
    ("event", "why"),
    [
        (f"{ONCE}\nRRULE:FREQ=FORTNIGHTLY", "RRULE: .*FORTNIGHTLY"),
        (f"{ONCE}\nRRULE:FREQ=WEEKLY;BYDAY=XX", "RRULE: .*XX"),
        (f"{ONCE}\nRRULE:FREQ=WEEKLY;UNTIL=garbage", "RRULE: .*garbage"),
        (f"{ONCE}\nRRULE:FREQ=WEEKLY;UNTIL=20270101Z", "RRULE: .*20270101Z"),
        (f"{ONCE}\nRRULE:FREQ=WEEKLY;X-A=1", "unknown parameter 'X-A'"),
        (f"{ONCE}\nRRULE:garbage", "says no FREQ"),
        (f"{ONCE}\nRRULE:FREQ=WEEKLY;INTERVAL=0", "INTERVAL is at least 1"),
        (f"{ONCE}\nRRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "never comes"),
        (f"{ONCE}\nRRULE:FREQ=DAILY;INTERVAL=7;BYDAY=MO", "never comes"),
        (f"{ONCE}\nRRULE:FREQ=DAILY\nRRULE:FREQ=WEEKLY", "RRULE stands in it 2 times"),
        (f"{ONCE}\nDTSTART:20260101T000000Z", "DTSTART stands in it 2 times"),
        ("UID:1\nSUMMARY:ada", "it has no DTSTART"),
        ("UID:1\nSUMMARY:ada\nDTSTART:garbage", "DTSTART: .*garbage"),
        ("UID:1\nSUMMARY:ada\nDTSTART:20260101T000000Z\nDURATION:garbage", "DURATION: .*garbage"),
        ("UID:1\nSUMMARY:ada\nDTSTART:20260101T000000Z\nDURATION:-PT1H", "DURATION is no length"),
        (f"{ONCE}\nEXDATE:garbage", "EXDATE: .*garbage"),
        (f"{ONCE}\nRDATE:99991231T235959Z", "no shift lies before 1900, or after 2199"),
        (
            "UID:1\nSUMMARY:ada\nDTSTART:20260102T000000Z\nDTEND:20260101T000000Z",
            "DTEND is no time",
        ),
        (
            "UID:1\nSUMMARY:ada\nDTSTART:00010101T000000Z\nDTEND:99991231T235959Z",
            "no shift lies before 1900, or after 2199",
        ),
        ("UID:1\nSUMMARY:ada\nDTSTART:00010101T000000\nDURATION:PT1H", "no shift lies before 1900"),
    ],
)
def test_an_event_that_cannot_be_worked_out_is_named(event: str, why: str) -> None:
    with pytest.raises(BadCalendar, match=rf"^event 'ada' \([^)]+\): .*({why})"):
        calendar(WEEKLY, event)
    with pytest.raises(BadCalendar, match=why):  # as often as it is asked
        calendar(WEEKLY, event)


def test_a_series_that_ends_never_or_before_it_starts_is_read() -> None:
    for_ever = calendar(
        "UID:1\nSUMMARY:ada\nDTSTART;TZID=Asia/Tokyo:20260101T090000\nDURATION:PT1H\n"
        "RRULE:FREQ=YEARLY;UNTIL=99991231T235959Z"
    )
    assert starts(for_ever, "2030-01-01T00:00Z", "2030-01-01T01:00Z") == ["01-01T00:00"]
    split = calendar(f"{ONCE}\nRRULE:FREQ=WEEKLY;UNTIL=20251231T000000Z")  # at its first time
    assert starts(split, "2025-12-01T00:00Z", "2026-03-01T00:00Z") == []
