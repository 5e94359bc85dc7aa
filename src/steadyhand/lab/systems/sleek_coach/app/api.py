"""A connection pool and the queries of a release in, the HTTP application out."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import FastAPI, HTTPException, Query
from psycopg import Connection
from psycopg.errors import ForeignKeyViolation
from psycopg.rows import DictRow, dict_row
from psycopg_pool import ConnectionPool
from pydantic import BaseModel, Field

from steadyhand.lab.systems.sleek_coach.app.logs import RequestLog
from steadyhand.lab.systems.sleek_coach.app.queries import Queries
from steadyhand.lab.systems.sleek_coach.app.reports import Reports

Pool = ConnectionPool[Connection[DictRow]]
Limit = Annotated[int, Query(ge=1, le=100)]


class CheckIn(BaseModel):
    member_id: int
    weight_kg: float = Field(gt=0, lt=1000)
    energy: int = Field(ge=1, le=10)
    note: str = ""


class NutritionEntry(BaseModel):
    member_id: int
    meal: str
    calories: int = Field(ge=0)
    protein_g: int = Field(ge=0)


def open_pool(dsn: str) -> Pool:
    """A small pool that opens in the background: a start does not wait for the database."""
    return ConnectionPool(
        dsn,
        connection_class=Connection[DictRow],
        kwargs={"row_factory": dict_row, "application_name": "sleek-coach-api"},
        min_size=1,
        max_size=5,
        timeout=5,
        open=False,
    )


def create_app(pool: Pool, queries: Queries, version: str) -> FastAPI:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        pool.open()
        yield
        pool.close(timeout=2)

    app = FastAPI(lifespan=lifespan, openapi_url=None)
    app.add_middleware(RequestLog)
    reports = Reports()

    def rows(query: str, values: dict[str, Any]) -> list[DictRow]:
        with pool.connection() as connection:
            try:
                return connection.execute(query.encode(), values).fetchall()
            except ForeignKeyViolation:
                raise HTTPException(404, "no such member") from None

    @app.get("/health")
    def health() -> dict[str, str]:
        return {"status": "healthy", "version": version}

    @app.post("/api/v1/check-ins", status_code=201)
    def add_check_in(entry: CheckIn) -> dict[str, Any]:
        return rows(queries.add_check_in, entry.model_dump())[0]

    @app.get("/api/v1/check-ins")
    def check_ins(member_id: int, limit: Limit = 20) -> list[dict[str, Any]]:
        return rows(queries.check_ins, {"member_id": member_id, "limit": limit})

    @app.post("/api/v1/nutrition", status_code=201)
    def add_nutrition(entry: NutritionEntry) -> dict[str, Any]:
        return rows(queries.add_nutrition, entry.model_dump())[0]

    @app.get("/api/v1/nutrition")
    def nutrition(member_id: int, limit: Limit = 20) -> list[dict[str, Any]]:
        return rows(queries.nutrition, {"member_id": member_id, "limit": limit})

    @app.get("/api/v1/members/{member_id}/summary")
    def summary(member_id: int) -> dict[str, Any]:
        return rows(queries.summary, {"member_id": member_id})[0]

    @app.get("/api/v1/members/{member_id}/report")
    def report(member_id: int, weeks_ago: int = 0) -> dict[str, Any]:
        def measured() -> list[DictRow]:
            return rows(queries.report, {"member_id": member_id})

        document = reports.get(member_id, weeks_ago, measured)
        return {"member_id": member_id, "weeks_ago": weeks_ago, "bytes": len(document)}

    return app
