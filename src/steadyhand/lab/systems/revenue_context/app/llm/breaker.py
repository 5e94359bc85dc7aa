"""The circuit breaker before an outside provider, shared by all processes through Redis.

closed → open after FAILURES in a row → half-open after OPEN_SECONDS: one call is tried → closed or
open again.
"""

import time
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

FAILURES = 5
OPEN_SECONDS = 30.0
TRIAL_SECONDS = 20  # so long one process has the only try


class State(IntEnum):
    """The number is what /metrics shows."""

    CLOSED = 0
    OPEN = 1
    HALF_OPEN = 2


@dataclass(frozen=True)
class Breaker:
    """One provider's breaker. `redis` is a client that gives text."""

    redis: Any
    name: str
    open_seconds: float = OPEN_SECONDS

    @property
    def _key(self) -> str:
        return f"breaker:{self.name}"

    def state(self) -> State:
        failures, opened = self.redis.hmget(self._key, "failures", "opened_at")
        if int(failures or 0) < FAILURES:
            return State.CLOSED
        waited = time.time() - float(opened or 0)
        return State.HALF_OPEN if waited >= self.open_seconds else State.OPEN

    def allows(self) -> bool:
        """Whether a call may be made now; half-open, the first who asks gets the only try."""
        match self.state():
            case State.CLOSED:
                return True
            case State.OPEN:
                return False
            case State.HALF_OPEN:
                return bool(self.redis.set(f"{self._key}:trial", "1", nx=True, ex=TRIAL_SECONDS))

    def succeeded(self) -> None:
        self.redis.delete(self._key, f"{self._key}:trial")

    def failed(self) -> None:
        self.redis.hincrby(self._key, "failures", 1)
        self.redis.hset(self._key, "opened_at", repr(time.time()))
        self.redis.delete(f"{self._key}:trial")
