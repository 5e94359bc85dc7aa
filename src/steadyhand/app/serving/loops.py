"""Loops in, threads that go round until they are stopped out. Knows nothing of what they do."""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from steadyhand.store.database import Unavailable

AGAIN = 1.0  # seconds until what could not be done is tried again


def undisturbed(tell: Callable[[str], None]) -> Callable[[str], None]:
    """Have something told, and go on whether it can be or not."""

    def told(what: str) -> None:
        with suppress(Exception, SystemExit):
            tell(what)

    return told


@dataclass
class Loops:
    """Threads that share one stop.

    With `trouble`, what goes wrong in a loop is told to it, and the loop goes on; without, it ends
    them all: `failed` is called, and `wait` raises it.
    """

    trouble: Callable[[str], None] | None = None
    failed: Callable[[], None] = lambda: None
    stopping: threading.Event = field(default_factory=threading.Event)
    failure: BaseException | None = None
    _threads: list[threading.Thread] = field(default_factory=list)

    def repeat(self, name: str, seconds: float, once: Callable[[], None]) -> None:
        """Do something again and again, with a pause between."""

        def loop() -> None:
            while not self.stopping.is_set():
                try:
                    once()
                except Unavailable as error:
                    self.say(f"the database is away: {error}")
                    self.stopping.wait(AGAIN)
                except Exception as error:
                    if self.trouble is None:
                        raise
                    self.say(f"{name}: {type(error).__name__}: {error}")
                    self.stopping.wait(AGAIN)
                self.stopping.wait(seconds)

        self.begin(name, loop)

    def begin(self, name: str, loop: Callable[[], None]) -> None:
        """Start a loop that asks by itself whether to stop."""

        def kept() -> None:
            try:
                loop()
            except BaseException as error:  # kept for whoever waits: nothing dies in silence
                self.fail(error)

        thread = threading.Thread(target=kept, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def fail(self, error: BaseException) -> None:
        """End them all; `wait` raises the first error."""
        self.failure = self.failure or error
        self.stopping.set()
        self.failed()

    def say(self, text: str) -> None:
        """Tell of trouble, where somebody listens."""
        if self.trouble is not None:
            undisturbed(self.trouble)(text)

    def wait(self, seconds: float) -> None:
        """Wait a little; raises what a loop has died of."""
        self.stopping.wait(seconds)
        if self.failure is not None:
            raise self.failure

    def dead(self) -> list[str]:
        """Say which loops have ended."""
        ended = (one for one in self._threads if not one.is_alive())
        return [f"the loop “{one.name}” has ended" for one in ended]

    def join(self, seconds: float) -> bool:
        """Wait for the end of all, so long at most; whether there was any."""
        deadline = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        return bool(self._threads)
