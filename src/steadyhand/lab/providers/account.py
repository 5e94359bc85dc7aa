"""Switches and calls in, what a provider knows of its one customer out: keys, usage, what it got.

Keys are "<provider>-key-1", "-2", …: the first is valid from the beginning. When a key is expired
or rotated the next one is valid instead, as if somebody had made it in the provider's console; when
that is switched back, all of them are. Knows no HTTP.
"""

import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any

RECEIVED_KEPT = 200
LONGEST = 600.0  # seconds
STATUSES = (429, 500, 502, 503, 504)


class BadSwitch(Exception):
    """A switch that is not there, or cannot stand so; one line for a person."""


class KeyState(StrEnum):
    VALID = "valid"
    EXPIRED = "expired"
    ROTATED = "rotated"


@dataclass(frozen=True)
class Switches:
    """How a provider behaves: seconds before each answer, the status of each, dead altogether,
    what became of its key, and the tokens that may still be used from when it was set."""

    slow: float = 0.0
    status: int | None = None
    down: bool = False
    key: KeyState = KeyState.VALID
    budget: int | None = None


@dataclass
class Usage:
    requests: int = 0
    refused: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0

    @property
    def tokens(self) -> int:
        return self.prompt_tokens + self.completion_tokens


@dataclass
class Account:
    """`lock` is held by whoever changes or reads more than one of these."""

    provider: str
    switches: Switches = Switches()
    usage: Usage = field(default_factory=Usage)
    received: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=RECEIVED_KEPT))
    store: dict[str, Any] = field(default_factory=dict)  # what the provider itself keeps
    lock: threading.RLock = field(default_factory=threading.RLock)
    _newest: int = 1
    _limit: int | None = None

    def set(self, given: Mapping[str, Any]) -> None:
        """Set all switches at once; what is not given is as in the beginning. Raises BadSwitch."""
        wanted = parse(given)
        with self.lock:
            if wanted.key is not KeyState.VALID and wanted.key is not self.switches.key:
                self._newest += 1
            self._limit = None if wanted.budget is None else self.usage.tokens + wanted.budget
            self.switches = wanted

    @property
    def valid_key(self) -> str:
        """The newest key."""
        return self._name(self._newest)

    def judge_key(self, key: str) -> KeyState | None:
        """What is to be said of a key; None when there never was such a key."""
        if key not in {self._name(number) for number in range(1, self._newest + 1)}:
            return None
        if self.switches.key is KeyState.VALID or key == self.valid_key:
            return KeyState.VALID
        return self.switches.key

    @property
    def exhausted(self) -> bool:
        """Whether the budget of tokens is used up."""
        return self._limit is not None and self.usage.tokens >= self._limit

    def charge(self, prompt: int, completion: int) -> None:
        with self.lock:
            self.usage.prompt_tokens += prompt
            self.usage.completion_tokens += completion

    def told(self) -> dict[str, Any]:
        """All of it, for the control route."""
        with self.lock:
            usage = {**asdict(self.usage), "tokens": self.usage.tokens}
            left = None if self._limit is None else max(0, self._limit - self.usage.tokens)
            return {
                **asdict(self.switches),
                "valid_key": self.valid_key,
                "tokens_left": left,
                "usage": usage,
                "received": len(self.received),
            }

    def _name(self, number: int) -> str:
        return f"{self.provider}-key-{number}"


def parse(given: Mapping[str, Any]) -> Switches:
    """Check switches. Raises BadSwitch."""
    unknown = sorted(set(given) - set(asdict(Switches())))
    if unknown:
        raise BadSwitch(f"there is no switch {unknown[0]}")
    made = replace(Switches(), **given)
    if not _is_number(made.slow) or not 0 <= made.slow <= LONGEST:
        raise BadSwitch(f"slow is a number of seconds from 0 to {LONGEST:.0f}")
    if made.status is not None and made.status not in STATUSES:
        raise BadSwitch(f"status is one of {', '.join(map(str, STATUSES))}, or null")
    if not isinstance(made.down, bool):
        raise BadSwitch("down is true or false")
    if made.key not in list(KeyState):
        raise BadSwitch(f"key is one of {', '.join(KeyState)}")
    if made.budget is not None and (not _is_number(made.budget) or made.budget < 0):
        raise BadSwitch("budget is a number of tokens, or null")
    return replace(made, key=KeyState(made.key))


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
