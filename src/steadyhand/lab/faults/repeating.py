"""A deed and a pause in, the deed done again and again until it is stopped. Knows no fault."""

import logging
import threading
from collections.abc import Callable

LOG = logging.getLogger("steadyhand.lab")


class Repeating:
    """Does `deed`, then waits `pause` seconds, from `start` until `stop` or the lab's `ending`."""

    def __init__(self, deed: Callable[[], object], pause: float, ending: threading.Event) -> None:
        self._deed = deed
        self._pause = pause
        self._lab_ending = ending
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="fault", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Return when the deed is not being done any more."""
        self._ending.set()
        self._thread.join(10)

    def _run(self) -> None:
        while not (self._lab_ending.is_set() or self._ending.is_set()):
            try:
                self._deed()
            except Exception:  # a deed that failed once must not be the last one
                LOG.exception("fault")
            self._ending.wait(self._pause)
