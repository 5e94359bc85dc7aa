"""What all tasks share through Redis: counts of who asked how often, and answers kept for a while.

Without Redis everybody may ask and nothing is kept. A Redis that does not answer is left alone for
a moment, so that requests do not each wait for it.
"""

import json
import time
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from steadyhand.lab.systems.sleek_coach.app.logs import one_line, say

PAUSE = 1.0  # seconds
PATIENCE = 0.5  # seconds in which Redis has to answer


def connect(url: str) -> redis.Redis:
    return redis.Redis.from_url(
        url,
        decode_responses=True,
        socket_timeout=PATIENCE,
        socket_connect_timeout=PATIENCE,
        retry=Retry(NoBackoff(), 0),
    )


class Shared:
    """`line` is the release line: what one keeps, another may not understand."""

    def __init__(self, client: redis.Redis, line: str) -> None:
        self._client = client
        self._line = line
        self._away_until = 0.0

    def count(self, what: str, seconds: int) -> int:
        """Count one more within this window of time, and give how many there are; 0: unknown."""
        key = _window(what, seconds)
        found = self._ask(lambda: self._counted(key, seconds))
        return int(found or 0)

    def counted(self, what: str, seconds: int) -> int:
        """How many there are within this window; 0 when that is unknown."""
        return int(self._ask(lambda: self._client.get(_window(what, seconds))) or 0)

    def _counted(self, key: str, seconds: int) -> int:
        pipeline = self._client.pipeline(transaction=False)
        pipeline.incr(key)
        pipeline.expire(key, seconds)
        return int(pipeline.execute()[0])

    def get(self, key: str) -> Any:
        """What is kept under a key; None when there is nothing, or no Redis."""
        kept = self._ask(lambda: self._client.get(f"cache:{self._line}:{key}"))
        return None if kept is None else json.loads(kept)

    def put(self, key: str, value: Any, seconds: int) -> None:
        text = json.dumps(value)
        self._ask(lambda: self._client.set(f"cache:{self._line}:{key}", text, ex=seconds))

    def forget(self, key: str) -> None:
        """Take a key out, so that nobody gets what is no longer true."""
        self._ask(lambda: self._client.delete(f"cache:{self._line}:{key}"))

    def _ask(self, question: Any) -> Any:
        if time.monotonic() < self._away_until:
            return None
        try:
            return question()
        except redis.RedisError as error:
            self._away_until = time.monotonic() + PAUSE
            say("WARNING", f"Redis unavailable, rate limits are off: {one_line(error)}")
            return None


def _window(what: str, seconds: int) -> str:
    return f"limit:{what}:{int(time.time()) // seconds}"


def seconds_left(seconds: int) -> int:
    """How long it is until the next window begins."""
    return seconds - int(time.time()) % seconds
