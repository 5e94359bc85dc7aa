"""What happens in, one line of JSON each on standard output. Failures are ERROR lines."""

import json
import logging
import sys
import uuid
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import UTC, datetime

from psycopg import OperationalError
from starlette.types import ASGIApp, Receive, Scope, Send

from steadyhand.lab.systems.requests import passed

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
        over = await passed(self.app, scope, receive, send, _verdict)
        fields: dict[str, object] = {
            "method": scope["method"],
            "path": scope["path"],
            "status": over.status,
            "duration_ms": over.milliseconds,
        }
        if over.failure is not None:
            say("ERROR", one_line(over.failure), fields)
        elif scope["path"] != "/health" or over.status >= 400:
            say("ERROR" if over.status >= 500 else "INFO", "request", fields)


def _verdict(error: Exception) -> tuple[int, str]:
    """The database away or out of connections is 503; anything else is our own mistake."""
    if isinstance(error, OperationalError):  # the pool's timeouts are such errors too
        return 503, "the database does not answer"
    return 500, "Internal Server Error"
