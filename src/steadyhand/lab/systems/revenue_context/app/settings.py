"""The environment in, settings out. Nothing else in the application reads the environment."""

import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass

from psycopg.conninfo import make_conninfo

from steadyhand.lab.systems.revenue_context.app.queries import RELEASES, Queries

SIGNALS = "signals.raw"
DEAD_LETTERS = "signals.raw.dlq"
UPDATES = "context.updated"


@dataclass(frozen=True)
class Settings:
    version: str
    host: str
    port: int
    stop_seconds: int
    dsn: str
    redis_url: str
    brokers: str
    openai_url: str
    openai_key: str
    budget: float  # dollars a day
    worker: str  # what this process is called among its like
    heartbeat_every: float
    heartbeat_stale: float

    @property
    def queries(self) -> Queries:
        return RELEASES[self.version.rpartition(".")[0]]


def settings(given: Mapping[str, str] = os.environ) -> Settings:
    """Read what a container is started with. Raises KeyError, ValueError."""
    host = given["HOST"]
    return Settings(
        version=given["VERSION"],
        host=host,
        port=int(given.get("PORT", "0")),
        stop_seconds=max(1, int(float(given.get("STOP_SECONDS", "30")))),
        dsn=make_conninfo(
            host=given["DB_HOST"],
            port=given["DB_PORT"],
            dbname=given["DB_NAME"],
            user=given["DB_USER"],
            password=given["DB_PASSWORD"],
            connect_timeout=5,
        ),
        redis_url=given["REDIS_URL"],
        brokers=given["KAFKA_BROKERS"],
        openai_url=given["OPENAI_URL"],
        openai_key=given["OPENAI_API_KEY"],
        budget=float(given["LLM_DAILY_BUDGET"]),
        worker=f"{host}-{socket.gethostname()}-{os.getpid()}",
        heartbeat_every=float(given.get("HEARTBEAT_SECONDS", "2")),
        heartbeat_stale=float(given.get("HEARTBEAT_STALE_SECONDS", "30")),
    )
