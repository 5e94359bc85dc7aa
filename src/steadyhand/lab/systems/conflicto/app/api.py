"""A connection pool and a release in, the HTTP application out."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from psycopg import OperationalError
from psycopg_pool import PoolTimeout, TooManyRequests
from starlette.routing import Match

from steadyhand.lab.systems.conflicto.app.audience import audience
from steadyhand.lab.systems.conflicto.app.database import Pool, transaction
from steadyhand.lab.systems.conflicto.app.logs import HEALTH, RequestLog, now, say
from steadyhand.lab.systems.conflicto.app.presenting import presenting
from steadyhand.lab.systems.conflicto.app.queries import RELEASE_0_1, RELEASES, Queries
from steadyhand.lab.systems.conflicto.app.words import Answer

READY_WITHIN = 2.0  # seconds; a load balancer gives up after five
STATUSES: dict[type[Exception], int] = {
    PoolTimeout: 503,
    TooManyRequests: 503,
    OperationalError: 503,
}


@dataclass(frozen=True)
class Release:
    """What runs: the image's tag, and the environment it runs in."""

    tag: str
    environment: str = "prod"

    @property
    def line(self) -> str:
        return self.tag.removeprefix("v").rpartition(".")[0]

    @property
    def queries(self) -> Queries:
        # A tag that is no release ("latest", a commit) is a build of what was last released.
        return RELEASES.get(self.line, RELEASE_0_1)

    @property
    def version(self) -> str:
        return f"{self.line if self.line in RELEASES else '0.1'}.0"


def create_app(pool: Pool, release: Release) -> FastAPI:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        pool.open()
        yield
        pool.close(timeout=2)

    app = FastAPI(
        title="Conflicto",
        version=release.version,
        lifespan=lifespan,
        openapi_url="/api/v1/openapi.json",
    )
    app.add_middleware(RequestLog, statuses=STATUSES)
    app.add_exception_handler(HTTPStatus.METHOD_NOT_ALLOWED, _say_what_is_allowed)
    # As routes of its own: one that is included is not told what a path allows.
    for router in (presenting(pool, release.queries), audience(pool, release.queries)):
        app.router.routes.extend(router.routes)
    _add_health(app, pool, release)
    return app


async def _say_what_is_allowed(request: Request, _: Exception) -> Response:
    """Name every method of the path. Starlette would name those of one of its routes."""
    routes = [one for one in request.app.routes if one.matches(request.scope)[0] != Match.NONE]
    allowed = sorted({method for one in routes for method in one.methods or ()})
    return JSONResponse({"detail": "Method Not Allowed"}, 405, {"Allow": ", ".join(allowed)})


def _add_health(app: FastAPI, pool: Pool, release: Release) -> None:
    def told(status: str) -> Answer:
        return {
            "status": status,
            "timestamp": now(),
            "version": release.version,
            "environment": release.environment,
            "app_version": release.tag,
        }

    # These two are answered without a worker thread: the threads may all be waiting for a database.
    @app.get(HEALTH)
    async def health() -> Answer:
        return told("healthy")

    @app.get(HEALTH + "live")
    async def live() -> Answer:
        return told("alive")

    @app.get(HEALTH + "ready", responses={503: {"description": "The database does not answer"}})
    def ready(response: Response) -> Answer:
        try:
            with transaction(pool, READY_WITHIN) as work:
                work.one("select 1")
        except (PoolTimeout, TooManyRequests, OperationalError) as error:
            say("ERROR", f"Exception {type(error).__name__}: {error}")
            response.status_code = 503
            return {**told("not ready"), "database": "unavailable"}
        return {**told("ready"), "database": "connected"}
