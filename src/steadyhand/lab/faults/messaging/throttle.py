"""Processes in, the same processes with a part of the processor's time out, until let go.

As a cgroup's quota does it: in each period they run for their part, and are stopped for the rest.
A process that was started later is not among them.
"""

import threading
from collections.abc import Iterable
from contextlib import suppress

import psutil

PERIOD = 0.5


class Throttle:
    """Holds from `start` until `stop`, or the lab's `ending`. psutil refuses a pid used again."""

    def __init__(self, pids: Iterable[int], share: float, ending: threading.Event) -> None:
        self._share = min(1.0, share)
        self._lab_ending = ending
        self._ending = threading.Event()
        self._held: list[psutil.Process] = []
        for pid in pids:
            with suppress(psutil.Error):
                self._held.append(psutil.Process(pid))
        self._thread = threading.Thread(target=self._run, name="throttle", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._ending.set()
        self._thread.join(5)
        self._all("resume")

    def _run(self) -> None:
        while not (self._ending.is_set() or self._lab_ending.is_set()):
            self._all("suspend")
            if self._ending.wait(PERIOD * (1 - self._share)):
                break
            self._all("resume")
            self._ending.wait(PERIOD * self._share)
        self._all("resume")

    def _all(self, deed: str) -> None:
        for process in self._held:
            with suppress(psutil.Error):
                getattr(process, deed)()
