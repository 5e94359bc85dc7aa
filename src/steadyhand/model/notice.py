"""A message that a person is to get. Only `respond.notices` delivers it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Notice:
    """`id` is the dedup key: the same notice is kept and delivered under one id."""

    id: str
    incident: str
    level: str
    contact: str
    channel: str  # "terminal", "webhook"
    title: str
    body: str
    system: str = ""  # whose it is where there is no incident
