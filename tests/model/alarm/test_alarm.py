"""Alarms: every cell of CloudWatch's two published tables, and the edges between them.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
"""

from datetime import UTC, datetime

import pytest

from steadyhand.model.alarm import (
    AlarmState,
    AlarmTurned,
    Condition,
    MissingData,
    evaluate,
    evolve,
    samples_needed,
)
from steadyhand.model.events import IllegalEvent

OK, ALARM, NO_DATA = AlarmState.OK, AlarmState.ALARM, AlarmState.INSUFFICIENT_DATA
STAYS = None  # "Retain current state"

# points → missing, ignore, breaching, notBreaching; X breaches, 0 does not, - is missing
THREE_OF_THREE = {
    "0 - X - X": (OK, OK, OK, OK),
    "0 - - - -": (OK, OK, OK, OK),
    "- - - - -": (NO_DATA, STAYS, ALARM, OK),
    "0 X X - X": (ALARM, ALARM, ALARM, ALARM),
    "- - X - -": (ALARM, STAYS, ALARM, OK),
}
TWO_OF_THREE = {
    "0 - X - X": (ALARM, ALARM, ALARM, ALARM),
    "0 0 X 0 X": (ALARM, ALARM, ALARM, ALARM),
    "0 - X - -": (OK, OK, ALARM, OK),
    "- - - - 0": (OK, OK, ALARM, OK),
    "- - - X -": (ALARM, STAYS, ALARM, OK),
}
# Named in the prose below the tables: too early to tell.
TOO_EARLY = {
    "- - - - X": (STAYS, STAYS, ALARM, OK),
    "- - - X -": (STAYS, STAYS, ALARM, OK),
}
POLICIES = (
    MissingData.MISSING,
    MissingData.IGNORE,
    MissingData.BREACHING,
    MissingData.NOT_BREACHING,
)
CELLS = [
    pytest.param(points, datapoints, policy, expected, id=f"{datapoints}of3 {points} {policy}")
    for datapoints, table in ((3, THREE_OF_THREE), (2, TWO_OF_THREE), (3, TOO_EARLY))
    for points, row in table.items()
    for policy, expected in zip(POLICIES, row, strict=True)
]


def values(points: str) -> list[float | None]:
    return [{"0": 1.0, "X": 9.0, "-": None}[point] for point in points.split()]


def test_the_two_tables_have_forty_cells() -> None:
    assert sum(len(row) for t in (THREE_OF_THREE, TWO_OF_THREE) for row in t.values()) == 40


@pytest.mark.parametrize("current", list(AlarmState))
@pytest.mark.parametrize(("points", "datapoints", "policy", "expected"), CELLS)
def test_cell(
    points: str,
    datapoints: int,
    policy: MissingData,
    expected: AlarmState | None,
    current: AlarmState,
) -> None:
    condition = Condition(">", 5, 3, datapoints, policy)
    assert evaluate(values(points), condition, current).state is (expected or current)


def test_a_value_at_the_threshold() -> None:
    for operator, state in ((">", OK), (">=", ALARM), ("<", OK), ("<=", ALARM)):
        assert evaluate([5.0], Condition(operator, 5, 1, 1), OK).state is state, operator


def test_no_values_at_all_is_no_data() -> None:
    assert evaluate([], Condition(">", 5, 3, 3), OK).state is NO_DATA


def test_values_before_the_range_do_not_count() -> None:
    old = [9.0] * 10
    assert evaluate([*old, 1.0, None, None, None, None], Condition(">", 5, 3, 3), ALARM).state is OK


def test_the_reason_names_the_values() -> None:
    reason = evaluate([1.0, 61.27, 70.0], Condition(">", 5, 2, 2), OK).reason
    assert reason == "2 of 2 datapoints breach > 5: 61.27, 70"


AT = datetime(2026, 5, 1, tzinfo=UTC)


def test_an_alarm_turns_only_to_another_state() -> None:
    alarm = evolve(None, AlarmTurned("A", ALARM, "because", (9.0,), AT))
    assert (alarm.state, alarm.since, alarm.values) == (ALARM, AT, (9.0,))
    for event in (
        AlarmTurned("A", ALARM, "again", (), AT),
        AlarmTurned("B", OK, "another alarm", (), AT),
        object(),
    ):
        with pytest.raises(IllegalEvent):
            evolve(alarm, event)
    assert evolve(alarm, AlarmTurned("A", OK, "well", (), AT)).state is OK


def test_what_decided_is_named_by_its_place() -> None:
    condition = Condition(">", 5, 3, 2)
    assert evaluate([1.0, 2.0, 9.0, None, 1.0], condition, OK).used == (1, 2, 4)
    breaching = evaluate([None, 9.0], Condition(">", 5, 3, 3, MissingData.BREACHING), OK)
    assert (breaching.state, breaching.used, breaching.filled) == (ALARM, (1,), 2)
    early = evaluate([None, None, 9.0, None, None], Condition(">", 5, 3, 3), OK)
    assert (early.state, early.used) == (ALARM, (2,))


@pytest.mark.parametrize(("percent", "needed"), [(99, 1000), (50, 20), (10, 100), (99.9, 10_000)])
def test_a_percentile_needs_enough_samples(percent: float, needed: float) -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/percentiles-with-low-samples.html"""
    assert samples_needed(percent) == pytest.approx(needed)
