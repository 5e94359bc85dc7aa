"""A notice as JSON to an address of one's own.

Fields: id (the dedup key), incident, level, contact, person, kind, system, severity, title, body;
all are text. The header Idempotency-Key holds the id too, percent-encoded.
"""

import urllib.parse

from steadyhand.model.incident.notice import Notice
from steadyhand.respond.notices.channel import Channels, Delivered, Failed, value_at
from steadyhand.respond.notices.posting import post

_FIELDS = (
    "id", "incident", "level", "contact", "person", "kind", "system", "severity", "title", "body",
)  # fmt: skip


def send(notice: Notice, channels: Channels) -> Delivered | Failed:
    """POST it to the person's own webhook, else to the contact's."""
    reached = channels.reach(notice) if notice.person else None
    address = reached.webhook if reached else channels.webhooks.get(notice.contact, "")
    if not address:
        return Failed("no webhook address is set", lasting=True)
    body = {name: getattr(notice, name) for name in _FIELDS}
    key = urllib.parse.quote(notice.id)
    return post(value_at(address), body, {"idempotency-key": key})
