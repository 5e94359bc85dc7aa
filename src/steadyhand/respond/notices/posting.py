"""Something that can be JSON and an address in; what was answered out. No proxy is asked."""

import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Mapping

from steadyhand.respond.notices.channel import Delivered, Failed, host_of

_TIMEOUT = 3.0  # seconds
_LARGEST = 2000  # bytes of an answer that are looked at
_LATER = {408, 425, 429}  # of the 4xx: the same request may do later


def post(
    address: str, body: object, headers: Mapping[str, str] | None = None
) -> Delivered | Failed:
    """POST as JSON; every answer of 2xx will do. A redirect is not followed.

    `lasting` is what the address itself is to blame for, and what it refuses.
    """
    where = host_of(address)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _Stay)
    said = {"content-type": "application/json", **(headers or {})}
    try:
        sent = json.dumps(body).encode()
    except (TypeError, ValueError) as error:  # of this notice; its address may be as good as any
        return Failed(f"{where}: not sent, for it is no JSON: {type(error).__name__}")
    try:
        request = urllib.request.Request(address, sent, said)
        request.selector.encode("ascii")
    except ValueError as error:
        return Failed(f"{where}: {_named(error)}", lasting=True)
    if request.type not in {"http", "https"}:
        return Failed(f"{where}: not an http(s) address", lasting=True)
    try:
        with opener.open(request, timeout=_TIMEOUT) as answer:
            answer.read(_LARGEST)
            return Delivered()
    except urllib.error.HTTPError as error:
        error.close()
        lasting = 300 <= error.code < 500 and error.code not in _LATER
        return Failed(f"{where} answered {error.code}", lasting)
    except http.client.InvalidURL as error:
        return Failed(f"{where}: {_named(error)}", lasting=True)
    except (OSError, http.client.HTTPException, ValueError) as error:
        return Failed(f"{where}: {_named(error)}")


class _Stay(urllib.request.HTTPRedirectHandler):
    """What is sent is meant for one place."""

    def redirect_request(self, *_: object) -> None:
        return None


def _named(error: Exception) -> str:
    """Say what went wrong without the address, which some messages carry."""
    reason = getattr(error, "reason", None)
    if isinstance(reason, OSError):
        error = reason
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return type(error).__name__
