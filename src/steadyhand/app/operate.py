"""Operate from a document: watch its alarms, drive what they open, deliver what is to be said.

Three loops, each in a thread of its own, so that a long run never delays a page or a reading.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from steadyhand.app.control import Control

_IDLE = 0.2  # seconds between two looks at the journal


@dataclass
class Loops:
    """Threads that each repeat one thing until `stop`. A failure ends all, and is kept."""

    control: Control
    failure: BaseException | None = None
    _stopping: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def repeat(self, name: str, seconds: float, once: Callable[[], None]) -> None:
        """Start a loop that calls `once`, then waits `seconds`."""

        def loop() -> None:
            try:
                while not self._stopping.is_set():
                    once()
                    self._stopping.wait(seconds)
            except BaseException as error:  # kept for whoever waits: nothing is lost in a thread
                self.failure = self.failure or error
                self._stopping.set()

        thread = threading.Thread(target=loop, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    @property
    def stopped(self) -> bool:
        return self._stopping.is_set()

    def wait(self, seconds: float) -> None:
        """Wait a little; raises what a loop has died of."""
        self._stopping.wait(seconds)
        if self.failure is not None:
            raise self.failure

    def stop(self) -> None:
        """End every loop and wait for it."""
        self._stopping.set()
        for thread in self._threads:
            thread.join(30)
