"""Signals in, an event that they set out: how programs that run until they are told are told."""

import os
import signal
import threading
from collections.abc import Collection


def set_by(ending: threading.Event, *numbers: signal.Signals) -> None:
    """Set the event when one of these signals comes. From the main thread.

    A handler of Python's would run in the main thread between two of its steps: where it has just
    begun to wait for the event, either never, or with the event's lock in its hand. So it does
    nothing, and a thread hears of the signal from the kernel's own handler.
    """
    told, tell = os.pipe()
    os.set_blocking(tell, False)
    signal.set_wakeup_fd(tell)
    for number in numbers:
        signal.signal(number, lambda *_: None)
    threading.Thread(target=_hear, args=(told, numbers, ending), daemon=True).start()


def _hear(told: int, numbers: Collection[int], ending: threading.Event) -> None:
    while True:
        if os.read(told, 1)[0] in numbers:
            ending.set()
