"""Requests and events in, lines on standard output: `timestamp request_id level …`, spaces between.

Searches tell lines apart by the number of their fields, so a request that is over is two lines:
`… level method path status` and `… level duration`, the duration in whole milliseconds. A field
never holds a space, a quote or a bracket; only what follows the level of other lines is free text.
"""

import logging
import sys
import uuid
from contextvars import ContextVar
from datetime import UTC, datetime
from urllib.parse import quote

from psycopg import OperationalError
from psycopg_pool import PoolTimeout, TooManyRequests
from starlette.types import ASGIApp, Receive, Scope, Send

from steadyhand.lab.systems.requests import Passed, passed

NO_REQUEST = "-"
QUIET = ("/health", "/api/v1/health/database")  # asked every few seconds, and well
ESTIMATES = "/api/v1/estimates"

_request_id: ContextVar[str] = ContextVar("request_id", default=NO_REQUEST)


def say(level: str, message: str) -> None:
    """Print one line about the request in hand; it is written whole, whatever others print."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    sys.stdout.write(f"{now} {_request_id.get()} {level} {' '.join(message.split())}\n")
    sys.stdout.flush()


def take_over_library_logs() -> None:
    """Let what the connection pool has to say (a refused login, say) be lines like all others."""

    def pass_on(record: logging.LogRecord) -> bool:
        say(record.levelname, f"connection pool: {record.getMessage()}")
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

        def verdict(error: Exception) -> tuple[int, str]:
            say("ERROR", _failure(scope, error))
            return _verdict(error)

        over = await passed(self.app, scope, receive, send, verdict)
        if scope["path"] not in QUIET or over.status >= 400:
            _say_request(scope, over)


def _say_request(scope: Scope, over: Passed) -> None:
    level = "ERROR" if over.status >= 500 else "INFO"
    path = quote(scope["path"], safe="/:@!$&'()*+,;=~")
    say(level, f"{scope['method']} {path} {over.status}")
    say(level, str(round(over.seconds * 1000)))


def _failure(scope: Scope, error: Exception) -> str:
    wanted = scope["method"] == "POST" and scope["path"] == ESTIMATES
    doing = "estimate generation failed: " if wanted else ""
    if isinstance(error, (PoolTimeout, TooManyRequests)):
        return f"{doing}connection pool exhausted: {error}"
    return f"{doing}{type(error).__name__}: {error}"


def _verdict(error: Exception) -> tuple[int, str]:
    """The database away or out of connections is 503; anything else is our own mistake."""
    if isinstance(error, OperationalError):
        return 503, "the database does not answer"
    return 500, "Internal Server Error"
