"""What happens in, one line of JSON each on standard output. Failures are ERROR lines."""

import json
import logging
import sys
import time
import uuid
from datetime import UTC, datetime

from psycopg import OperationalError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

QUIET = ("/health", "/health/detailed", "/health/workers", "/metrics")


def say(level: str, message: str, **fields: object) -> None:
    """Print one line; a line is written whole, whatever other threads print."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    line = {"timestamp": now, "level": level, "message": " ".join(message.split()), **fields}
    sys.stdout.write(json.dumps(line, default=str) + "\n")
    sys.stdout.flush()


def failed(doing: str, error: BaseException, **fields: object) -> None:
    say("ERROR", f"{doing}: {type(error).__name__}: {error}", **fields)


def take_over_library_logs() -> None:
    """Let what the libraries warn of be lines like all others."""

    class Lines(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            say(record.levelname, record.getMessage(), logger=record.name)

    logging.getLogger().handlers = [Lines(logging.WARNING)]
    logging.getLogger("kafka").setLevel(logging.ERROR)


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

        async def watch(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        fields: dict[str, object] = {
            "request_id": uuid.uuid4().hex[:16],
            "method": scope["method"],
            "path": scope["path"],
        }
        try:
            await self.app(scope, receive, watch)
        except Exception as error:  # the last one to see it: the user gets an answer
            failed("request", error, **fields)
            if not status:
                # psycopg_pool's timeouts are OperationalErrors too.
                away = isinstance(error, OperationalError)
                await _answer(watch, 503 if away else 500)
        fields["status"] = status
        fields["duration_ms"] = round((time.perf_counter() - started) * 1000, 1)
        scope["app"].state.counts[scope["method"], status] += 1
        if scope["path"] not in QUIET or status >= 500:
            say("ERROR" if status >= 500 else "INFO", "request", **fields)


async def _answer(send: Send, status: int) -> None:
    what = b"the database does not answer" if status == 503 else b"Internal Server Error"
    body = b'{"detail":"%s"}' % what
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
