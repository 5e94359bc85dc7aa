"""The envelope of an event as a journal returns it. Every event is a plain value."""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

EventTypes = Mapping[str, type]  # class name → class, for one kind of durable thing


class IllegalEvent(Exception):
    """An event that cannot follow what was before; nothing is written."""


class Recorded(Struct, frozen=True):
    """Event number `seq` (from 1) of the thing `id` of a kind; `at` is UTC and aware."""

    kind: str
    id: str
    seq: int
    at: datetime
    event: object
