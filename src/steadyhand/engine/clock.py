"""The time, behind a seam that tests can move. The lab never speeds it up.

`SteadyClock` goes on evenly when the machine's clock is set by more than a little: deadlines of
people are neither passed over nor forgotten by an hour for that.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Protocol


class Clock(Protocol):
    def now(self) -> datetime:
        """Tell the time, UTC and aware."""
        ...

    def sleep(self, seconds: float) -> None: ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        time.sleep(max(0.0, seconds))


def _ticks() -> float:
    """Seconds since the machine started; a suspended machine's sleep counts where that is known."""
    boot = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boot is None else time.clock_gettime(boot)


_JUMP = 2.0  # seconds; what a clock that is kept by NTP does not differ between two looks


class SteadyClock:
    """The machine's clock, but for jumps: those are told by `jumped`, and taken on by `adopt`.

    Never goes back. Safe from several threads.
    """

    def __init__(
        self,
        wall: Callable[[], datetime] = lambda: datetime.now(UTC),
        ticks: Callable[[], float] = _ticks,
    ) -> None:
        self._wall = wall
        self._ticks = ticks
        self._lock = Lock()
        self._base = wall()
        self._since = ticks()
        self._last = self._base

    def now(self) -> datetime:
        with self._lock:
            steady = self._steady()
            wall = self._wall()
            if abs((wall - steady).total_seconds()) < _JUMP:
                self._base, self._since, steady = wall, self._ticks(), wall
            self._last = max(self._last, steady)
            return self._last

    def sleep(self, seconds: float) -> None:
        time.sleep(max(0.0, seconds))

    @property
    def jumped(self) -> float:
        """By how many seconds the machine's clock was set and is not followed; 0 where it is."""
        with self._lock:
            off = (self._wall() - self._steady()).total_seconds()
        return off if abs(off) >= _JUMP else 0.0

    def not_before(self, at: datetime) -> None:
        """Begin no earlier than something that was written down already."""
        with self._lock:
            if self._steady() < at:
                self._base, self._since = at, self._ticks()
            self._last = max(self._last, at)

    def adopt(self) -> None:
        """Follow the machine's clock from here, also backwards: nothing is waited for now."""
        with self._lock:
            self._base, self._since = self._wall(), self._ticks()
            self._last = self._base

    def _steady(self) -> datetime:
        return self._base + timedelta(seconds=self._ticks() - self._since)
