"""The event loop's own lateness in, whether this process is well out. Knows no dependency.

A process whose loop cannot keep time answers nobody in time, whatever its database does; that is
what the load balancer should hear of. A dependency that is away is no reason to replace a task.
"""

import asyncio
import time
from collections.abc import Callable

BEAT = 0.5  # seconds
TOO_LATE = 3.0  # seconds
REMEMBERED = 5.0  # seconds for which a late beat counts
REPORT_EVERY = 60.0  # seconds


class Wellbeing:
    """`beat` runs on the loop for as long as the process serves; `report` is called each minute."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._late_at: float | None = None

    def arrived(self, late: float) -> None:
        """A beat arrived this many seconds after it was due."""
        if late > TOO_LATE:
            self._late_at = self._clock()

    @property
    def well(self) -> bool:
        return self._late_at is None or self._clock() - self._late_at > REMEMBERED

    async def beat(self, report: Callable[[], None]) -> None:
        next_report = self._clock()
        while True:
            due = self._clock() + BEAT
            await asyncio.sleep(BEAT)
            self.arrived(self._clock() - due)
            if self._clock() >= next_report:
                report()
                next_report = self._clock() + REPORT_EVERY
