"""Requests in, lines of plain words on standard output: six for each request, in a fixed order.

    timestamp request_id method path status_code response_time

Beside it, five of them for each request that was refused or failed (the security record), and lines
that begin with a timestamp, the request and a level. Nothing a user sends can add a word or a line.
"""

import sys
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import quote

from starlette.types import ASGIApp, Receive, Scope, Send

from steadyhand.lab.systems.requests import passed

HEALTH = "/api/v1/health/"


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def say(level: str, message: str, request_id: str = "-") -> None:
    """Print one line; a line is written whole, whatever other threads print."""
    words = " ".join(message.split())
    _write(f"{now()} {request_id} {level} {words}")


def _write(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


class RequestLog:
    """Outermost of the application: it sees what the user gets, and answers where a route raised.

    `statuses` says which exceptions are not this program's fault, and the status each is given.
    """

    def __init__(self, app: ASGIApp, statuses: Mapping[type[Exception], int]) -> None:
        self.app = app
        self.statuses = statuses

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        scope.setdefault("state", {})["request_id"] = uuid.uuid4().hex[:16]

        def verdict(error: Exception) -> tuple[int, str]:
            say("ERROR", f"Exception {type(error).__name__}: {error}", _id(scope))
            found = (code for kind, code in self.statuses.items() if isinstance(error, kind))
            status = next(found, 500)
            return status, "Internal Server Error" if status == 500 else "database unavailable"

        over = await passed(self.app, scope, receive, send, verdict)
        _record(scope, over.status, over.milliseconds)


def _id(scope: Scope) -> str:
    return str(scope["state"]["request_id"])


def _record(scope: Scope, status: int, milliseconds: float) -> None:
    # The load balancer asks every few seconds; its good answers would bury the rest.
    if scope["path"].startswith(HEALTH) and status < 400:
        return
    path = quote(scope["path"])
    five = f"{now()} {_id(scope)} {quote(scope['method'])} {path} {status}"
    _write(f"{five} {milliseconds:.1f}")
    if status >= 400:
        _write(five)
