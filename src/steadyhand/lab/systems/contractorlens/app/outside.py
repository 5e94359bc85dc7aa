"""An address and JSON in, another one's status and JSON out. Knows HTTP, and no provider."""

import http.client
import json
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen


class NoAnswer(Exception):
    """No answer in time, or none in HTTP and JSON; the message says which, in a word or two."""


def post_json(
    url: str, body: dict[str, Any], headers: dict[str, str], timeout: float
) -> tuple[int, dict[str, Any]]:
    """Post and read. `timeout` in seconds. Raises NoAnswer."""
    data = json.dumps(body).encode()
    try:
        request = Request(url, data, {"Content-Type": "application/json", **headers})
        with urlopen(request, timeout=timeout) as response:
            return response.status, _object(response.read())
    except HTTPError as error:
        with error:
            return error.code, {}
    except TimeoutError:
        raise NoAnswer("timeout") from None
    except (OSError, http.client.HTTPException) as error:
        late = isinstance(getattr(error, "reason", None), TimeoutError)
        raise NoAnswer("timeout" if late else "unreachable") from None
    except ValueError:
        raise NoAnswer("unreadable answer or address") from None


def _object(content: bytes) -> dict[str, Any]:
    value = json.loads(content)
    if not isinstance(value, dict):
        raise ValueError("not a JSON object")
    return value
