"""What an alarm adds to CloudWatch's evaluation: levels, hysteresis, durations, flapping, rates."""

import itertools
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from steadyhand.model.alarm import (
    AlarmState,
    Condition,
    Flapping,
    Level,
    MissingData,
    Point,
    Standing,
    Terms,
    evaluate,
    increases,
    judge,
    last_at,
    percent_of_maximum,
    slots,
)
from steadyhand.model.alarm.flapping import RESULTS, changed_percent, flaps

OK, ALARM, NO_DATA = AlarmState.OK, AlarmState.ALARM, AlarmState.INSUFFICIENT_DATA
AT = datetime(2026, 5, 1, tzinfo=UTC)
WELL = Standing(OK)
VALUES = st.lists(st.none() | st.integers(0, 10).map(float), max_size=12)
CONDITIONS = st.builds(
    lambda operator, limit, n, m, missing: Condition(operator, limit, n, min(m, n), missing),
    st.sampled_from([">", ">=", "<", "<="]),
    st.integers(0, 10).map(float),
    st.integers(1, 5),
    st.integers(1, 5),
    st.sampled_from(list(MissingData)),
)


def one(
    limit: float = 5.0,
    recover: float | None = None,
    for_seconds: float = 0,
    clear_seconds: float = 0,
) -> Terms:
    condition = Condition(">", limit, 1, 1)
    back = None if recover is None else replace(condition, threshold=recover)
    return Terms((Level("", condition, back),), for_seconds, clear_seconds)


def follow(terms: Terms, values: Sequence[float], step: float = 1.0) -> list[Standing]:
    """Judge one value after the other, as they come."""
    standing, found = WELL, []
    for number in range(len(values)):
        now = AT + timedelta(seconds=step * number)
        standing = judge(values[: number + 1], terms, standing, now)
        found.append(standing)
    return found


def states(terms: Terms, *values: float) -> str:
    return "".join("X" if s.state is ALARM else "." for s in follow(terms, values))


@given(VALUES, CONDITIONS, st.sampled_from(list(AlarmState)))
def test_without_extras_it_is_cloudwatchs_evaluation(
    values: list[float | None], condition: Condition, state: AlarmState
) -> None:
    judged = judge(values, Terms((Level("", condition),)), Standing(state), AT)
    wanted = evaluate(values, condition, state)
    assert (judged.state, judged.used) == (wanted.state, wanted.used)


def test_an_alarm_recovers_by_its_own_condition() -> None:
    assert states(one(5, recover=3), 4, 6, 4, 4, 3, 4, 6) == ".XXX..X"


@given(st.lists(st.integers(0, 10).map(float), min_size=1, max_size=30))
def test_between_the_two_limits_nothing_turns(values: list[float]) -> None:
    found = follow(one(7, recover=3), values)
    for before, after, value in zip(found, found[1:], values[1:], strict=False):
        if 3 < value <= 7:
            assert after.state is before.state


def test_it_must_last_as_long_as_is_said_and_a_good_value_begins_anew() -> None:
    assert states(one(for_seconds=2), 9, 9, 9, 9) == "..XX"
    assert states(one(for_seconds=2), 9, 9, 1, 9, 9, 9) == ".....X"
    pending = follow(one(for_seconds=2), [9])[-1]
    assert (pending.state, pending.since_bad) == (OK, AT)
    assert "must last 2 s" in pending.reason


@given(st.lists(st.sampled_from([1.0, 9.0]), max_size=30), st.integers(0, 5))
def test_it_never_turns_before_its_duration(values: list[float], seconds: int) -> None:
    for number, standing in enumerate(follow(one(for_seconds=seconds), values)):
        if standing.state is ALARM and number >= seconds and values[number] > 5:
            turned = number
            while turned and follow(one(for_seconds=seconds), values)[turned - 1].state is ALARM:
                turned -= 1
            assert all(value > 5 for value in values[turned - seconds : turned + 1])


def test_well_must_last_too() -> None:
    assert states(one(clear_seconds=2), 9, 1, 1, 1, 9, 1, 9, 1, 1, 1) == "XXX.XXXXX."


TWO = Terms((Level("warning", Condition(">", 2, 1, 1)), Level("critical", Condition(">", 5, 1, 1))))


def test_warning_and_critical_are_one_alarm() -> None:
    levels = [standing.level for standing in follow(TWO, [1, 3, 6, 3, 1, 6])]
    assert levels == ["", "warning", "critical", "warning", "", "critical"]
    assert states(TWO, 1, 3, 6, 3, 1, 6) == ".XXX.X"


def test_each_level_looks_at_its_own_periods() -> None:
    terms = Terms(
        (Level("warning", Condition(">", 2, 1, 1)), Level("critical", Condition(">", 5, 3, 3)))
    )
    assert [s.level for s in follow(terms, [6, 6, 6])] == ["warning", "warning", "critical"]


def test_no_data_is_no_recovery_and_is_said() -> None:
    bad = judge([9.0], one(), WELL, AT)
    assert judge([None] * 3, one(), bad, AT).state is NO_DATA


# --- flapping -----------------------------------------------------------------------------------


def test_the_newest_change_weighs_most() -> None:
    assert changed_percent([1]) == changed_percent([]) == 0
    assert changed_percent([0, 1] * 20) == pytest.approx(100)
    assert changed_percent([0] * 20 + [1]) == pytest.approx(6)
    assert changed_percent([0] + [1] * 20) == pytest.approx(4)


def test_flapping_begins_high_and_ends_low() -> None:
    limits = Flapping(50, 25)
    some = [0, 1] * 4 + [0] * (RESULTS - 8)
    assert 25 < changed_percent(some) < 50
    assert (flaps(some, limits, False), flaps(some, limits, True)) == (False, True)


def test_a_flapping_alarm_stays_until_it_is_calm() -> None:
    terms = replace(one(), flapping=Flapping(50, 25))
    found = follow(terms, [9.0, 1.0] * 15 + [1.0] * 20)
    turns = sum(a.state is not b.state for a, b in itertools.pairwise(found))
    assert sum(a.state is not b.state for a, b in zip(found[-22:], found[-21:], strict=False)) == 1
    assert turns < 15
    assert found[29].flapping
    assert "flapping" in found[29].reason
    assert (found[-1].state, found[-1].flapping) == (OK, False)


# --- series -------------------------------------------------------------------------------------


def points(*values: tuple[float, float]) -> list[Point]:
    return [Point(AT + timedelta(seconds=at), value) for at, value in values]


def test_points_fall_into_periods_that_end_with_the_newest() -> None:
    series = points((0, 1), (1, 2), (2, 3), (3.2, 4))
    end = AT + timedelta(seconds=2)
    assert slots(series, end, 1, 4) == (None, 1, 2, 3)
    assert slots(series, end, 2, 1, "Sum") == (5,)


@given(
    st.lists(st.floats(0, 100), min_size=1, max_size=40, unique=True),
    st.sampled_from([0.1, 1.0, 7.0]),
)
def test_no_point_is_lost_and_none_counts_twice(times: list[float], period: float) -> None:
    series = points(*[(at, 1.0) for at in sorted(times)])
    count = int(100 / period) + 2
    end = AT + timedelta(seconds=100)
    counted = slots(series, end, period, count, "SampleCount")
    assert sum(value for value in counted if value) == len(times)


@pytest.mark.parametrize(
    ("statistic", "value"),
    [
        ("Average", 2.5),
        ("Sum", 10),
        ("Minimum", 1),
        ("Maximum", 4),
        ("SampleCount", 4),
        ("Last", 4),
        ("p50", 2),
        ("p99", 4),
        ("p99.9", 4),
    ],
)
def test_statistics(statistic: str, value: float) -> None:
    assert slots(
        points((0, 1), (1, 2), (2, 3), (3, 4)), AT + timedelta(seconds=3), 10, 1, statistic
    )[0] == pytest.approx(value)


def test_an_unknown_statistic_is_said() -> None:
    with pytest.raises(ValueError, match="'Mode' is not a statistic"):
        slots(points((0, 1)), AT, 1, 1, "Mode")


def test_a_series_that_stopped_has_periods_without_a_point() -> None:
    series = points((0, 1), (1, 1))
    for late, missing in ((1.0, 0), (2.5, 0), (3.0, 1), (4.0, 2), (10.0, 8)):
        end = last_at(series, AT + timedelta(seconds=late), 1)
        values = slots(series, end, 1, 12)
        assert values[len(values) - missing :] == (None,) * missing, late
        assert values[len(values) - missing - 1] == 1, late
    assert last_at([], AT, 1) == AT


def test_a_counter_becomes_a_rate_and_may_begin_anew() -> None:
    counter = points((0, 100), (10, 150), (20, 30), (20, 40))
    assert [point.value for point in increases(counter)] == [5, 3]
    assert [point.value for point in increases(counter, 60)] == [300, 180]


@given(st.lists(st.integers(0, 1000), max_size=20))
def test_a_counter_never_grows_backwards(values: list[int]) -> None:
    series = points(*[(at, value) for at, value in enumerate(values)])
    assert all(point.value >= 0 for point in increases(series))


def test_a_share_of_the_maximum() -> None:
    assert percent_of_maximum(80, 200) == 40
    assert percent_of_maximum(None, 200) is None
    assert percent_of_maximum(1, 0) is None
