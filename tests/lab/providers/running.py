"""The providers in this process, for as long as a test needs them."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from steadyhand.lab.providers.server import Providers


@contextmanager
def running() -> Iterator[Providers]:
    """All providers on a free port; their accounts can be set and read directly."""
    made = Providers("127.0.0.1", 0)
    thread = threading.Thread(target=made.serve)
    thread.start()
    try:
        yield made
    finally:
        made.stop()
        thread.join(5)
