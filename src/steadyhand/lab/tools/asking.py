"""A request to an address on loopback in, its status and its JSON out. Knows no tool."""

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

TIMEOUT = 30.0


class Unreachable(Exception):
    """No answer came; the message is one line."""


def ask(
    method: str, url: str, body: object = None, headers: Mapping[str, str] | None = None
) -> tuple[int, Any]:
    """Ask, whatever the status. Raises Unreachable, also for an address beyond loopback."""
    host = urlsplit(url).hostname or ""
    if not is_loopback(host):
        raise Unreachable(f"{host or url} is not in the lab")
    data = None if body is None else json.dumps(body).encode()
    given = {"Accept": "application/json", "Content-Type": "application/json", **(headers or {})}
    request = urllib.request.Request(url, data, given, method=method)
    # No proxy: it would be asked instead of the lab.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _Stay())
    try:
        with opener.open(request, timeout=TIMEOUT) as response:
            return response.status, _json(response.read())
    except urllib.error.HTTPError as error:
        with error:
            return error.code, _json(error.read())
    except OSError as error:
        reason = getattr(error, "reason", error)
        raise Unreachable(f"{method} {url}: {reason}") from None


class _Stay(urllib.request.HTTPRedirectHandler):
    """Follows no redirection: it could lead out of the lab."""

    def redirect_request(self, *_: Any) -> None:
        return None


def is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _json(text: bytes) -> Any:
    try:
        return json.loads(text or b"null")
    except ValueError:
        return None
