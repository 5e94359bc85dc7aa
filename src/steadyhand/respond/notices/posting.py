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
    """POST as JSON; every answer of 2xx will do. A redirect is not followed."""
    where = host_of(address)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _Stay)
    try:
        request = urllib.request.Request(
            address,
            json.dumps(body).encode(),
            {"content-type": "application/json", **(headers or {})},
        )
        if request.type not in {"http", "https"}:
            return Failed(f"{where}: not an http(s) address", lasting=True)
        with opener.open(request, timeout=_TIMEOUT) as answer:
            answer.read(_LARGEST)
            return Delivered()
    except urllib.error.HTTPError as error:
        error.close()
        lasting = 300 <= error.code < 500 and error.code not in _LATER
        return Failed(f"{where} answered {error.code}", lasting)
    except ValueError as error:  # it is no address
        return Failed(f"{where}: {_named(error)}", lasting=True)
    except (OSError, http.client.HTTPException) as error:
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
