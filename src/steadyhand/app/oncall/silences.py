"""Silences and maintenance windows: what holds pages now; adding, listing and ending silences."""

import secrets
from collections.abc import Iterable
from datetime import datetime
from fnmatch import fnmatchcase

from steadyhand.app.control import Control
from steadyhand.app.problem import Problem
from steadyhand.engine.drive import Turn
from steadyhand.model.document.facts import Window
from steadyhand.model.events import IllegalEvent
from steadyhand.model.oncall.silence import (
    Holding,
    Matcher,
    Silence,
    SilenceAdded,
    SilenceExpired,
    holding,
    in_window,
)
from steadyhand.model.oncall.walls import BadTime
from steadyhand.store.journal import Conflict


def add(
    control: Control, matcher: Matcher, starts: datetime, ends: datetime, reason: str, by: str
) -> str:
    """Add a silence and return its id. Raises Problem."""
    if matcher == Matcher():
        raise Problem("a silence needs a system, an alarm or a severity; `*` is all of them")
    now = control.clock.now()
    if ends <= now:
        raise Problem(f"the silence would have ended at {ends:%Y-%m-%d %H:%M %Z}")
    key = f"s-{now:%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
    try:
        _turn(control, key).append(SilenceAdded(matcher, starts, ends, reason, by, now))
    except IllegalEvent as error:
        raise Problem(str(error)) from None
    return key


def find(control: Control, key: str) -> Silence:
    """Read a silence. Raises Problem where there is none."""
    silence: Silence | None = _turn(control, key).state
    if silence is None:
        raise Problem(f"there is no silence {key}; `steadyhand silences list` shows them")
    return silence


def expire(control: Control, key: str, by: str) -> None:
    """End a silence now. Raises Problem where there is none, or it has ended."""
    find(control, key)
    try:
        _turn(control, key).append(SilenceExpired(by, control.clock.now()))
    except (IllegalEvent, Conflict) as error:
        raise Problem(f"{key}: {error}") from None


def listed(control: Control, ended: bool = False) -> list[tuple[str, Silence]]:
    """List silences, oldest first: those that hold or will hold, or all."""
    now = control.clock.now()
    found = ((key, _turn(control, key).state) for key, _ in control.journal.keys("silence"))
    return [(key, one) for key, one in found if one is not None and (ended or one.ends > now)]


def held(
    control: Control,
    what: tuple[str, str, str],
    windows: Iterable[Window] = (),
    wanted: Iterable[str] = (),
) -> Holding | None:
    """Say what holds the pages of (system, alarm, severity) now.

    Of the document's windows, only those that the settings name as maintenance hold anything.
    """
    now = control.clock.now()
    found = [_window(one, now) for one in windows if _named(one, wanted)]
    found.append(holding(listed(control), what, now))
    return max((one for one in found if one), key=lambda one: one.until, default=None)


def _named(window: Window, wanted: Iterable[str]) -> bool:
    name = window.name.casefold()
    return any(fnmatchcase(name, pattern.casefold()) for pattern in wanted)


def _window(window: Window, now: datetime) -> Holding | None:
    if window.cron is None or window.seconds is None:
        return None
    try:
        until = in_window(window.cron, window.zone, window.seconds, now)
    except BadTime:
        return None  # "@weekly" says no hour: nothing can be held by it
    if until is None:
        return None
    return Holding(f"window {window.name}", f"{window.name}: {window.text}", until)


def _turn(control: Control, key: str) -> Turn:
    return control.engine.turn("silence", key)
