"""Settings and the queries of a release in, the back end's HTTP application out."""

import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import redis
from fastapi import Depends, FastAPI, HTTPException
from fastapi.responses import JSONResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from redis.backoff import NoBackoff
from redis.retry import Retry

from steadyhand.lab.systems.arbor.app.cache import PlanCache, ratio
from steadyhand.lab.systems.arbor.app.database import Database, open_pool
from steadyhand.lab.systems.arbor.app.logs import RequestLog, now
from steadyhand.lab.systems.arbor.app.planning import Reading
from steadyhand.lab.systems.arbor.app.queries import RELEASES, line_of
from steadyhand.lab.systems.arbor.app.recommending import Recommending
from steadyhand.lab.systems.arbor.app.settings import Settings
from steadyhand.lab.systems.arbor.app.shapes import (
    CustomerId,
    Household,
    PlanId,
    Usage,
    Wishes,
)

Problems = dict[int | str, dict[str, Any]]

NOT_FOUND: Problems = {404: {"description": "not known"}}
UNREADABLE: Problems = {400: {"description": "not JSON"}}
OF_USAGE: Problems = {409: {"description": "the readings contradict each other"}, **UNREADABLE}
ADMIN_ONLY: Problems = {
    401: {"description": "not an administrator"},
    503: {"description": "Redis does not answer"},
}
Bearer = Annotated[HTTPAuthorizationCredentials | None, Depends(HTTPBearer(auto_error=False))]


def create_app(settings: Settings) -> FastAPI:
    pool = open_pool(settings)
    database = Database(pool)
    client = redis.Redis.from_url(
        settings.redis_url,
        socket_timeout=0.5,
        socket_connect_timeout=0.5,
        # Once more, for a connection that a restart has broken; to wait is not worth a cache.
        retry=Retry(NoBackoff(), 1),
        max_connections=20,
    )
    line = line_of(settings.version)
    cache = PlanCache(client, line)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        pool.open()
        yield
        pool.close(timeout=2)
        client.close()

    app = FastAPI(
        title="Arbor", version=settings.version, lifespan=lifespan, docs_url=None, redoc_url=None
    )
    app.add_middleware(RequestLog)
    _health(app, database, cache)
    recommending = Recommending(database, cache, RELEASES[line])
    _plans(app, recommending)
    _administration(app, recommending, settings.admin_token)
    return app


def _health(app: FastAPI, database: Database, cache: PlanCache) -> None:
    @app.get("/api/v1/health", responses={503: {"description": "the database is away"}})
    def health() -> JSONResponse:
        """Without Redis everything works, more slowly; without the database nothing does."""
        connected = {"database": database.answers(), "redis": cache.answers()}
        body = {
            "status": "healthy" if all(connected.values()) else "degraded",
            **{name: "connected" if up else "disconnected" for name, up in connected.items()},
            "timestamp": now(),
        }
        return JSONResponse(body, 200 if connected["database"] else 503)

    @app.get("/api/v1/health/live")
    def live() -> dict[str, str]:
        """This process answers: all that a restart of it could mend."""
        return {"status": "alive"}


def _plans(app: FastAPI, recommending: Recommending) -> None:
    @app.get("/api/v1/plans")
    def plans() -> list[dict[str, Any]]:
        return recommending.tariffs()

    @app.get("/api/v1/plans/{plan_id}", responses=NOT_FOUND)
    def plan(plan_id: PlanId) -> dict[str, Any]:
        found = recommending.tariff(plan_id)
        if found is None:
            raise HTTPException(404, "no such plan")
        return found

    @app.put("/api/v1/customers/{customer_id}/usage", responses=OF_USAGE)
    def usage(customer_id: CustomerId, uploaded: Usage) -> dict[str, Any]:
        readings = _readings(uploaded)
        recommending.add_usage(customer_id, readings)
        return {"customer_id": customer_id, "months": len({r.month for r in readings})}

    @app.put("/api/v1/customers/{customer_id}/preferences", responses=UNREADABLE)
    def preferences(customer_id: CustomerId, wishes: Wishes) -> dict[str, Any]:
        recommending.set_preferences(customer_id, wishes.preferences())
        return {"customer_id": customer_id, **wishes.model_dump()}

    @app.get("/api/v1/customers/{customer_id}/recommendations", responses=NOT_FOUND)
    def recommendations(customer_id: CustomerId) -> dict[str, Any]:
        found = recommending.of_customer(customer_id)
        if found is None:
            raise HTTPException(404, "no usage of this customer")
        return found

    @app.post("/api/v1/recommendations", responses=OF_USAGE)
    def for_a_visitor(household: Household) -> dict[str, Any]:
        wishes = household.preferences.preferences()
        return {"plans": recommending.of_usage(_readings(household), wishes)}


def _readings(uploaded: Usage) -> list[Reading]:
    """What each number may be, the shapes say; here it is what they say together."""
    if any(month.night_kwh > month.kwh for month in uploaded.readings):
        raise HTTPException(409, "night_kwh is a part of kwh")
    return [month.reading() for month in uploaded.readings]


def _administration(app: FastAPI, recommending: Recommending, token: str) -> None:
    def administrator(given: Bearer) -> None:
        sent = given.credentials if given else ""
        if not token or not hmac.compare_digest(sent.encode(), token.encode()):
            raise HTTPException(401, "administrators only", {"WWW-Authenticate": "Bearer"})

    only = [Depends(administrator)]

    @app.post("/api/v1/admin/cache/warm", dependencies=only, responses=ADMIN_ONLY)
    def warm() -> dict[str, Any]:
        try:
            return {"status": "warmed", "keys": recommending.warm()}
        except redis.RedisError:
            raise HTTPException(503, "Redis does not answer") from None

    @app.get("/api/v1/admin/cache", dependencies=only, responses=ADMIN_ONLY)
    def figures() -> dict[str, Any]:
        cache = recommending.cache
        task = {"hits": cache.hits, "misses": cache.misses}
        try:
            return {
                **cache.figures(),
                "task": {**task, "hit_ratio": ratio(cache.hits, cache.misses)},
            }
        except redis.RedisError:
            raise HTTPException(503, "Redis does not answer") from None
