"""Everything the api service depends on in, what is wrong with it out."""

from typing import Any

from psycopg import OperationalError
from redis import RedisError

from steadyhand.lab.systems.revenue_context.app.bus import reachable
from steadyhand.lab.systems.revenue_context.app.workers.heartbeats import complaints, heartbeats

PROBE_SECONDS = 2.0


def database(pool: Any) -> str:
    """Ask the database something; "" is well, anything else the reason."""
    try:
        with pool.connection(timeout=PROBE_SECONDS) as connection:
            connection.execute("select 1")
    except OperationalError as error:
        return f"database: {' '.join(str(error).split())}"
    return ""


def cache(redis: Any) -> str:
    try:
        redis.ping()
    except RedisError as error:
        return f"redis: {error}"
    return ""


def kafka(brokers: str) -> str:
    return "" if reachable(brokers) else f"kafka: no broker of {brokers} answers"


def workers(redis: Any, stale: float) -> tuple[list[dict[str, Any]], list[str]]:
    """Give each worker's age, and what is wrong."""
    try:
        found = heartbeats(redis)
    except RedisError as error:
        return [], [f"redis: {error}"]
    told = [
        {"service": one.service, "worker": one.worker, "age_seconds": round(one.age, 1)}
        for one in found
    ]
    return told, complaints(found, stale)
