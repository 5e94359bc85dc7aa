"""A broker's address in, the lag of its consumer groups out, as CloudWatch's figures of MSK.

One thread asks, so that a broker that hangs holds up nobody else; what it said last is taken once.
"""

import logging
import threading
from collections.abc import Callable

from steadyhand.lab.kafka.client import Lag, Unreachable, topic_lags

LOG = logging.getLogger("steadyhand.lab")
NAMESPACE = "AWS/Kafka"
PATIENCE = 2.0

Of = tuple[str, str]  # a consumer group and a topic


class Lagging:
    """Asks every `pause` seconds from `start` until `ending`. No answer: no figures."""

    def __init__(self, servers: Callable[[], str], pause: float, ending: threading.Event) -> None:
        self._servers = servers
        self._pause = pause
        self._ending = ending
        self._lock = threading.Lock()
        self._seen: dict[Of, Lag] = {}

    def start(self) -> None:
        threading.Thread(target=self._run, name="kafka lag", daemon=True).start()

    def take(self) -> dict[Of, Lag]:
        """What was seen since the last call; nothing where nothing new was."""
        with self._lock:
            seen, self._seen = self._seen, {}
        return seen

    def _run(self) -> None:
        while not self._ending.wait(self._pause):
            try:
                seen = topic_lags(self._servers(), PATIENCE)
            except Unreachable:
                continue
            except Exception:  # a look that failed must not be the last one
                LOG.exception("kafka lag")
                continue
            with self._lock:
                self._seen = seen
