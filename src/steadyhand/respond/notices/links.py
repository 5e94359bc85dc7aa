"""Links that acknowledge an incident: whom it was made for, signed. A key in, a token; and back.

The token stands in messages alone, never in the journal. Whoever opens the link is to be asked
first: programs that look at mails open every link in them.
"""

import base64
import binascii
import hashlib
import hmac
import json
from datetime import datetime

from msgspec import Struct


class Bearer(Struct, frozen=True):
    """What a token says: who may acknowledge which incident."""

    incident: str
    person: str


def sign(key: bytes, bearer: Bearer, until: datetime) -> str:
    """Make a token that is good until a moment. Pure."""
    said = json.dumps([bearer.incident, bearer.person, int(until.timestamp())]).encode()
    return f"{_text(said)}.{_text(_mac(key, said))}"


def check(key: bytes, token: str, now: datetime) -> Bearer | None:
    """Read a token; None for one that is not ours, or is too old. Pure."""
    said, dot, mac = token.partition(".")
    try:
        body, given = _bytes(said), _bytes(mac)
    except (ValueError, binascii.Error):
        return None
    if not dot or not hmac.compare_digest(_mac(key, body), given):
        return None
    incident, person, until = json.loads(body)
    return Bearer(incident, person) if now.timestamp() < until else None


def _mac(key: bytes, said: bytes) -> bytes:
    return hmac.new(key, b"acknowledge " + said, hashlib.sha256).digest()


def _text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
