"""What each system says of itself in its OpenAPI document, and what it does: by schemathesis.

The services that only read from Kafka have no HTTP, so no document either.
"""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
import redis
from fastapi import FastAPI
from moto.server import ThreadedMotoServer
from tests.lab.broker.running_broker import Broker
from tests.lab.providers.running import running
from tests.lab.systems.migrating import migrate
from tests.lab.systems.test_conflicto import dsn_of
from tests.lab.systems.test_conflicto import seed as conflicto_rows
from tests.lab.systems.test_contractorlens import NewDatabase, product, served

from steadyhand.lab.loopback import LOOPBACK
from steadyhand.lab.providers.known import address
from steadyhand.lab.systems import revenue_context, sleek_coach
from steadyhand.lab.systems.arbor import schema as arbor_schema
from steadyhand.lab.systems.arbor.app.api import create_app as arbor_app
from steadyhand.lab.systems.arbor.app.frontend import create_frontend
from steadyhand.lab.systems.arbor.app.settings import from_environment
from steadyhand.lab.systems.conflicto.app.api import Release
from steadyhand.lab.systems.conflicto.app.api import create_app as conflicto_app
from steadyhand.lab.systems.conflicto.app.database import open_pool
from steadyhand.lab.systems.contractorlens import schema as contractorlens_schema
from steadyhand.lab.systems.contractorlens.app.api import create_app as contractorlens_app
from steadyhand.lab.systems.revenue_context import schema as revenue_schema
from steadyhand.lab.systems.revenue_context.app.http.api import create_app as revenue_app
from steadyhand.lab.systems.revenue_context.app.settings import settings as revenue_settings
from steadyhand.lab.systems.revenue_context.app.workers.context_engine import context_engine
from steadyhand.lab.systems.revenue_context.app.workers.orchestration_engine import (
    orchestration_engine,
)
from steadyhand.lab.systems.sleek_coach import schema as sleek_coach_schema
from steadyhand.lab.systems.sleek_coach.app.api import create_app as sleek_coach_app
from steadyhand.lab.systems.sleek_coach.app.settings import settings as sleek_coach_settings
from steadyhand.lab.systems.sleek_coach.app.tokens import access_token

pytestmark = [pytest.mark.soak, pytest.mark.lab]
EXAMPLES = 25  # of each operation
SCHEMATHESIS = str(Path(sys.executable).with_name("schemathesis"))


def check(app: FastAPI, tmp_path: Path, headers: dict[str, str] | None = None) -> None:
    """Serve it and let schemathesis ask: the same questions every time."""
    with served(app) as client:
        command = [SCHEMATHESIS, "run", f"{client.base_url}".rstrip("/") + str(app.openapi_url)]
        command += ["--generation-deterministic", "--no-color"]
        command += ["--max-examples", str(EXAMPLES), "--continue-on-failure"]
        for name, value in (headers or {}).items():
            command += ["--header", f"{name}:{value}"]
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=280, cwd=tmp_path
        )
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-2000:]


def cache_url(valkey: redis.Redis) -> str:
    return f"redis://{LOOPBACK}:{valkey.connection_pool.connection_kwargs['port']}/0"


def test_contractorlens(new_database: NewDatabase, tmp_path: Path) -> None:
    database = new_database("contractorlens_openapi")
    migrate(contractorlens_schema.main, database)
    check(contractorlens_app(product(database), "3.2.0"), tmp_path)


def test_arbor(new_database: NewDatabase, valkey: redis.Redis, tmp_path: Path) -> None:
    database = new_database("arbor_openapi")
    migrate(arbor_schema.main, database)
    more = {"REDIS_URL": cache_url(valkey), "ADMIN_TOKEN": "let-me-in", "VERSION": "1.2.7"}
    app = arbor_app(from_environment({**database, **more}))
    check(app, tmp_path, {"Authorization": "Bearer let-me-in"})


def test_arbors_front_end(tmp_path: Path) -> None:
    check(create_frontend("1.2.7"), tmp_path)


def test_conflicto(new_database: NewDatabase, tmp_path: Path) -> None:
    database = new_database("conflicto_openapi")
    conflicto_rows(database)
    check(conflicto_app(open_pool(dsn_of(database)), Release("0.1.7")), tmp_path)


@contextmanager
def storage(bucket: str) -> Iterator[str]:
    """A plain S3 with a bucket; its address."""
    server = ThreadedMotoServer(LOOPBACK, 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    try:
        httpx.put(f"{endpoint}/{bucket}").raise_for_status()
        yield endpoint
    finally:
        server.stop()


def test_sleek_coach(new_database: NewDatabase, valkey: redis.Redis, tmp_path: Path) -> None:
    database = new_database("sleek_coach_openapi")
    migrate(sleek_coach_schema.main, database)
    with running() as providers, storage("photos") as endpoint:
        given = {
            **database,
            "VERSION": "2.4.7",
            "REDIS_URL": cache_url(valkey),
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "ASIATEST",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "PHOTO_BUCKET": "photos",
            "TOKEN_SIGNING_KEY": sleek_coach.SIGNING_KEY,
            "OPENAI_URL": address(providers.host, providers.port, "openai"),
            "OPENAI_API_KEY": sleek_coach.OPENAI_KEY,
            "AI_TIMEOUT_SECONDS": "2",
        }
        token = access_token(7, sleek_coach.SIGNING_KEY, time.time())
        app = sleek_coach_app(sleek_coach_settings(given))
        check(app, tmp_path, {"Authorization": f"Bearer {token}"})


@contextmanager
def kafka(folder: Path) -> Iterator[Broker]:
    made = Broker(folder)
    try:
        for topic in revenue_context.REVENUE_CONTEXT.topics:
            made.create(topic.name, topic.partitions)
        yield made
    finally:
        made.kill()


@contextmanager
def working(given: dict[str, str]) -> Iterator[None]:
    """Both workers, in threads."""
    made = [engine(revenue_settings(given)) for engine in (context_engine, orchestration_engine)]
    threads = [threading.Thread(target=worker.run) for worker in made]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        for worker in made:
            worker.ending.set()
        for thread in threads:
            thread.join(10)


def test_revenue_context(new_database: NewDatabase, valkey: redis.Redis, tmp_path: Path) -> None:
    database = new_database("revenue_context_openapi")
    migrate(revenue_schema.main, database)
    with kafka(tmp_path / "kafka") as broker, running() as providers:
        given = {
            **database,
            "VERSION": "2.3.7",
            "HOST": LOOPBACK,
            "REDIS_URL": cache_url(valkey),
            "KAFKA_BROKERS": broker.servers,
            "OPENAI_URL": address(providers.host, providers.port, "openai"),
            "OPENAI_API_KEY": "openai-key-1",
            "LLM_DAILY_BUDGET": "5.0",
            "HEARTBEAT_SECONDS": "0.1",
            "HEARTBEAT_STALE_SECONDS": "1.5",
        }
        with working(given):
            check(revenue_app(revenue_settings(given)), tmp_path)
