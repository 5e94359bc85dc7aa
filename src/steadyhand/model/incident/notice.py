"""A message that a person is to get. Only `respond.notices` delivers it."""

from msgspec import Struct


class Notice(Struct, frozen=True):
    """`id` is the dedup key: the same notice is kept and delivered under one id."""

    id: str
    incident: str
    level: str
    contact: str
    channel: str  # "terminal", "webhook", "pagerduty", "slack", "mail", "apprise"
    title: str
    body: str
    person: str = ""  # "" where the contact is reached as itself
    kind: str = "page"  # "page", "notice", "news", "acknowledged", "held", "resolved", "digest"
    system: str = ""
    severity: str = ""
    rank: int | None = None
    at: str = ""  # when it was wanted; ISO 8601
