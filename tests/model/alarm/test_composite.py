"""Composite alarms, their suppressor, what an action asks for, and the alarm's own events."""

import contextlib
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from steadyhand.model import canonical
from steadyhand.model.alarm import (
    ActionsHeld,
    ActionsReleased,
    AlarmState,
    AlarmTurned,
    BadRule,
    Deed,
    IncidentLinked,
    composed,
    deed_of,
    evolve,
    held,
    read_composite,
)
from steadyhand.model.alarm.suppression import Suppressor
from steadyhand.model.events import IllegalEvent

OK, ALARM, NO_DATA = AlarmState.OK, AlarmState.ALARM, AlarmState.INSUFFICIENT_DATA
AT = datetime(2026, 5, 1, tzinfo=UTC)
NAMES = ("cpu", "db-high", "API 5xx Rate")


def after(seconds: float) -> datetime:
    return AT + timedelta(seconds=seconds)


LEAVES = st.tuples(st.sampled_from(list(AlarmState)), st.sampled_from(NAMES))
TREES = st.recursive(
    LEAVES,
    lambda inner: (
        st.tuples(st.just("NOT"), inner) | st.tuples(st.sampled_from(["AND", "OR"]), inner, inner)
    ),
    max_leaves=8,
)


def written(tree: tuple[object, ...]) -> str:
    match tree:
        case ("NOT", tuple(inner)):
            return f"NOT ({written(inner)})"
        case ("AND" | "OR" as word, tuple(left), tuple(right)):
            return f"({written(left)}) {word} ({written(right)})"
        case (AlarmState() as state, name):
            return f'{state}("{name}")'
    raise AssertionError(tree)


def truth(tree: tuple[object, ...], states: dict[str, AlarmState]) -> bool:
    match tree:
        case ("NOT", tuple(inner)):
            return not truth(inner, states)
        case ("AND", tuple(left), tuple(right)):
            return truth(left, states) and truth(right, states)
        case ("OR", tuple(left), tuple(right)):
            return truth(left, states) or truth(right, states)
        case (AlarmState() as state, str(name)):
            return states[name] is state
    raise AssertionError(tree)


@given(TREES)
def test_a_rule_says_what_its_words_say(tree: tuple[object, ...]) -> None:
    rule = read_composite(written(tree))
    for chosen in product(AlarmState, repeat=len(NAMES)):
        states = dict(zip(NAMES, chosen, strict=True))
        assert (composed(rule, states).state is ALARM) is truth(tree, states)


@pytest.mark.parametrize(
    ("text", "alarms", "state"),
    [
        ("ALARM(cpu) OR ALARM(mem) AND ALARM(disk)", {"cpu"}, ALARM),
        ("(ALARM(cpu) OR ALARM(mem)) AND ALARM(disk)", {"cpu"}, OK),
        ("NOT ALARM(cpu) AND ALARM(mem)", {"mem"}, ALARM),
        ("NOT ALARM(cpu) AND ALARM(mem)", {"cpu", "mem"}, OK),
        ("ALARM('API 5xx Rate') AND NOT FALSE", {"API 5xx Rate"}, ALARM),
        ("TRUE", set(), ALARM),
        ("INSUFFICIENT_DATA(cpu)", set(), ALARM),
    ],
)
def test_precedence_and_names(text: str, alarms: set[str], state: AlarmState) -> None:
    assert composed(read_composite(text), dict.fromkeys(alarms, ALARM)).state is state


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the rule ends"),
        ("ALARM(cpu) AND", "the rule ends"),
        ("ALARM(cpu) ALARM(mem)", "column 11: nothing more"),
        ("(ALARM(cpu)", "column 1: this parenthesis is not closed"),
        ("AND ALARM(cpu)", "column 1: AND cannot stand here"),
        ("cpu", "column 1: expected ALARM"),
        ("ALARM(a b)", "column 1: expected ALARM"),
    ],
)
def test_a_mistake_is_named_with_its_column(text: str, said: str) -> None:
    with pytest.raises(BadRule, match=said.replace("(", r"\(")):
        read_composite(text)


@given(st.text("ALRM()NOT ORD\"'ab", max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(BadRule):
        assert composed(read_composite(text), {}).state in (OK, ALARM)


# --- the suppressor: turned at 0, wait 120 s, extension 180 s ------------------------------------


@pytest.mark.parametrize(
    ("in_alarm", "since", "now", "by", "until"),
    [
        (False, None, 0, "WaitPeriod", 120),
        (False, None, 119, "WaitPeriod", 120),
        (False, None, 120, "", None),  # it did not turn: the actions are done
        (True, -60, 500, "Alarm", None),
        (True, 100, 500, "Alarm", None),
        (False, 500, 679, "ExtensionPeriod", 680),  # it has left: the composite may follow
        (False, 500, 680, "", None),
        (False, -170, 5, "ExtensionPeriod", 10),
        (False, -170, 10, "WaitPeriod", 120),
        (False, -999, 200, "", None),
    ],
)
def test_what_holds_the_actions(
    in_alarm: bool, since: float | None, now: float, by: str, until: float | None
) -> None:
    suppressor = Suppressor("deploying", in_alarm, None if since is None else after(since))
    found = held(AT, suppressor, 120, 180, after(now))
    assert (found.by if found else "") == by
    assert (found.until if found else None) == (None if until is None else after(until))


# --- deeds, events ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "level", "deed"),
    [
        ("Page on-call", "", Deed.PAGE),
        ("Notify team", "", Deed.NOTIFY),
        ("Auto-scale", "", Deed.SCALE),
        ("Security alert", "", Deed.SECURITY),
        ("warning", "", Deed.NOTIFY),
        ("critical", "", Deed.PAGE),
        ("", "warning", Deed.NOTIFY),
        ("", "", Deed.PAGE),
        ("Page security", "", Deed.SECURITY),
    ],
)
def test_deeds(action: str, level: str, deed: Deed) -> None:
    assert deed_of(action, level) is deed


BAD = AlarmTurned("A", ALARM, "bad", (9.0,), AT, "warning")


def test_another_level_is_the_same_time_in_alarm() -> None:
    alarm = evolve(evolve(None, BAD), IncidentLinked("i-1"))
    worse = evolve(alarm, replace(BAD, level="critical", at=after(60)))
    assert (worse.level, worse.since, worse.incident) == ("critical", AT, "i-1")
    with pytest.raises(IllegalEvent):
        evolve(worse, replace(BAD, level="critical"))
    assert evolve(worse, AlarmTurned("A", OK, "well", (), after(90))).incident == ""


def test_actions_are_held_and_released_once() -> None:
    alarm = evolve(None, BAD)
    hold = ActionsHeld("WaitPeriod", "may still turn", AT, after(120))
    waiting = evolve(alarm, hold)
    assert waiting.held == "WaitPeriod"
    assert evolve(waiting, ActionsReleased("over", after(120))).held == ""
    for state, event in (
        (waiting, hold),
        (None, hold),
        (alarm, ActionsReleased("", AT)),
        (evolve(alarm, AlarmTurned("A", OK, "", (), AT)), hold),
    ):
        with pytest.raises(IllegalEvent):
            evolve(state, event)


def test_a_turn_written_before_there_were_levels_is_read() -> None:
    old = '{"alarm":"A","at":"2026-05-01T00:00:00Z","reason":"r","state":"ALARM","values":[1.0]}'
    assert canonical.loads(AlarmTurned, old) == AlarmTurned("A", ALARM, "r", (1.0,), AT)


def test_the_case_of_a_name_is_ignored() -> None:
    found = composed(read_composite('ALARM("api  5XX rate")'), {"API 5xx Rate": ALARM})
    assert (found.state, found.reason) == (ALARM, 'ALARM("api  5XX rate"): api  5XX rate ALARM')
