"""A request of an ASGI application in; its status, how long it took and what was raised, out.

What the systems' request logs do alike. Writes no line: each system has a form of its own for them.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send


@dataclass(frozen=True)
class Passed:
    """A request that is over. `status` is what the user was answered with."""

    status: int
    seconds: float
    failure: Exception | None = None

    @property
    def milliseconds(self) -> float:
        return round(self.seconds * 1000, 1)


# What was raised; the status and the detail for the user, who gets them if nothing was sent yet.
Verdict = Callable[[Exception], tuple[int, str]]


async def passed(
    app: ASGIApp, scope: Scope, receive: Receive, send: Send, verdict: Verdict
) -> Passed:
    """Let one HTTP request through; the user is answered also where a route raised."""
    started = time.perf_counter()
    status = 0
    failure: Exception | None = None

    async def watch(message: Message) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
        await send(message)

    try:
        await app(scope, receive, watch)
    except Exception as error:  # the last one to see it: whatever it is, it is answered here
        failure = error
        code, detail = verdict(error)
        if not status:
            await _answer(watch, code, detail)
    return Passed(status or 500, time.perf_counter() - started, failure)


async def _answer(send: Send, status: int, detail: str) -> None:
    body = json.dumps({"detail": detail}, separators=(",", ":")).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
