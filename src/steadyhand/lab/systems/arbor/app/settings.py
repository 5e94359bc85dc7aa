"""Environment variables in, settings out. Nothing is read from a file."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

from psycopg.conninfo import make_conninfo


@dataclass(frozen=True)
class Settings:
    version: str
    dsn: str
    redis_url: str
    admin_token: str  # empty: nobody is an administrator
    pool_size: int = 5


def from_environment(given: Mapping[str, str] = os.environ) -> Settings:
    """Raises KeyError, naming the variable that is missing."""
    dsn = make_conninfo(
        host=given["DB_HOST"],
        port=given["DB_PORT"],
        dbname=given["DB_NAME"],
        user=given["DB_USER"],
        password=given["DB_PASSWORD"],
        connect_timeout=3,
        application_name="arbor-backend",
        # A query that waits for a lock ends before the load balancer gives the user up.
        options="-c statement_timeout=10000",
    )
    return Settings(
        version=given["VERSION"],
        dsn=dsn,
        redis_url=given["REDIS_URL"],
        admin_token=given.get("ADMIN_TOKEN", ""),
        pool_size=int(given.get("DB_POOL_SIZE", "5")),
    )
