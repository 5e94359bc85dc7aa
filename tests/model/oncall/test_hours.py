"""Business hours, and the next business day."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steadyhand.model.oncall.hours import after_hours, is_open, next_business_day, next_open
from steadyhand.model.oncall.walls import Hours
from steadyhand.model.settings.oncall import OnCall

OFFICE = OnCall("Europe/Berlin", holidays=(date(2026, 4, 3), date(2026, 4, 6))).business()  # Easter
NEVER = Hours(ZoneInfo("UTC"), frozenset())


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def test_before_the_holidays_the_next_business_day_is_after_them() -> None:
    thursday = at("2026-04-02T20:00Z")
    assert next_business_day(OFFICE, thursday) == at("2026-04-07T07:00Z")
    assert next_open(OFFICE, thursday) == at("2026-04-07T07:00Z")


def test_during_hours_it_is_open_now_and_the_next_day_is_tomorrow() -> None:
    now = at("2026-04-01T10:00Z")
    assert is_open(OFFICE, now)
    assert next_open(OFFICE, now) == now
    assert next_business_day(OFFICE, now) == at("2026-04-02T07:00Z")
    assert not is_open(OFFICE, at("2026-04-01T15:00Z"))  # 17:00 there: closed
    assert next_business_day(OFFICE, at("2026-04-02T01:00Z")) == at("2026-04-07T07:00Z")


def test_an_hour_before_closing_two_hours_end_the_day_after() -> None:
    assert after_hours(OFFICE, at("2026-04-02T14:00Z"), 7200) == at("2026-04-07T08:00Z")
    assert after_hours(OFFICE, at("2026-04-02T14:00Z"), 3600) == at("2026-04-02T15:00Z")


def test_without_any_there_is_none() -> None:
    for ask in (next_open, next_business_day):
        with pytest.raises(ValueError, match="no business hours"):
            ask(NEVER, at("2026-04-02T14:00Z"))
    with pytest.raises(ValueError, match="not as many"):
        after_hours(NEVER, at("2026-04-02T14:00Z"), 1)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 365 * 24 * 60), st.integers(1, 100 * 3600))
def test_time_that_is_open_adds_up(minutes: int, seconds: int) -> None:
    begins = at("2026-01-01T00:00Z") + timedelta(minutes=minutes)
    ends = after_hours(OFFICE, begins, seconds)
    opened = sum(
        (min(closes, ends) - max(opens, begins) for opens, closes in OFFICE.windows(begins, ends)),
        timedelta(),
    )
    assert opened == timedelta(seconds=seconds)
    assert is_open(OFFICE, ends - timedelta(microseconds=1))
