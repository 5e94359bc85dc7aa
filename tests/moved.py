"""A clock that tests move, in a control plane of the program's own making."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from steadyhand.app.control import Control
from steadyhand.main import build

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)  # a Friday


class MovedClock:
    """The time is what it was set to."""

    def __init__(self, at: datetime = NOON) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.at += timedelta(seconds=max(0.0, seconds))


def plane(folder: Path, clock: MovedClock) -> Control:
    """Build a control plane whose every part has this clock. The caller closes it."""
    control = build(folder)
    control.clock = clock
    control.engine.clock = clock
    return control
