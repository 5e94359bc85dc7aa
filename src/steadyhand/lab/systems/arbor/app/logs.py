"""Requests in, one line of JSON per request on standard output. An exception is an ERROR line.

`duration` is in milliseconds. `customer_id` stands in a line when the request was about a customer.
"""

import json
import sys
import time
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from steadyhand.lab.systems.arbor.app.database import Unavailable

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
        started = time.perf_counter()
        status = 0
        failure: Exception | None = None

        async def watch(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, watch)
        except Exception as error:  # the last one to see it: whatever it is, it is answered here
            failure = error
            if not status:
                status = 503 if isinstance(error, Unavailable) else 500
                await _answer(send, status)
        fields = _fields(scope, status or 500, started)
        if failure is not None:
            kind = "" if isinstance(failure, Unavailable) else f"{type(failure).__name__}: "
            say("ERROR", kind + " ".join(str(failure).split()), fields)
        elif scope["path"] not in QUIET or status >= 400:
            say("ERROR" if status >= 500 else "INFO", "request", fields)


def _fields(scope: Scope, status: int, started: float) -> dict[str, object]:
    fields: dict[str, object] = {
        "request_id": uuid.uuid4().hex[:16],
        "method": scope["method"],
        "path": scope["path"],
        "status": status,
        "duration": round((time.perf_counter() - started) * 1000, 1),
    }
    # The router has put the parts of the path into the scope, which it shares with us.
    customer = scope.get("path_params", {}).get("customer_id")
    return fields if customer is None else {**fields, "customer_id": customer}


async def _answer(send: Send, status: int) -> None:
    words = "Service Unavailable" if status == 503 else "Internal Server Error"
    body = json.dumps({"detail": words}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
