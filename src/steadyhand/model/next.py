"""What `decide` may answer besides an intent of its own kind: wait, or finished."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Wait:
    """Nothing to do before `until` (None: before somebody appends an event)."""

    until: datetime | None
    why: str


@dataclass(frozen=True)
class Finished:
    outcome: str
