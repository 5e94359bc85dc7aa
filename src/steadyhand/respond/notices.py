"""Deliver notices: the only place that does. At least once; the id of a notice is its dedup key."""

import http.client
import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass

from steadyhand.model.notice import Notice

_TIMEOUT = 3.0  # seconds


@dataclass(frozen=True)
class Delivered:
    pass


@dataclass(frozen=True)
class Failed:
    """Not delivered; it is tried again."""

    reason: str


@dataclass(frozen=True)
class Channels:
    """Where notices go: `say` writes to the terminal, `webhooks` is contact → address."""

    say: Callable[[Notice], None]
    webhooks: dict[str, str]


def deliver(notice: Notice, channels: Channels) -> Delivered | Failed:
    """Deliver one notice by its channel."""
    match notice.channel:
        case "terminal":
            channels.say(notice)
            return Delivered()
        case "webhook":
            address = channels.webhooks.get(notice.contact, "")
            return _post(notice, address) if address else Failed("no webhook address is set")
        case other:
            return Failed(f"nobody knows the channel {other}")


def _post(notice: Notice, address: str) -> Delivered | Failed:
    """POST as JSON: id (the dedup key), incident, level, contact, title, body; all are text.

    The header Idempotency-Key holds the id too, percent-encoded. No proxy: the address is meant.
    """
    body = {
        "id": notice.id,
        "incident": notice.incident,
        "level": notice.level,
        "contact": notice.contact,
        "title": notice.title,
        "body": notice.body,
    }
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        request = urllib.request.Request(
            address,
            json.dumps(body).encode(),
            {"content-type": "application/json", "idempotency-key": urllib.parse.quote(notice.id)},
        )
        with opener.open(request, timeout=_TIMEOUT):
            return Delivered()
    except urllib.error.HTTPError as error:
        error.close()
        return Failed(f"{address} answered {error.code}")
    except (OSError, http.client.HTTPException, ValueError) as error:
        return Failed(f"{address}: {error}")
