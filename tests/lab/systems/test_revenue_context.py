"""The Revenue Context Engine's three services, on real PostgreSQL, Valkey and Kafka."""

import contextlib
import http.client
import json
import re
import signal
import subprocess
import sys
import threading
import time
import tomllib
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from math import exp, isclose
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis
from moto.moto_api._internal import mock_random
from psycopg.conninfo import make_conninfo
from tests.lab.broker.running_broker import Broker
from tests.lab.systems.migrating import migrate

from steadyhand.lab.kafka.client import Client, lags
from steadyhand.lab.loopback import LOOPBACK, free_port
from steadyhand.lab.processes import Processes, Program, clean_environment
from steadyhand.lab.systems import schemas
from steadyhand.lab.systems.revenue_context import REVENUE_CONTEXT, schema, user
from steadyhand.lab.systems.revenue_context.app.http.api import create_app
from steadyhand.lab.systems.revenue_context.app.llm.breaker import Breaker, State
from steadyhand.lab.systems.revenue_context.app.llm.spending import key
from steadyhand.lab.systems.revenue_context.app.scores import Poison, read_signal, with_signal
from steadyhand.lab.systems.revenue_context.app.settings import settings
from steadyhand.lab.systems.revenue_context.app.workers import heartbeats
from steadyhand.lab.systems.revenue_context.app.workers.context_engine import context_engine
from steadyhand.lab.systems.revenue_context.app.workers.loop import Worker
from steadyhand.lab.systems.revenue_context.app.workers.orchestration_engine import (
    orchestration_engine,
)

with warnings.catch_warnings():
    # It would rather have another HTTP client than the one that is there.
    warnings.filterwarnings("ignore", message="Using `httpx`")
    from fastapi.testclient import TestClient

pytestmark = pytest.mark.lab
NewDatabase = Callable[[str], dict[str, str]]
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def eventually(condition: Callable[[], Any], seconds: float = 15) -> Any:
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return value


class Provider:
    """A language model's API. `status` is what it answers; `asked` what it was sent."""

    def __init__(self) -> None:
        self.status = 200
        self.asked: list[dict[str, Any]] = []
        provider = self

        class Answers(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                provider.asked.append({"path": self.path, "body": json.loads(body)})
                told = {
                    "choices": [{"message": {"content": "Subject: Hello\nGood to see you."}}],
                    "usage": {"prompt_tokens": 1000, "completion_tokens": 1000},
                }
                text = json.dumps(told).encode()
                self.send_response(provider.status)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer((LOOPBACK, 0), Answers)
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        self.url = f"http://{LOOPBACK}:{self.server.server_port}"


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    made = Provider()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    made = Broker(tmp_path_factory.mktemp("kafka"))
    for topic in REVENUE_CONTEXT.topics:
        made.create(topic.name, topic.partitions)
    yield made
    made.kill()


@pytest.fixture(scope="module")
def cache(valkey: redis.Redis) -> Iterator[redis.Redis]:
    port = valkey.connection_pool.connection_kwargs["port"]
    with redis.Redis(LOOPBACK, port, decode_responses=True) as client:
        yield client


@pytest.fixture(scope="module")
def environment(
    new_database: NewDatabase, cache: redis.Redis, broker: Broker, provider: Provider
) -> dict[str, str]:
    given = new_database("revenue_context")
    migrate(schema.main, given)
    migrate(schema.main, given)  # a second time changes nothing
    port = cache.connection_pool.connection_kwargs["port"]
    return {
        **given,
        "VERSION": "2.3.7",
        "HOST": LOOPBACK,
        "REDIS_URL": f"redis://{LOOPBACK}:{port}/0",
        "KAFKA_BROKERS": broker.servers,
        "OPENAI_URL": provider.url,
        "OPENAI_API_KEY": "k",
        "LLM_DAILY_BUDGET": "5.0",
        "HEARTBEAT_SECONDS": "0.1",
        "HEARTBEAT_STALE_SECONDS": "1.5",
    }


@pytest.fixture(scope="module")
def database(environment: dict[str, str]) -> Iterator[psycopg.Connection]:
    with psycopg.connect(settings(environment).dsn, autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def api(environment: dict[str, str]) -> Iterator[TestClient]:
    with TestClient(create_app(settings(environment))) as client:
        yield client


@pytest.fixture
def fresh(cache: redis.Redis, provider: Provider) -> None:
    """Nothing is spent, no breaker is open, the provider is well."""
    cache.flushall()
    provider.status = 200
    provider.asked.clear()


@pytest.fixture(scope="module")
def workers(environment: dict[str, str]) -> Iterator[list[Worker]]:
    """Both workers, in threads, for as long as the tests of this file run."""
    made = [context_engine(settings(environment)), orchestration_engine(settings(environment))]
    threads = [threading.Thread(target=worker.run) for worker in made]
    for thread in threads:
        thread.start()
    yield made
    for worker in made:
        worker.ending.set()
    for thread in threads:
        thread.join(10)


# --- scores, pure ---


def test_a_score_loses_a_tenth_of_itself_an_hour_continuously() -> None:
    score, updated = with_signal(10, NOON, 5, NOON + timedelta(hours=3))
    assert isclose(score, 10 * exp(-0.3) + 5)
    assert updated == NOON + timedelta(hours=3)
    late, updated = with_signal(10, NOON, 5, NOON - timedelta(hours=3))
    assert isclose(late, 10 + 5 * exp(-0.3))
    assert updated == NOON


GOOD = {
    "id": "6d0c7b5e-6ac5-4b26-a8b4-0f3f4c3f9f10",
    "account_id": 3,
    "kind": "demo_request",
    "occurred_at": "2026-11-21T12:00:00Z",
}


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "astrology"},
        {"account_id": "3"},
        {"account_id": 0},
        {"id": "x"},
        {"occurred_at": "yesterday"},
        {"occurred_at": None},
        {"occurred_at": "2026-11-21T12:06:00Z"},
    ],
)
def test_what_no_try_makes_better_is_poison(change: dict[str, Any]) -> None:
    assert read_signal(GOOD, NOON)["weight"] == 25
    with pytest.raises(Poison):
        read_signal({**GOOD, **change}, NOON)
    with pytest.raises(Poison):
        read_signal([GOOD], NOON)


# --- the way of a signal ---


@pytest.mark.usefixtures("fresh", "workers")
def test_signals_become_a_score_and_a_proposal_that_a_person_approves(
    api: TestClient, provider: Provider, broker: Broker
) -> None:
    before = api.get("/api/v1/accounts/7").json()["score"]
    sent = {"account_id": 7, "kind": "demo_request"}
    identity = api.post("/api/v1/signals", json=sent).json()["id"]
    twice = api.post("/api/v1/signals", json={**sent, "id": identity})
    assert twice.status_code == 202
    assert api.post("/api/v1/signals", json={**sent, "kind": "webinar"}).status_code == 202
    eventually(lambda: api.get("/api/v1/accounts/7").json()["score"] > before + 34)
    account = api.get("/api/v1/accounts/7").json()
    assert account["score"] < before + 35.01  # the repeated one is counted once
    assert [s["kind"] for s in account["signals"]][:2] == ["webinar", "demo_request"]

    def proposed() -> list[dict[str, Any]]:
        found = api.get("/api/v1/actions", params={"status": "proposed"}).json()
        return [one for one in found if one["account_id"] == 7]

    (action,) = eventually(proposed)
    assert (action["kind"], action["subject"]) == ("email", "Hello")
    assert action["body"] == "Good to see you."
    assert provider.asked[0]["path"] == "/v1/chat/completions"
    path = f"/api/v1/actions/{action['id']}/decision"
    decision = {"decision": "approved", "person": "ada"}
    assert api.post(path, json=decision).json()["status"] == "approved"
    assert api.post(path, json=decision).status_code == 404
    while (
        following := api.post("/api/v1/actions/next/decision", json=decision)
    ).status_code == 200:
        assert following.json()["status"] == "approved"
        assert following.json()["id"] != action["id"]
    assert (following.status_code, following.content) == (204, b"")
    # Nobody is written to twice in a short time.
    api.post("/api/v1/signals", json=sent)
    eventually(lambda: sum(lag.total for lag in lags(broker.servers).values()) == 0)
    assert proposed() == []


@pytest.mark.usefixtures("fresh", "workers")
def test_signals_of_long_ago_count_for_nothing_and_those_of_tomorrow_are_refused(
    api: TestClient, broker: Broker, database: psycopg.Connection
) -> None:
    database.execute("insert into accounts values (90, 'Old', 'old.example')")
    sent = {"account_id": 90, "kind": "webinar"}
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    assert api.post("/api/v1/signals", json={**sent, "occurred_at": tomorrow}).status_code == 409
    for moment in ("0001-01-01T00:00:00Z", "1999-12-31T00:00:00"):
        told = api.post("/api/v1/signals", json={**sent, "occurred_at": moment})
        assert told.status_code == 202
    eventually(lambda: len(api.get("/api/v1/accounts/90").json()["signals"]) == 2)
    assert api.get("/api/v1/accounts/90").json()["score"] < 1e-9
    assert api.get("/api/v1/accounts?limit=100").status_code == 200
    eventually(lambda: sum(lag.total for lag in lags(broker.servers).values()) == 0)


@pytest.mark.usefixtures("workers")
def test_poison_is_set_aside_and_replayed_when_it_is_mended(
    api: TestClient, broker: Broker
) -> None:
    def letters() -> int:
        with Client(broker.servers) as client:
            return client.offsets([("signals.raw.dlq", 0)])["signals.raw.dlq", 0]

    def kinds(account: int) -> list[str]:
        found = api.get(f"/api/v1/accounts/{account}").json()["signals"]
        return [one["kind"] for one in found]

    api.post("/api/v1/signals", json={"account_id": 9, "kind": "new_kind"})
    eventually(lambda: letters() == 1)
    broker.write("signals.raw", [b"\xff not JSON"], 1)
    api.post("/api/v1/signals", json={"account_id": 999, "kind": "webinar"})
    eventually(lambda: letters() == 3)
    consumer = broker.consumer("signals.raw.dlq")
    found: list[Any] = []

    def got_one() -> bool:
        for records in consumer.poll(100).values():
            found.extend(records)
        return bool(found)

    eventually(got_one)
    consumer.close()
    assert dict(found[0].headers)["error"] == b"unknown kind of signal: 'new_kind'"
    assert re.fullmatch(rb"signals\.raw\[\d\]@\d+", dict(found[0].headers)["origin"])
    assert "new_kind" not in kinds(9)

    wanted = {"limit": 1, "corrections": {"kind": "trial_start"}}
    assert api.post("/api/v1/dead-letters/replay", json=wanted).json() == {"replayed": 1}
    eventually(lambda: "trial_start" in kinds(9))
    # What is still poison comes back, and a replay ends where the letters ended when it began.
    assert api.post("/api/v1/dead-letters/replay", json={}).json() == {"replayed": 2}
    eventually(lambda: letters() == 5)


@pytest.mark.usefixtures("fresh", "workers")
@pytest.mark.parametrize(
    ("spoil", "mend"),
    [
        ("lock table signals in access exclusive mode", "select 1"),
        ("alter table signals rename to lost; commit", "alter table lost rename to signals"),
    ],
    ids=["it hangs", "it refuses"],
)
def test_a_database_that_does_not_work_makes_lag_and_a_stale_heartbeat_and_loses_nothing(
    spoil: str, mend: str, api: TestClient, broker: Broker, database: psycopg.Connection
) -> None:
    # A group's lag is told from its first commit on.
    sent = {"account_id": 11, "kind": "page_view"}
    api.post("/api/v1/signals", json=sent)
    with Client(broker.servers, 15) as client:
        eventually(lambda: client.committed("context_engine_group"))
    eventually(lambda: lags(broker.servers)["context_engine_group"].total == 0)
    eventually(lambda: api.get("/health/workers").status_code == 200)
    count = database.execute("select count(*) from signals").fetchone()
    with psycopg.connect(database.info.dsn, password=database.info.password) as spoiling:
        spoiling.execute(spoil.encode())
        for _ in range(6):
            api.post("/api/v1/signals", json=sent)
        eventually(lambda: lags(broker.servers)["context_engine_group"].total == 6)
        answer = eventually(
            lambda: (found := api.get("/health/workers")).status_code == 503 and found
        )
        assert "context-engine: the heartbeat of" in answer.json()["reasons"][0]
        assert lags(broker.servers)["context_engine_group"].total == 6
        spoiling.execute(mend.encode())
    eventually(lambda: lags(broker.servers)["context_engine_group"].total == 0)
    eventually(lambda: api.get("/health/workers").status_code == 200)
    after = database.execute("select count(*) from signals").fetchone()
    assert count is not None
    assert after == (count[0] + 6,)


# --- the language model ---


def draft(api: TestClient) -> tuple[int, Any]:
    answer = api.post("/api/v1/accounts/3/email-draft")
    return answer.status_code, answer.json()


def metric(api: TestClient, name: str) -> float:
    text = api.get("/metrics").text
    (value,) = re.findall(rf"^{re.escape(name)} (\S+)$", text, re.M)
    return float(value)


@pytest.mark.usefixtures("fresh")
def test_what_is_spent_is_counted_and_the_budget_ends_it(
    api: TestClient, cache: redis.Redis, provider: Provider
) -> None:
    assert draft(api) == (200, {"subject": "Hello", "body": "Good to see you."})
    today = f"llm:spend:global:{datetime.now(UTC):%Y-%m-%d}"
    assert today == key(datetime.now(UTC))
    assert isclose(float(cache.get(today) or 0), 0.00075)
    assert metric(api, "llm_budget_spent_usd") == 0.00075
    cache.set(today, "5.0")
    assert draft(api) == (429, {"detail": "Budget exceeded"})
    assert len(provider.asked) == 1
    assert metric(api, "llm_budget_remaining_usd") == 0
    assert metric(api, 'llm_api_calls_total{outcome="ok"}') == 1
    assert metric(api, 'llm_api_calls_total{outcome="budget"}') == 1


@pytest.mark.usefixtures("fresh")
def test_the_breaker_opens_after_five_failures_and_closes_after_a_try(
    api: TestClient, cache: redis.Redis, provider: Provider
) -> None:
    provider.status = 429
    for _ in range(5):
        assert draft(api)[0] == 502
    assert metric(api, 'circuit_breaker_state{name="openai"}') == State.OPEN
    assert draft(api) == (503, {"detail": "circuit breaker open: openai"})
    assert len(provider.asked) == 5
    cache.hset("breaker:openai", "opened_at", repr(time.time() - 31))
    assert metric(api, 'circuit_breaker_state{name="openai"}') == State.HALF_OPEN
    assert draft(api)[0] == 502  # the try failed
    assert metric(api, 'circuit_breaker_state{name="openai"}') == State.OPEN
    provider.status = 200
    cache.hset("breaker:openai", "opened_at", repr(time.time() - 31))
    assert draft(api)[0] == 200
    assert metric(api, 'circuit_breaker_state{name="openai"}') == State.CLOSED


@pytest.mark.usefixtures("fresh")
def test_half_open_lets_one_call_through(cache: redis.Redis) -> None:
    breaker = Breaker(cache, "x", open_seconds=0)
    for _ in range(5):
        breaker.failed()
    assert [breaker.allows() for _ in range(3)] == [True, False, False]
    breaker.succeeded()
    assert breaker.state() is State.CLOSED


# --- health ---


def test_health_tells_what_is_wrong(environment: dict[str, str]) -> None:
    nowhere = f"{LOOPBACK}:1"
    given = {**environment, "KAFKA_BROKERS": nowhere, "REDIS_URL": f"redis://{nowhere}/0"}
    given |= {"DB_HOST": LOOPBACK, "DB_PORT": "1"}
    with TestClient(create_app(settings(given))) as client:
        assert client.get("/health").json() == {"status": "healthy", "version": "2.3.7"}
        answer = client.get("/health/detailed")
        assert answer.status_code == 503
        assert set(answer.json()["checks"].values()) == {"failed"}
        assert [reason.split(":")[0] for reason in answer.json()["reasons"]] == [
            *("database", "redis", "kafka"),
        ]
        assert client.get("/health/workers").status_code == 503
        metrics = client.get("/metrics")
        assert metrics.status_code == 200
        assert "llm_budget" not in metrics.text
        assert 'http_requests_total{method="GET",status="503"} 2' in metrics.text


@pytest.mark.usefixtures("fresh", "workers")
def test_health_is_well(api: TestClient) -> None:
    answer = api.get("/health/detailed")
    assert (answer.status_code, answer.json()["reasons"]) == (200, [])
    eventually(lambda: api.get("/health/workers").status_code == 200)
    services = [one["service"] for one in api.get("/health/workers").json()["workers"]]
    assert services == ["context-engine", "orchestration-engine"]


def test_a_service_without_workers_is_a_complaint() -> None:
    found = [heartbeats.Heartbeat("context-engine", "w", 3.0)]
    assert heartbeats.complaints(found, 5) == ["orchestration-engine: no worker"]
    assert len(heartbeats.complaints(found, 2)) == 2


# --- releases, schema, traffic, processes ---


def test_the_release_that_came_too_early_is_healthy_and_fails(environment: dict[str, str]) -> None:
    early = settings({**environment, "VERSION": REVENUE_CONTEXT.bad_tag})
    with TestClient(create_app(early)) as client:
        assert client.get("/health").status_code == 200
        for path in ("/api/v1/accounts", "/api/v1/accounts/1", "/api/v1/actions"):
            assert client.get(path).status_code == 500


@pytest.mark.usefixtures("fresh", "workers")
def test_users_get_what_they_ask_for(api: TestClient) -> None:
    counts: Counter[tuple[str, int]] = Counter()
    for number in range(100):
        request = user(number)
        body = json.loads(request.body) if request.body else None
        answer = api.request(request.method, request.path, json=body)
        counts[request.path.split("/")[3].split("?")[0], answer.status_code] += 1
    assert {status for _, status in counts} <= {200, 202, 204}
    assert counts["signals", 202] == 25


def test_the_schema_goes_down_and_up_again(new_database: NewDatabase) -> None:
    given = new_database("revenue_context_moved")
    names = ("USER", "PASSWORD", "HOST", "PORT", "NAME")
    user_name, password, host, port, name = (given[f"DB_{one}"] for one in names)
    url, steps = schemas.address(given), schemas.configured(schema.MIGRATIONS)
    dsn = make_conninfo(host=host, port=port, dbname=name, user=user_name, password=password)

    def tables() -> set[str]:
        with psycopg.connect(dsn) as connection:
            query = "select tablename from pg_tables where schemaname = 'public'"
            return {row[0] for row in connection.execute(query)}

    schemas.move(steps, url, "head")
    every = tables()
    assert {"accounts", "signals", "intent_scores", "actions"} <= every
    schemas.move(steps, url, "-1")
    assert "actions" not in tables()
    schemas.move(steps, url, "base")
    assert tables() == {"alembic_version"}
    schemas.move(steps, url, "head")
    assert tables() == every


def test_the_parts_fit_together() -> None:
    parts = REVENUE_CONTEXT
    families = {family.name: family for family in parts.families}
    assert {service.family for service in parts.services} == set(families)
    held = json.loads(parts.secrets[0].value)
    for family in parts.families:
        for source in family.secrets.values():
            name, _, field = source.rpartition(":")
            assert (name, field in held) == (parts.secrets[0].name, True)


def test_the_alarms_ask_for_the_metrics_of_what_there_is() -> None:
    alarms = tomllib.loads((REVENUE_CONTEXT.folder / "steadyhand.toml").read_text())["alarms"]
    name = REVENUE_CONTEXT.balancers[0].name
    mock_random.seed(name)
    wanted = f"app/{name}/{mock_random.get_random_hex(16)}"
    mock_random.seed(None)
    assert alarms["api-error-rate-high"]["dimensions"] == {"LoadBalancer": wanted}
    instance = {"DBInstanceIdentifier": REVENUE_CONTEXT.database.instance}
    for alarm in ("db-cpu-high", "db-connections-high"):
        assert alarms[alarm]["dimensions"] == instance


@pytest.mark.parametrize("role", ["api", "context-engine"])
def test_the_real_process_starts_and_ends_with_sigterm(
    role: str, environment: dict[str, str], processes: Processes, source_folder: Path
) -> None:
    said: list[str] = []
    given = {**environment, "PORT": str(free_port()), "PYTHONPATH": str(source_folder)}
    argv = (sys.executable, "-m", REVENUE_CONTEXT.families[0].module, role)
    process = processes.spawn(Program(role, argv, environment=given), said.append)
    eventually(lambda: any('"starting"' in line for line in said))
    if role == "api":
        eventually(lambda: _answers(given["PORT"]))
    process.send_signal(signal.SIGTERM)
    assert process.wait(15) == 0
    eventually(lambda: any('"stopped"' in line for line in said))
    for line in said:
        assert {"timestamp", "level", "message"} <= set(json.loads(line))


def _answers(port: str) -> bool:
    connection = http.client.HTTPConnection(LOOPBACK, int(port), timeout=2)
    with contextlib.suppress(OSError), contextlib.closing(connection):
        connection.request("GET", "/health")
        return connection.getresponse().status == 200
    return False


def test_rollback_sets_nothing_where_a_service_has_no_such_image(tmp_path: Path) -> None:
    """A stand-in for the AWS CLI: the families have images 2.3.1 and 2.3.2, one lacks the first."""
    aws = tmp_path / "aws"
    aws.write_text(_AWS)
    aws.chmod(0o755)
    script = REVENUE_CONTEXT.folder / "scripts/rollback.sh"
    environment = clean_environment({"CALLS": str(tmp_path / "calls")})
    environment["PATH"] = f"{tmp_path}:{environment['PATH']}"

    def roll(*arguments: str) -> tuple[int, list[str]]:
        (tmp_path / "calls").write_text("")
        done = subprocess.run(
            ["bash", str(script), *arguments], env=environment, capture_output=True, check=False
        )
        return done.returncode, (tmp_path / "calls").read_text().splitlines()

    assert roll() == (2, [])
    assert roll("staging", "2.3.2")[0] == 2
    assert roll("production", "2.3.1") == (1, [])  # prod-orchestration-engine has none
    assert roll("production", "2.3.2") == (
        0,
        [
            *("api prod-api:2", "context-engine prod-context-engine:2"),
            "orchestration-engine prod-orchestration-engine:2",
        ],
    )


_AWS = """#!/usr/bin/env bash
case "$2" in
  list-task-definitions)
    printf 'arn:aws:ecs:x:1:task-definition/%s:2\\t' "$4"
    [ "$4" = prod-orchestration-engine ] || printf 'arn:aws:ecs:x:1:task-definition/%s:1' "$4"
    printf '\\tarn:aws:ecs:x:1:task-definition/%s-batch:9\\n' "$4" ;;
  describe-task-definition) printf 'registry/revenue-context:2.3.%s\\n' "${4##*:}" ;;
  describe-services) printf 'arn:aws:ecs:x:1:task-definition/prod-%s:2\\n' "$6" ;;
  update-service) printf '%s %s\\n' "$6" "$8" >> "$CALLS" ;;
  wait) ;;
esac
"""
