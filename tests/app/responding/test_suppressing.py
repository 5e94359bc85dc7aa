"""An alarm whose suppressor holds its actions: written down, waited for, released."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from steadyhand.app.responding.suppressing import suppressed
from steadyhand.main import build
from steadyhand.model.alarm import Alarm, AlarmState, AlarmTurned
from steadyhand.model.document.facts import AlarmRule, Threshold
from steadyhand.model.document.span import Span
from steadyhand.model.key import alarm_key
from steadyhand.model.settings.binding import Binding
from steadyhand.watch.bindings import Watched

ONE = Watched(
    AlarmRule("All", Threshold("x"), "", Span("R.md", 1, 1)),
    Binding(source="composite", rule="TRUE", suppressor="Deploying", wait_seconds=120),
    "",
)


@pytest.fixture
def held_by(tmp_path: Path) -> Callable[..., str]:
    control = build(tmp_path)
    now = control.clock.now()

    def at(seconds: float) -> datetime:
        return now + timedelta(seconds=seconds)

    def ask(since: float, *turns: tuple[str, float]) -> str:
        turn = control.engine.turn("alarm", alarm_key("shop", "Deploying"))
        for state, seconds in turns:
            turn.append(AlarmTurned("Deploying", AlarmState(state), "", (), at(seconds)))
        alarm = Alarm("All", AlarmState.ALARM, at(since), "", ())
        found = suppressed(control, "shop", ONE, alarm, 1)
        return found.by if found else ""

    return ask


def test_what_holds(held_by: Callable[..., str]) -> None:
    assert held_by(-10) == "WaitPeriod"
    assert held_by(-300) == ""
    assert held_by(-300, ("OK", -200)) == ""  # it never was in ALARM: nothing has been left
    assert held_by(-300, ("ALARM", -100)) == "Alarm"
    assert held_by(-300, ("OK", -20)) == "ExtensionPeriod"
    assert held_by(-300, ("INSUFFICIENT_DATA", -1)) == ""
