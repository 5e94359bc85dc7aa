"""When something comes again: cron lines, intervals, and the nights on which clocks change."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steadyhand.model.recurrence import Recurrence, following, latest, mistake_in

BERLIN = Recurrence("30 2 * * *", "Europe/Berlin")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_the_hour_that_is_left_out_is_done_right_after_it() -> None:
    # 2026-03-29 has no 02:30 in Berlin: at 03:00, which is 01:00 UTC.
    assert following(BERLIN, at("2026-03-28T12:00")) == at("2026-03-29T01:00")
    assert following(BERLIN, at("2026-03-29T01:00")) == at("2026-03-30T00:30")


def test_the_hour_that_comes_twice_is_done_once() -> None:
    # 2026-10-25 has two: 00:30 UTC and 01:30 UTC.
    first = following(BERLIN, at("2026-10-24T12:00"))
    assert first == at("2026-10-25T00:30")
    assert following(BERLIN, first) == at("2026-10-26T01:30")


def test_the_first_sunday_of_a_month() -> None:
    assert following(Recurrence("0 2 * * 0#1"), at("2026-05-04T00:00")) == at("2026-06-07T02:00")


@pytest.mark.parametrize(
    ("recurrence", "words"),
    [
        (Recurrence("61 * * * *"), "is no cron line"),
        (Recurrence("daily"), "is no cron line"),
        (Recurrence("@daily", "PST"), "no time zone “PST” is known"),
        (Recurrence("@daily", "../../etc/passwd"), "no time zone"),
        (Recurrence("", "UTC", -1.0), "more than 0"),
    ],
)
def test_what_cannot_be_followed_is_said(recurrence: Recurrence, words: str) -> None:
    assert words in mistake_in(recurrence)


def test_what_never_comes_never_comes() -> None:
    assert following(Recurrence(), at("2026-05-01T00:00")) is None
    assert latest(Recurrence(), at("2020-01-01T00:00"), at("2026-01-01T00:00")) is None


def test_the_newest_is_found_however_long_ago_the_first_was() -> None:
    minutes = Recurrence("* * * * *", "Europe/Berlin")
    newest, before = latest(minutes, at("2020-01-01T00:00"), at("2026-01-01T00:00:30")) or (0, 0)
    assert (newest, before) == (at("2026-01-01T00:00"), 9_999)


_RECURRENCES = st.sampled_from(
    [
        BERLIN,
        Recurrence("0 2 * * 0", "America/New_York"),
        Recurrence("*/20 * * * *", "Australia/Lord_Howe"),  # its clocks change by half an hour
        Recurrence("@hourly", "Europe/Berlin"),
        Recurrence("0 0 1 */3 *"),
        Recurrence("", "UTC", 36 * 3600.0),
    ]
)
_MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)).map(
    lambda moment: moment.replace(tzinfo=UTC)
)


@given(_RECURRENCES, _MOMENTS, st.floats(0, 20))
@settings(max_examples=40, deadline=None)
def test_the_newest_and_their_number_are_those_that_follow_each_other(
    recurrence: Recurrence, after: datetime, days: float
) -> None:
    until = after + timedelta(days=days)
    seen: list[datetime] = []
    moment = following(recurrence, after)
    while moment is not None and moment <= until:
        assert not seen or moment > seen[-1]
        seen.append(moment)
        moment = following(recurrence, moment)
    expected = (seen[-1], len(seen) - 1) if seen else None
    assert latest(recurrence, after, until) == expected
