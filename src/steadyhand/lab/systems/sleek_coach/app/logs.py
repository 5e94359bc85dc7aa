"""Requests in, one line of JSON per request on standard output. An exception is an ERROR line."""

import json
import sys
import time
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime

from starlette.types import ASGIApp, Message, Receive, Scope, Send


def say(level: str, message: str, fields: Mapping[str, object]) -> None:
    """Print one line; a line is written whole, whatever other threads print."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    line = {"timestamp": now, "level": level, "message": message, **fields}
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


class RequestLog:
    """Innermost of nothing: it sees what the user gets, and answers 500 where a route raised."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        status = 500
        failure: Exception | None = None

        async def watch(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, watch)
        except Exception as error:  # the last one to see it: whatever it is, the user gets a 500
            failure = error
        fields: dict[str, object] = {
            "request_id": uuid.uuid4().hex[:16],
            "method": scope["method"],
            "path": scope["path"],
            "status": status,
            "duration_ms": round((time.perf_counter() - started) * 1000, 1),
        }
        if failure is not None:
            text = " ".join(str(failure).split())
            say("ERROR", f"{type(failure).__name__}: {text}", fields)
            await _answer_500(send)
        elif scope["path"] != "/health" or status >= 400:
            say("ERROR" if status >= 500 else "INFO", "request", fields)


async def _answer_500(send: Send) -> None:
    body = b'{"detail":"Internal Server Error"}'
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 500, "headers": headers})
    await send({"type": "http.response.body", "body": body})
