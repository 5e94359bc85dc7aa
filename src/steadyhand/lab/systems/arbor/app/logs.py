"""Requests in, one line of JSON per request on standard output. An exception is an ERROR line.

`duration` is in milliseconds. `customer_id` stands in a line when the request was about a customer.
"""

import json
import sys
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime

from starlette.types import ASGIApp, Receive, Scope, Send

from steadyhand.lab.systems.arbor.app.database import Unavailable
from steadyhand.lab.systems.requests import Passed, passed

QUIET = ("/api/v1/health", "/api/v1/health/live")


def say(level: str, message: str, fields: Mapping[str, object]) -> None:
    """Print one line; a line is written whole, whatever other threads print."""
    line = {"timestamp": now(), "level": level, "message": message, **fields}
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class RequestLog:
    """Outermost: it sees what the user gets, and answers where a route raised."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        over = await passed(self.app, scope, receive, send, _verdict)
        fields = _fields(scope, over)
        if over.failure is not None:
            kind = (
                "" if isinstance(over.failure, Unavailable) else f"{type(over.failure).__name__}: "
            )
            say("ERROR", kind + " ".join(str(over.failure).split()), fields)
        elif scope["path"] not in QUIET or over.status >= 400:
            say("ERROR" if over.status >= 500 else "INFO", "request", fields)


def _verdict(error: Exception) -> tuple[int, str]:
    away = isinstance(error, Unavailable)
    return (503, "Service Unavailable") if away else (500, "Internal Server Error")


def _fields(scope: Scope, over: Passed) -> dict[str, object]:
    fields: dict[str, object] = {
        "request_id": uuid.uuid4().hex[:16],
        "method": scope["method"],
        "path": scope["path"],
        "status": over.status,
        "duration": over.milliseconds,
    }
    # The router has put the parts of the path into the scope, which it shares with us.
    customer = scope.get("path_params", {}).get("customer_id")
    return fields if customer is None else {**fields, "customer_id": customer}
