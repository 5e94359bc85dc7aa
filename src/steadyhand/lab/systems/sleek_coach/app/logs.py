"""What happens in, one line of JSON each on standard output. Failures are ERROR lines."""

import json
import logging
import sys
import time
import uuid
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import UTC, datetime

from psycopg import OperationalError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_request_id: ContextVar[str] = ContextVar("request_id", default="")


def say(level: str, message: str, fields: Mapping[str, object] | None = None) -> None:
    """Print one line; a line is written whole, whatever other threads print."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    line = {"timestamp": now, "level": level, "message": message, **(fields or {})}
    if _request_id.get():
        line.setdefault("request_id", _request_id.get())
    sys.stdout.write(json.dumps(line, default=str) + "\n")
    sys.stdout.flush()


def one_line(error: BaseException) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())


def take_over_library_logs() -> None:
    """Let what the connection pool has to say (a refused login, say) be lines like all others."""

    def pass_on(record: logging.LogRecord) -> bool:
        level = "ERROR" if record.levelno >= logging.WARNING else record.levelname
        say(level, f"connection pool: {' '.join(record.getMessage().split())}")
        return False

    logging.getLogger("psycopg.pool").addFilter(pass_on)


class RequestLog:
    """Outermost: it sees what the user gets, and answers where a route raised."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        _request_id.set(uuid.uuid4().hex[:16])
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
        except Exception as error:  # the last one to see it: whatever it is, the user is answered
            failure = error
            if not status:
                await _answer(watch, error)
        fields: dict[str, object] = {
            "method": scope["method"],
            "path": scope["path"],
            "status": status,
            "duration_ms": round((time.perf_counter() - started) * 1000, 1),
        }
        if failure is not None:
            say("ERROR", one_line(failure), fields)
        elif scope["path"] != "/health" or status >= 400:
            say("ERROR" if status >= 500 else "INFO", "request", fields)


async def _answer(send: Send, error: Exception) -> None:
    """The database away or out of connections is 503; anything else is our own mistake."""
    away = isinstance(error, OperationalError)  # the pool's timeouts are such errors too
    body = b'{"detail":"%s"}' % (
        b"the database does not answer" if away else b"Internal Server Error"
    )
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 503 if away else 500, "headers": headers})
    await send({"type": "http.response.body", "body": body})
