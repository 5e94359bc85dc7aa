"""What `decide` may answer besides an intent of its own kind: wait, or finished."""

from datetime import datetime

from msgspec import Struct


class Wait(Struct, frozen=True):
    """Nothing to do before `until` (None: before somebody appends an event)."""

    until: datetime | None
    why: str


class Finished(Struct, frozen=True):
    outcome: str
