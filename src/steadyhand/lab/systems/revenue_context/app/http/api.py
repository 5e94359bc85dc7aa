"""Settings in, the HTTP application out."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from uuid import UUID, uuid4

import redis
from fastapi import FastAPI, HTTPException, Path, Query, Response
from fastapi.responses import PlainTextResponse
from psycopg import Connection
from psycopg.rows import DictRow, dict_row
from psycopg_pool import ConnectionPool
from pydantic import BaseModel, BeforeValidator, Field

from steadyhand.lab.systems.pools import lifetime
from steadyhand.lab.systems.revenue_context.app.bus import Bus, BusDown, KafkaError
from steadyhand.lab.systems.revenue_context.app.http import health, letters, metrics
from steadyhand.lab.systems.revenue_context.app.llm.writer import NotWritten
from steadyhand.lab.systems.revenue_context.app.logs import RequestLog, failed, say
from steadyhand.lab.systems.revenue_context.app.scores import AHEAD
from steadyhand.lab.systems.revenue_context.app.settings import SIGNALS, Settings
from steadyhand.lab.systems.revenue_context.app.workers.orchestration_engine import writer_of

Pool = ConnectionPool[Connection[DictRow]]
Limit = Annotated[int, Query(ge=1, le=100)]
AccountId = Annotated[int, Path(ge=1, lt=1 << 31)]
ActionId = Annotated[int, Path(ge=1, lt=1 << 63)]
# What the OpenAPI document says of refusals.
REFUSED: dict[int, dict[str, Any]] = {
    400: {"description": "The request makes no sense"},
    404: {"description": "There is no such thing"},
    409: {"description": "It is not so yet, or no more"},
    429: {"description": "The day's budget is spent"},
    500: {"description": "A mistake of ours"},
    502: {"description": "The language model failed"},
    503: {"description": "Something this needs does not answer"},
}

NONE_WAITS: dict[int | str, dict[str, Any]] = {204: {"description": "No action waits"}}


def refusals(*codes: int) -> dict[int | str, dict[str, Any]]:
    return {code: REFUSED[code] for code in (*codes, 500, 503)}


# What each reason for not writing an e-mail is to a user.
STATUSES = {"budget": 429, "breaker": 503, "provider": 502, "redis": 503}


def _written(value: object) -> object:
    """A date is a text; pydantic would take a number too, as seconds since 1970."""
    if value is not None and not isinstance(value, str):
        raise ValueError("a date is a text")
    return value


def _counted(value: object) -> object:
    """A number is a number; pydantic would take true and "5" too. 5.0 is whole, as JSON has it."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError("a number is wanted")
    return value


Moment = Annotated[datetime | None, BeforeValidator(_written)]
Whole = Annotated[int, BeforeValidator(_counted)]


class Signal(BaseModel):
    """Partners send new kinds before we know them, so any word is taken here."""

    account_id: Whole = Field(ge=1, lt=1 << 31)
    kind: str = Field(pattern=r"^[a-z_]{1,40}$")
    occurred_at: Moment = None
    id: UUID | None = None


class Decision(BaseModel):
    decision: Literal["approved", "rejected"]
    person: str = Field(min_length=1, max_length=100, pattern=r"^[^\x00]*$")


class Replay(BaseModel):
    limit: Whole = Field(default=100, ge=1, le=1000)
    corrections: dict[str, str | Whole] = Field(default_factory=dict)


def open_pool(settings: Settings) -> Pool:
    """A small pool that opens in the background: a start does not wait for the database."""
    return ConnectionPool(
        settings.dsn,
        connection_class=Connection[DictRow],
        kwargs={"row_factory": dict_row, "application_name": "api"},
        min_size=1,
        max_size=5,
        timeout=5,
        max_lifetime=lifetime(),
        open=False,
    )


def create_app(settings: Settings) -> FastAPI:
    pool, bus = open_pool(settings), Bus(settings.brokers)
    cache = redis.Redis.from_url(
        settings.redis_url, decode_responses=True, socket_timeout=2, socket_connect_timeout=2
    )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        pool.open()
        yield
        pool.close(timeout=2)
        bus.close()
        cache.close()

    app = FastAPI(lifespan=lifespan, title="Revenue Context Engine", version=settings.version)
    app.state.counts = Counter()
    app.add_middleware(RequestLog)
    _add_product(app, settings, pool, bus, cache)
    _add_health(app, settings, pool, cache)
    return app


def _add_product(app: FastAPI, settings: Settings, pool: Pool, bus: Bus, cache: Any) -> None:
    queries = settings.queries

    def rows(query: str, values: dict[str, Any]) -> list[DictRow]:
        with pool.connection() as connection:
            return connection.execute(query.encode(), values).fetchall()

    def row(query: str, values: dict[str, Any], what: str) -> DictRow:
        found = rows(query, values)
        if not found:
            raise HTTPException(404, what)
        return found[0]

    @app.post("/api/v1/signals", status_code=202, responses=refusals(400, 409))
    def add_signal(signal: Signal) -> dict[str, str]:
        now = datetime.now(UTC)
        occurred = signal.occurred_at or now
        if occurred.tzinfo is None:
            occurred = occurred.replace(tzinfo=UTC)
        if occurred > now + AHEAD:
            raise HTTPException(409, "occurred_at lies in the future")
        message: dict[str, Any] = {
            "id": str(signal.id or uuid4()),
            "account_id": signal.account_id,
            "kind": signal.kind,
            "occurred_at": occurred.isoformat(),
        }
        try:
            bus.send(SIGNALS, str(signal.account_id), message)
        except BusDown as error:
            failed("signal not taken", error)
            raise HTTPException(503, "signals cannot be taken at the moment") from None
        return {"id": message["id"]}

    @app.get("/api/v1/accounts", responses=refusals())
    def accounts(limit: Limit = 20) -> list[dict[str, Any]]:
        return rows(queries.accounts, {"limit": limit})

    @app.get("/api/v1/accounts/{account_id}", responses=refusals(404))
    def account(account_id: AccountId, limit: Limit = 20) -> dict[str, Any]:
        found = row(queries.account, {"id": account_id}, "no such account")
        return {**found, "signals": rows(queries.history, {"id": account_id, "limit": limit})}

    @app.post("/api/v1/accounts/{account_id}/email-draft", responses=refusals(404, 429, 502))
    def draft(account_id: AccountId) -> dict[str, str]:
        found = row(queries.account, {"id": account_id}, "no such account")
        try:
            email = writer_of(cache, settings).write(found["name"], found["score"])
        except NotWritten as reason:
            raise HTTPException(STATUSES[reason.reason], str(reason)) from None
        return {"subject": email.subject, "body": email.body}

    @app.get("/api/v1/actions", responses=refusals())
    def actions(
        status: Literal["", "proposed", "approved", "rejected"] = "", limit: Limit = 20
    ) -> list[dict[str, Any]]:
        return rows(queries.actions, {"status": status, "limit": limit})

    @app.post("/api/v1/actions/next/decision", responses=NONE_WAITS | refusals(400))
    def decide_next(decision: Decision) -> Any:
        """Decide what has waited longest; two people at it decide two."""
        values = {"status": decision.decision, "person": decision.person}
        decided = rows(queries.decide_next, values)
        if not decided:
            return Response(status_code=204)
        say("INFO", "action decided", **decided[0], person=decision.person)
        return decided[0]

    @app.post("/api/v1/actions/{action_id}/decision", responses=refusals(400, 404))
    def decide(action_id: ActionId, decision: Decision) -> dict[str, Any]:
        values = {"id": action_id, "status": decision.decision, "person": decision.person}
        decided = row(queries.decide, values, "no such action waits for a decision")
        say("INFO", "action decided", **decided, person=decision.person)
        return decided

    @app.post("/api/v1/dead-letters/replay", responses=refusals(400))
    def replay(wanted: Replay) -> dict[str, int]:
        try:
            count = letters.replay(bus, settings.brokers, wanted.limit, wanted.corrections)
        except (BusDown, KafkaError) as error:
            failed("replay", error)
            raise HTTPException(503, "Kafka does not answer") from None
        return {"replayed": count}


def _add_health(app: FastAPI, settings: Settings, pool: Pool, cache: Any) -> None:
    @app.get("/health")
    def alive() -> dict[str, str]:
        return {"status": "healthy", "version": settings.version}

    @app.get("/health/detailed", responses=refusals())
    def detailed(response: Response) -> dict[str, Any]:
        found = {
            "database": health.database(pool),
            "redis": health.cache(cache),
            "kafka": health.kafka(settings.brokers),
        }
        reasons = [reason for reason in found.values() if reason]
        response.status_code = 503 if reasons else 200
        return {
            "status": "unhealthy" if reasons else "healthy",
            "version": settings.version,
            "checks": {name: "failed" if reason else "ok" for name, reason in found.items()},
            "reasons": reasons,
        }

    @app.get("/health/workers", responses=refusals())
    def workers(response: Response) -> dict[str, Any]:
        told, reasons = health.workers(cache, settings.heartbeat_stale)
        response.status_code = 503 if reasons else 200
        status = "unhealthy" if reasons else "healthy"
        return {"status": status, "workers": told, "reasons": reasons}

    @app.get("/metrics", response_class=PlainTextResponse)
    def prometheus() -> Response:
        text = metrics.requests(app.state.counts)
        writer = writer_of(cache, settings)
        try:
            text += metrics.shared(cache, writer.spending, writer.breaker)
        except redis.RedisError as error:
            # The rest is left out: a number that nobody knows must not look like one.
            failed("metrics", error)
        return Response(text, media_type="text/plain; version=0.0.4")
