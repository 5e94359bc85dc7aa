"""A program that waits for its end is told by a signal, at whatever moment that comes."""

import subprocess
import sys

# Signals that come while the main thread begins to wait; a dead one is ended by the clock.
SCRIPT = """
import random, signal, threading
from steadyhand.lab.ending import set_by
ending = threading.Event()
set_by(ending, signal.SIGALRM)
random.seed(1)
for _ in range(2000):
    ending.clear()
    signal.setitimer(signal.ITIMER_REAL, 1e-6 + random.random() * 4e-5)
    assert ending.wait(10)
"""


def test_a_signal_is_heard_whenever_it_comes() -> None:
    subprocess.run([sys.executable, "-c", SCRIPT], timeout=30, check=True)
