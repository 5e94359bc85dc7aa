"""A service in, the HTTP application over it out. Puts the routes together; has none itself."""

import json
from http import HTTPStatus

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.routing import compile_path
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from steadyhand.api.access import Door
from steadyhand.api.routes import (
    alarms,
    deeds,
    documents,
    drills,
    events,
    health,
    heartbeats,
    incidents,
    links,
    people,
    runs,
    sessions,
    status,
)
from steadyhand.app.problem import Problem
from steadyhand.app.serving.service import Service
from steadyhand.app.serving.status import Board
from steadyhand.store.database import Unavailable

VERSION = "1"

_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", b"default-src 'none'; style-src 'self' 'unsafe-inline'; "
     b"base-uri 'none'; form-action 'self'; frame-ancestors 'none'"),
]  # fmt: skip


def create(service: Service) -> FastAPI:
    """Make the application over a service."""
    app = application()
    app.state.service = service
    app.state.board = Board(service.control, service.desks)
    app.state.door = Door(service.control.journal.database, service.control.clock)
    return app


def application() -> FastAPI:
    """Put the routes together. Their own document asks for a scope as everything else does."""
    app = FastAPI(
        title="Steadyhand",
        version=VERSION,
        description="Documents, alarms, incidents and runs of one service. See docs/api.md.",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
    )
    for part in (
        documents, alarms, incidents, deeds, people, runs, drills, events, heartbeats, sessions,
        health, status, links,
    ):  # fmt: skip
        app.include_router(part.router)
    app.add_exception_handler(RequestValidationError, _unusable)
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(Unavailable, _away)
    app.add_exception_handler(405, _not_allowed)
    app.add_middleware(Headers)
    return app


class Headers:
    """Says to browsers, with every answer, what our pages do not do."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", []), *_HEADERS]}
            await send(message)

        await self.app(scope, receive, sent if scope["type"] == "http" else send)


def _not_allowed(request: Request, _error: Exception) -> JSONResponse:
    """Name every method of the path: the first route of it alone would name its own."""
    methods = {
        method.upper()
        for path, known in request.app.openapi()["paths"].items()
        if compile_path(path)[0].match(request.url.path)
        for method in known
    }
    said = {"detail": "Method Not Allowed"}
    return JSONResponse(said, 405, {"Allow": ", ".join(sorted(methods or {"GET"}))})


def _unusable(_request: Request, error: Exception) -> Response:
    """Say what is wrong where, without the input: not all that JSON can bring can it carry back."""
    found = error.errors() if isinstance(error, RequestValidationError) else ()
    detail = [{name: one[name] for name in ("type", "loc", "msg")} for one in found]
    return Response(json.dumps({"detail": detail}), 422, media_type="application/json")


def _problem(_request: Request, error: Exception) -> JSONResponse:
    """What is not there is 404; what does not fit the state of things is 409."""
    text = str(error)
    status = HTTPStatus.NOT_FOUND if text.startswith("there is no ") else HTTPStatus.CONFLICT
    return JSONResponse({"detail": text}, status)


def _away(_request: Request, _error: Exception) -> JSONResponse:
    return JSONResponse({"detail": "the journal does not answer now"}, 503, {"Retry-After": "2"})
