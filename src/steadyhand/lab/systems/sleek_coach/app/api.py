"""Settings in, the HTTP application out."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.routing import Match

from steadyhand.lab.systems.sleek_coach.app.logs import RequestLog
from steadyhand.lab.systems.sleek_coach.app.routes.coach import add_coach
from steadyhand.lab.systems.sleek_coach.app.routes.members import add_members
from steadyhand.lab.systems.sleek_coach.app.routes.photos import add_photos
from steadyhand.lab.systems.sleek_coach.app.routes.signing_in import add_signing_in
from steadyhand.lab.systems.sleek_coach.app.settings import Settings
from steadyhand.lab.systems.sleek_coach.app.stores.bucket import Bucket
from steadyhand.lab.systems.sleek_coach.app.stores.database import Database, open_pool
from steadyhand.lab.systems.sleek_coach.app.stores.shared import Shared, connect


def create_app(settings: Settings) -> FastAPI:
    pool = open_pool(settings.dsn, settings.pool_size)
    client = connect(settings.redis_url)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        pool.open()
        yield
        pool.close(timeout=2)
        client.close()

    app = FastAPI(title="Sleek Coach", version=settings.version, lifespan=lifespan, docs_url=None)
    app.state.settings = settings
    app.state.shared = Shared(client, settings.line)
    app.add_middleware(RequestLog)
    app.add_exception_handler(HTTPStatus.METHOD_NOT_ALLOWED, _say_what_is_allowed)
    app.add_exception_handler(RequestValidationError, _say_what_is_wrong)

    # Without a dependency: it answers for this process alone.
    @app.get("/health")
    async def health() -> dict[str, str]:
        return {"status": "healthy", "version": settings.version}

    database = Database(pool)
    add_signing_in(app, database)
    add_members(app, database)
    add_photos(app, database, Bucket(settings.bucket, settings.aws))
    add_coach(app, database)
    return app


async def _say_what_is_wrong(_: Request, error: Exception) -> Response:
    """What is wrong, without what was sent: that may hold a password, or no valid text at all."""
    assert isinstance(error, RequestValidationError)
    wanted = ("type", "loc", "msg")
    detail = [{key: one[key] for key in wanted} for one in error.errors()]
    return JSONResponse({"detail": detail}, 422)


async def _say_what_is_allowed(request: Request, _: Exception) -> Response:
    """Name every method of the path. Starlette would name those of one of its routes."""
    routes = [one for one in request.app.routes if one.matches(request.scope)[0] != Match.NONE]
    allowed = sorted({method for one in routes for method in one.methods or ()})
    return JSONResponse({"detail": "Method Not Allowed"}, 405, {"Allow": ", ".join(allowed)})
