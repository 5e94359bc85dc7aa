"""A system's users: requests through the load balancer at a steady rate, and what came back.

A few threads, each asking in its turn: a slow system gets fewer requests, as with real users.
"""

import http.client
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from itertools import count

from steadyhand.lab.systems.parts import Request

TIMEOUT = 65.0
NO_ANSWER = "no answer"


class Traffic:
    """Asks from `start` until `stop`, `rate` requests a second, and counts the statuses. `address`
    may be looked up for each request: None is a name that leads nowhere. At rate 0 nobody asks."""

    def __init__(
        self,
        address: tuple[str, int] | Callable[[], tuple[str, int] | None],
        rate: float,
        request: Callable[[int], Request],
        threads: int = 4,
    ) -> None:
        self._find = address if callable(address) else lambda: address
        threads = threads if rate else 0  # a system may have no users
        self._pause = threads / (rate or 1)
        self._request = request
        self._numbers = count()
        self._ending = threading.Event()
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()
        self._threads = [
            threading.Thread(target=self._ask_forever, args=(n * self._pause / threads,))
            for n in range(threads)
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.daemon = True
            thread.start()

    def stop(self) -> None:
        self._ending.set()

    def snapshot(self) -> dict[str, int]:
        with self._lock:
            return dict(sorted(self._counts.items()))

    def _ask_forever(self, delay: float) -> None:
        connection = http.client.HTTPConnection("localhost", timeout=TIMEOUT)
        at: tuple[str, int] | None = None
        due = time.monotonic() + delay
        while not self._ending.wait(max(0.0, due - time.monotonic())):
            # What was missed is not made up for: that would be a burst nobody asked for.
            due = max(due + self._pause, time.monotonic())
            found = self._find()
            if found is not None and found != at:
                connection.close()
                connection, at = http.client.HTTPConnection(*found, timeout=TIMEOUT), found
            request = self._request(next(self._numbers))
            status = NO_ANSWER if found is None else self._ask(connection, request)
            with self._lock:
                self._counts["requests"] += 1
                self._counts[status] += 1
        connection.close()

    def _ask(self, connection: http.client.HTTPConnection, request: Request) -> str:
        headers = dict(request.headers)
        if request.body:
            headers["Content-Type"] = "application/json"
        try:
            connection.request(request.method, request.path, request.body or None, headers)
            response = connection.getresponse()
            response.read()
            return f"{response.status // 100}xx"
        except (OSError, http.client.HTTPException):
            with suppress(OSError):
                connection.close()
            return NO_ANSWER
