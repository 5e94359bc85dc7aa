"""Whether an alarm's actions are held by the alarm that its settings name as its suppressor."""

from datetime import datetime

from steadyhand.app.control import Control
from steadyhand.model.alarm import Alarm, AlarmState, Held, held
from steadyhand.model.alarm.suppression import Suppressor
from steadyhand.model.key import alarm_key
from steadyhand.watch.bindings import Watched

SUPPRESSES = frozenset({"Alarm", "WaitPeriod", "ExtensionPeriod"})  # what holds, in `Alarm.held`


def suppressed(
    control: Control, system: str, one: Watched, alarm: Alarm, factor: float
) -> Held | None:
    """Say what holds them now; None: nothing does."""
    binding = one.binding
    if binding is None or not binding.suppressor:
        return None
    other: Alarm | None = control.engine.turn("alarm", alarm_key(system, binding.suppressor)).state
    in_alarm = other is not None and other.state is AlarmState.ALARM
    # One that has never been in ALARM cannot have left it.
    left = other.since if other is not None and (in_alarm or _was(control, system, other)) else None
    wait, extension = binding.wait_seconds / factor, binding.extension_seconds / factor
    now: datetime = control.clock.now()
    return held(alarm.since, Suppressor(binding.suppressor, in_alarm, left), wait, extension, now)


def _was(control: Control, system: str, other: Alarm) -> bool:
    """Tell whether the turn before the last was to ALARM."""
    turns = [
        event.event
        for event in control.journal.read("alarm", alarm_key(system, other.name))
        if getattr(event.event, "state", None) is not None
    ]
    return len(turns) > 1 and getattr(turns[-2], "state", None) is AlarmState.ALARM
