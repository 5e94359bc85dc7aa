"""Ids of alarms: several documents never clash, and each id fits the journal's column."""

from hypothesis import given, settings
from hypothesis import strategies as st

from steadyhand.model.key import alarm_key

NAMES = st.text("abü ", min_size=1, max_size=90)


def test_two_systems_with_one_alarm() -> None:
    assert alarm_key("shop", "High CPU") == "shop/High CPU"
    assert alarm_key("bakery", "High CPU") != alarm_key("shop", "High CPU")


@settings(max_examples=50)
@given(st.lists(st.tuples(NAMES, NAMES), min_size=2, max_size=2, unique=True))
def test_ids_differ_and_fit(pairs: list[tuple[str, str]]) -> None:
    keys = {alarm_key(system, name) for system, name in pairs}
    assert len(keys) == 2
    assert all(len(key) <= 64 for key in keys)
