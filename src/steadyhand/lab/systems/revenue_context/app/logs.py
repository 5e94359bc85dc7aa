"""What happens in, one line of JSON each on standard output. Failures are ERROR lines."""

import json
import logging
import sys
import uuid
from datetime import UTC, datetime

from psycopg import OperationalError
from starlette.types import ASGIApp, Receive, Scope, Send

from steadyhand.lab.systems.requests import passed

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
        fields: dict[str, object] = {
            "request_id": uuid.uuid4().hex[:16],
            "method": scope["method"],
            "path": scope["path"],
        }

        def verdict(error: Exception) -> tuple[int, str]:
            failed("request", error, **fields)
            # psycopg_pool's timeouts are OperationalErrors too.
            away = isinstance(error, OperationalError)
            return (503, "the database does not answer") if away else (500, "Internal Server Error")

        over = await passed(self.app, scope, receive, send, verdict)
        fields["status"] = over.status
        fields["duration_ms"] = over.milliseconds
        scope["app"].state.counts[scope["method"], over.status] += 1
        if scope["path"] not in QUIET or over.status >= 500:
            say("ERROR" if over.status >= 500 else "INFO", "request", **fields)
