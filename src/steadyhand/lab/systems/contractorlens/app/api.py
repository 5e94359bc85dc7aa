"""A connection pool, a release's queries and the providers in, the HTTP application out."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass
from decimal import Decimal
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import FastAPI, HTTPException, Path, Query, Request, Response
from fastapi.responses import JSONResponse
from psycopg import Connection, OperationalError
from psycopg.rows import DictRow, dict_row
from psycopg_pool import ConnectionPool
from starlette.routing import Match

from steadyhand.lab.systems.contractorlens.app.enrichment import Gemini
from steadyhand.lab.systems.contractorlens.app.estimating import (
    Estimate,
    Item,
    Locality,
    Room,
    estimate,
    feet,
)
from steadyhand.lab.systems.contractorlens.app.identity import NOBODY, Authorization, Firebase
from steadyhand.lab.systems.contractorlens.app.logs import RequestLog, say
from steadyhand.lab.systems.contractorlens.app.queries import Queries
from steadyhand.lab.systems.contractorlens.app.shapes import (
    Identifier,
    Problem,
    Stored,
    Summary,
    Wanted,
    stored,
)
from steadyhand.lab.systems.contractorlens.app.wellbeing import Wellbeing
from steadyhand.lab.systems.pools import lifetime

Pool = ConnectionPool[Connection[DictRow]]
Limit = Annotated[int, Query(ge=1, le=100)]
Zip = Annotated[str, Query(pattern=r"^[0-9]{5}$")]
Problems = dict[int | str, dict[str, Any]]

UNWELL: Problems = {503: {"description": "unwell"}}
AWAY: Problems = {
    503: {"model": Problem, "description": "the database or the identity provider does not answer"}
}
SIGNED_IN: Problems = {401: {"model": Problem, "description": "the token is not valid"}, **AWAY}
UNREADABLE: Problems = {400: {"model": Problem, "description": "not JSON"}, **SIGNED_IN}
MISSING: Problems = {404: {"model": Problem, "description": "no such estimate"}, **SIGNED_IN}


@dataclass(frozen=True)
class Product:
    """Everything a route needs."""

    pool: Pool
    queries: Queries
    gemini: Gemini
    firebase: Firebase

    def rows(self, query: str, values: dict[str, Any]) -> list[DictRow]:
        with self.pool.connection() as connection:
            return connection.execute(query.encode(), values).fetchall()

    def priced(self, wanted: Wanted) -> Estimate:
        """Estimate what is wanted. Raises HTTPException for a room nobody has prices for."""
        items = self.rows(self.queries.items, {"room_type": wanted.room_type})
        if not items:
            raise HTTPException(422, f"there are no assemblies for a {wanted.room_type}")
        locality = self.rows(self.queries.locality, {"zip_code": wanted.location.zip_code})[0]
        room = Room(wanted.room_type, **_sizes(wanted))
        return estimate(room, (Item(**row) for row in items), Locality(**locality))

    def keep(self, wanted: Wanted, owner: str) -> int:
        """Estimate, enrich, store; no connection is held while the provider is asked."""
        made = self.priced(wanted)
        remarks = self.gemini.enrich(made)
        lines = [{"position": n, **asdict(line)} for n, line in enumerate(made.lines, 1)]
        values = {
            **asdict(made),
            **_sizes(wanted),
            "zip_code": wanted.location.zip_code,
            "owner": owner,
            "lines": json.dumps(lines, default=str),
            "enrichment": json.dumps(asdict(remarks)),
        }
        return int(self.rows(self.queries.add_estimate, values)[0]["id"])

    def find(self, number: int, user: str) -> Stored:
        """Give an estimate that the user may see. Raises HTTPException."""
        rows = self.rows(self.queries.estimate, {"id": number})
        if not rows or rows[0]["owner"] not in (NOBODY, user):
            raise HTTPException(404, "no such estimate")
        return stored(rows[0], self.rows(self.queries.lines, {"id": number}))

    def say_connections(self) -> None:
        stats = self.pool.get_stats()
        names = ("pool_size", "pool_available", "requests_waiting", "requests_errors")
        say("INFO", "connection pool: " + " ".join(f"{n}={stats.get(n, 0)}" for n in names))


def _sizes(wanted: Wanted) -> dict[str, Decimal]:
    return {name: feet(size) for name, size in wanted.dimensions.model_dump().items()}


def open_pool(dsn: str, size: int = 5) -> Pool:
    """A small pool that opens in the background: a start does not wait for the database."""
    return ConnectionPool(
        dsn,
        connection_class=Connection[DictRow],
        kwargs={"row_factory": dict_row, "application_name": "contractorlens-backend"},
        min_size=1,
        max_size=size,
        timeout=5,
        max_lifetime=lifetime(),
        open=False,
    )


def create_app(product: Product, version: str) -> FastAPI:
    wellbeing = Wellbeing()

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        product.pool.open()
        heart = asyncio.create_task(wellbeing.beat(product.say_connections))
        yield
        heart.cancel()
        with suppress(asyncio.CancelledError):
            await heart
        product.pool.close(timeout=2)

    app = FastAPI(title="ContractorLens", version=version, lifespan=lifespan, docs_url=None)
    app.add_middleware(RequestLog)
    app.add_exception_handler(HTTPStatus.METHOD_NOT_ALLOWED, _say_what_is_allowed)
    _add_health(app, product, wellbeing)
    _add_estimates(app, product)
    return app


async def _say_what_is_allowed(request: Request, _: Exception) -> Response:
    """Name every method of the path. Starlette would name those of one of its routes."""
    routes = [one for one in request.app.routes if one.matches(request.scope)[0] != Match.NONE]
    allowed = sorted({method for one in routes for method in one.methods or ()})
    return JSONResponse({"detail": "Method Not Allowed"}, 405, {"Allow": ", ".join(allowed)})


def _add_health(app: FastAPI, product: Product, wellbeing: Wellbeing) -> None:
    # On the loop itself, and without a dependency: it answers for this process alone.
    @app.get("/health", responses=UNWELL)
    async def health(response: Response) -> dict[str, str]:
        response.status_code = 200 if wellbeing.well else 503
        return {"status": "healthy" if wellbeing.well else "unhealthy", "version": app.version}

    @app.get("/api/v1/health/database", responses=UNWELL)
    def database(response: Response) -> dict[str, str | float]:
        started = time.perf_counter()
        try:
            with product.pool.connection(timeout=2) as connection:
                connection.execute("select 1")
        except OperationalError as error:
            say("ERROR", f"connection pool: database check failed: {error}")
            response.status_code = 503
            return {"status": "unhealthy", "database": "unreachable"}
        milliseconds = round((time.perf_counter() - started) * 1000, 1)
        return {"status": "healthy", "database": "connected", "latency_ms": milliseconds}


def _add_estimates(app: FastAPI, product: Product) -> None:
    @app.post("/api/v1/estimates", status_code=201, responses=UNREADABLE)
    def add(wanted: Wanted, authorization: Authorization = "") -> Stored:
        user = product.firebase.user(authorization)
        return product.find(product.keep(wanted, user), user)

    @app.get("/api/v1/estimates/{number}", responses=MISSING)
    def get(number: Annotated[Identifier, Path()], authorization: Authorization = "") -> Stored:
        return product.find(number, product.firebase.user(authorization))

    @app.get("/api/v1/estimates", responses=AWAY)
    def newest(zip_code: Zip, limit: Limit = 20) -> list[Summary]:
        values = {"zip_code": zip_code, "limit": limit}
        return [Summary(**row) for row in product.rows(product.queries.estimates, values)]
