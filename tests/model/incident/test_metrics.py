"""The times of incidents: to detect, page, acknowledge, mitigate, resolve; and what is usual."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steadyhand.model.events import Recorded
from steadyhand.model.incident.conduct import Reopened
from steadyhand.model.incident.events import (
    Acknowledged,
    LevelPaged,
    Mitigated,
    RecoveryMissed,
    Resolved,
)
from steadyhand.model.incident.metrics import MEASURES, Times, grouped, times
from tests.model.incident.test_incident import AT, OPENED


def later(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)


def history(*events: object) -> list[Recorded]:
    return [Recorded("incident", "i-1", n, AT, e) for n, e in enumerate((OPENED, *events), 1)]


PAGED = LevelPaged("L1", "On-call", ("terminal",), AT + later(1))
TAKEN = Acknowledged("ada", AT + later(20))
MENDED = Mitigated(AT + later(60), "", "Rollback")
OVER = Resolved(AT + later(90), 90.0)


def test_one_incident() -> None:
    one = times(history(PAGED, TAKEN, MENDED, OVER))
    assert [getattr(one, name) for name in MEASURES] == [25.0, 1.0, 20.0, 60.0, 90.0]
    assert (one.system, one.procedure, one.reopened) == ("shop", "api-down", 0)


def test_what_did_not_happen_is_not_measured() -> None:
    one = times(history())
    assert [getattr(one, name) for name in MEASURES] == [25.0, None, None, None, None]


def test_what_did_not_help_is_not_when_it_was_mitigated() -> None:
    again = Mitigated(AT + later(200), "ada", "by hand")
    assert times(history(MENDED, RecoveryMissed("no"))).mitigate is None
    assert times(history(MENDED, RecoveryMissed("no"), again)).mitigate == 200.0


def test_what_came_back_was_not_resolved_before() -> None:
    back = Reopened("it is back", AT + later(100))
    one = times(history(MENDED, OVER, back))
    assert (one.mitigate, one.resolve, one.reopened) == (None, None, 1)
    assert times(history(MENDED, OVER, back, Resolved(AT + later(300), 300.0))).resolve == 300.0


def test_an_incident_begins_with_its_opening() -> None:
    with pytest.raises(ValueError, match="begins with its opening"):
        times([])


def of(system: str, resolve: float | None) -> Times:
    return Times("i", AT, system, "api-down", "P1", "lab", 10.0, resolve=resolve)


def test_what_is_usual_leaves_out_what_is_open_and_counts_it() -> None:
    groups = grouped(
        [of("shop", 10.0), of("shop", 30.0), of("shop", None), of("bank", 5.0)], "system"
    )
    assert list(groups) == ["bank", "shop"]
    shop = groups["shop"]
    assert (shop.count, shop.open) == (3, 1)
    usual = shop.measures["resolve"]
    assert (usual.known, usual.mean, usual.p50, usual.p90, usual.longest) == (2, 20, 20, 30, 30)
    assert "acknowledge" not in shop.measures
    assert list(grouped([of("shop", 1.0)], "procedure")) == ["shop/api-down"]


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=30))
def test_a_percentile_is_a_value_that_was_there_and_they_are_in_order(values: list[float]) -> None:
    usual = grouped([of("shop", value) for value in values], "system")["shop"].measures["resolve"]
    assert usual.p90 in values
    assert min(values) <= usual.p50 <= usual.p90 <= usual.longest == max(values)
    assert min(values) <= usual.mean <= max(values)
    assert sum(value <= usual.p90 for value in values) >= 0.9 * len(values)
