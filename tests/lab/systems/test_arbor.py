"""Arbor by itself: its application on a real PostgreSQL and a real Valkey, its migrations."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import tomllib
import urllib.request
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis
from alembic import command
from alembic.config import Config
from moto.moto_api._internal import mock_random

from steadyhand.lab.loopback import LOOPBACK, free_port
from steadyhand.lab.processes import Child, Processes, Program, clean_environment
from steadyhand.lab.systems import arbor
from steadyhand.lab.systems.arbor import ARBOR, CUSTOMERS, NAMED_CUSTOMER, user
from steadyhand.lab.systems.arbor.app import planning
from steadyhand.lab.systems.arbor.app.api import create_app
from steadyhand.lab.systems.arbor.app.database import Database, Unavailable, open_pool
from steadyhand.lab.systems.arbor.app.planning import Preferences, Reading, Tariff
from steadyhand.lab.systems.arbor.app.services.cached_plan_service import warm_cache
from steadyhand.lab.systems.arbor.app.settings import Settings, from_environment
from steadyhand.lab.systems.arbor.schema import seed
from steadyhand.model.filter_pattern import matcher, parse_pattern

with warnings.catch_warnings():
    # It would rather have another HTTP client than the one that is there.
    warnings.filterwarnings("ignore", message="Using `httpx`")
    from fastapi.testclient import TestClient

FOLDER = Path(arbor.__file__).parent
TOKEN = "let-me-in"
ADMIN = {"Authorization": f"Bearer {TOKEN}"}
MINE = f"/api/v1/customers/{NAMED_CUSTOMER}"

NewDatabase = Callable[[str], dict[str, str]]


@pytest.fixture(scope="module")
def environment(new_database: NewDatabase, valkey: redis.Redis) -> dict[str, str]:
    given = new_database("arbor")
    argv = (sys.executable, "-m", ARBOR.database.migrate)
    subprocess.run(argv, env=clean_environment(given), check=True, timeout=60)
    port = valkey.connection_pool.connection_kwargs["port"]
    more = {"REDIS_URL": f"redis://{LOOPBACK}:{port}/0", "ADMIN_TOKEN": TOKEN, "VERSION": "1.2.7"}
    return {**given, **more}


@pytest.fixture(scope="module")
def settings(environment: dict[str, str]) -> Settings:
    return from_environment(environment)


@pytest.fixture(scope="module")
def client(settings: Settings) -> Iterator[TestClient]:
    with TestClient(create_app(settings)) as made:
        yield made


@pytest.fixture
def cold(valkey: redis.Redis) -> redis.Redis:
    valkey.flushall()
    return valkey


def changed(settings: Settings, **changes: Any) -> Iterator[TestClient]:
    with TestClient(create_app(replace(settings, **changes))) as made:
        yield made


# --- what a plan is worth ----------------------------------------------------------------------

FIXED = Tariff(1, "S", 4.0, "Fixed", "fixed", 10.0, 10.0, 5.0, 50, 12, 100.0)
YEAR = [Reading(f"2025-{month:02}", 1000, 400) for month in range(1, 13)]


@pytest.mark.parametrize(
    ("tariff", "cost"),
    [
        (FIXED, 12 * 1000 * 0.10 + 60),
        (replace(FIXED, monthly_fee=0), 1200),
        (replace(FIXED, night_rate=1.0), 1260),  # only who sells by the hour counts nights
        (replace(FIXED, kind="time_of_use", rate=20, night_rate=5), 12 * (600 * 0.2 + 20) + 60),
    ],
)
def test_a_year_costs_what_its_months_cost(tariff: Tariff, cost: float) -> None:
    assert planning.yearly_cost(tariff, planning.a_year(YEAR)) == pytest.approx(cost)


def test_a_month_nobody_measured_counts_as_the_mean_of_the_others() -> None:
    year = planning.a_year([Reading("2026-01", 100, 0), Reading("2026-02", 300, 0)])
    assert [day for day, _ in year] == [100, 300, *[200] * 10]


@pytest.mark.parametrize(
    ("flag", "change", "readings", "preferences"),
    [
        ("variable_rate", {"kind": "variable"}, YEAR, Preferences()),
        ("long_contract", {"contract_months": 13}, YEAR, Preferences()),
        ("high_exit_fee", {"exit_fee": 151}, YEAR, Preferences()),
        ("poor_supplier_rating", {"rating": 2.9}, YEAR, Preferences()),
        ("little_history", {}, YEAR[:5], Preferences()),
        ("long_contract", {}, YEAR, Preferences(max_contract_months=11)),
        ("usage_swings", {"kind": "time_of_use"}, [*YEAR, Reading("2026-01", 9, 0)], Preferences()),
    ],
)
def test_each_risk_is_flagged_and_only_it(
    flag: str, change: dict[str, Any], readings: list[Reading], preferences: Preferences
) -> None:
    assert planning.risk_flags(FIXED, YEAR, Preferences(), 1, None) == ()
    flags = planning.risk_flags(replace(FIXED, **change), readings, preferences, 1, None)
    assert flags == (flag,)


def test_what_is_dearer_than_today_says_so() -> None:
    dear = replace(FIXED, id=2, rate=12.0)
    plans = {
        plan.tariff.id: plan for plan in planning.recommend(YEAR, Preferences(), [FIXED, dear], 1)
    }
    assert plans[2].saving == pytest.approx(-240)
    assert plans[2].risk_flags == ("dearer_than_today",)
    assert "$240 more than today" in plans[2].explanation


def test_the_weights_decide_who_is_first() -> None:
    cheap = replace(FIXED, id=1, rate=8.0, renewable_percent=0)
    green = replace(FIXED, id=2, rate=16.0, renewable_percent=100)
    free = replace(FIXED, id=3, rate=16.0, renewable_percent=0, contract_months=0, exit_fee=0)
    offers = [free, green, cheap]

    def first(cost: float, renewable: float, flexibility: float) -> int:
        wishes = Preferences(cost, renewable, flexibility)
        return planning.recommend(YEAR, wishes, offers)[0].tariff.id

    assert (first(1, 0, 0), first(0, 1, 0), first(0, 0, 1), first(0, 0, 0)) == (1, 2, 3, 1)


def test_twice_the_price_is_half_the_points() -> None:
    dear = replace(FIXED, id=2, rate=20.0, monthly_fee=10.0)
    scores = [p.score for p in planning.recommend(YEAR, Preferences(1, 0, 0), [FIXED, dear])]
    assert scores == [100, 50]


def test_three_plans_at_most_best_first() -> None:
    offers = [replace(FIXED, id=number, rate=5.0 + number) for number in range(1, 9)]
    plans = planning.recommend(YEAR, Preferences(), offers)
    assert [plan.tariff.id for plan in plans] == [1, 2, 3]
    assert plans == sorted(plans, key=lambda plan: -plan.score)


# --- the application -----------------------------------------------------------------------------


def test_health_has_four_fields(client: TestClient) -> None:
    body = client.get("/api/v1/health").json()
    assert list(body) == ["status", "database", "redis", "timestamp"]
    assert (body["status"], body["database"], body["redis"]) == (
        "healthy",
        "connected",
        "connected",
    )
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", body["timestamp"])


def test_without_redis_it_is_degraded_and_serves(settings: Settings) -> None:
    for client in changed(settings, redis_url=f"redis://{LOOPBACK}:{free_port()}/0"):
        told = client.get("/api/v1/health")
        assert told.status_code == 200
        assert (told.json()["status"], told.json()["redis"]) == ("degraded", "disconnected")
        assert len(client.get(f"{MINE}/recommendations").json()["plans"]) == 3
        assert client.post("/api/v1/admin/cache/warm", headers=ADMIN).status_code == 503
        assert client.get("/api/v1/admin/cache", headers=ADMIN).status_code == 503


def test_without_the_database_it_says_so(settings: Settings) -> None:
    nowhere = settings.dsn.replace("dbname=arbor", "dbname=nowhere")
    for client in changed(settings, dsn=nowhere):
        told = client.get("/api/v1/health")
        assert told.status_code == 503
        assert (told.json()["status"], told.json()["database"]) == ("degraded", "disconnected")
        assert told.json()["redis"] == "connected"
        assert client.get("/api/v1/health/live").status_code == 200


def test_usage_and_preferences_become_three_plans(client: TestClient) -> None:
    readings = [
        {"month": f"2026-{month:02}", "kwh": 900, "night_kwh": 300} for month in range(1, 8)
    ]
    put = client.put("/api/v1/customers/new-1/usage", json={"readings": readings})
    assert put.json() == {"customer_id": "new-1", "months": 7}
    plans = client.get("/api/v1/customers/new-1/recommendations").json()["plans"]
    assert len(plans) == 3
    wanted = {"plan_id", "supplier", "name", "kind", "yearly_cost", "saving", "score"}
    assert set(plans[0]) == wanted | {"explanation", "risk_flags"}
    offers = {offer["id"]: offer for offer in client.get("/api/v1/plans").json()}
    best = offers[plans[0]["plan_id"]]
    rates = best["rate"], best["night_rate"]
    expected = 12 * (600 * rates[0] + 300 * rates[1]) / 100 + 12 * best["monthly_fee"]
    assert plans[0]["yearly_cost"] == pytest.approx(expected, abs=0.01)
    # A household that wants nothing but renewable power is shown that; the kept plans are not.
    wishes = {"cost_weight": 0, "flexibility_weight": 0, "renewable_weight": 1}
    assert client.put("/api/v1/customers/new-1/preferences", json=wishes).status_code == 200
    again = client.get("/api/v1/customers/new-1/recommendations").json()["plans"]
    assert offers[again[0]["plan_id"]]["renewable_percent"] == 100


def test_a_visitor_gets_plans_and_leaves_nothing(client: TestClient, cold: redis.Redis) -> None:
    body = {"readings": [{"month": "2026-01", "kwh": 500}], "preferences": {"cost_weight": 5}}
    plans = client.post("/api/v1/recommendations", json=body).json()["plans"]
    assert [plan["saving"] for plan in plans] == [None] * 3
    assert all("little_history" in plan["risk_flags"] for plan in plans)
    assert cold.keys("plan:*") == [b"plan:1.2:tariffs"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("usage", {"readings": []}),
        ("usage", {"readings": [{"month": "2026-13", "kwh": 1}]}),
        ("usage", {"readings": [{"month": "2026-01", "kwh": -1}]}),
        ("usage", {"readings": [{"month": "2026-01", "kwh": True}]}),
        ("preferences", {"cost_weight": -1}),
        ("preferences", {"max_contract_months": 61}),
    ],
)
def test_nonsense_is_refused(client: TestClient, path: str, body: dict[str, Any]) -> None:
    assert client.put(f"{MINE}/{path}", json=body).status_code == 422


def test_no_night_is_longer_than_its_month(client: TestClient) -> None:
    body = {"readings": [{"month": "2026-01", "kwh": 1, "night_kwh": 2}]}
    assert client.put(f"{MINE}/usage", json=body).status_code == 409
    assert client.post("/api/v1/recommendations", json=body).status_code == 409


def test_whom_nobody_knows_is_not_found(client: TestClient) -> None:
    assert client.get("/api/v1/customers/nobody/recommendations").status_code == 404
    assert client.get("/api/v1/plans/999").status_code == 404
    assert client.get("/api/v1/customers/no%00body/recommendations").status_code == 422


def test_plans_are_kept_for_a_while_and_hits_are_counted(
    client: TestClient, cold: redis.Redis
) -> None:
    before = client.get("/api/v1/admin/cache", headers=ADMIN).json()
    for _ in range(4):
        client.get(f"{MINE}/recommendations")
    figures = client.get("/api/v1/admin/cache", headers=ADMIN).json()
    assert figures["task"]["hits"] - before["task"]["hits"] == 3
    assert figures["task"]["misses"] - before["task"]["misses"] == 2  # the plans, the tariffs
    assert figures["keyspace_hits"] - before["keyspace_hits"] == 3
    assert 0 < figures["hit_ratio"] < 1
    assert figures["keys"] == 2
    key = f"plan:1.2:recommendation:{NAMED_CUSTOMER}"
    assert 0 < cold.ttl(key) <= 900
    assert json.loads(cold.get(key) or b"")["customer_id"] == NAMED_CUSTOMER


def test_an_upload_takes_the_kept_plans_out(client: TestClient, cold: redis.Redis) -> None:
    client.get(f"{MINE}/recommendations")
    assert cold.exists(f"plan:1.2:recommendation:{NAMED_CUSTOMER}")
    month = {"readings": [{"month": "2026-02", "kwh": 4000}]}
    client.put(f"{MINE}/usage", json=month)
    assert not cold.exists(f"plan:1.2:recommendation:{NAMED_CUSTOMER}")


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer x"}, {"Authorization": TOKEN}])
def test_only_an_administrator_warms(
    client: TestClient, cold: redis.Redis, headers: dict[str, str]
) -> None:
    refused = client.post("/api/v1/admin/cache/warm", headers=headers)
    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"] == "Bearer"
    assert cold.dbsize() == 0


def test_without_a_token_nobody_is_one(settings: Settings) -> None:
    for client in changed(settings, admin_token=""):
        empty = {"Authorization": "Bearer "}
        assert client.post("/api/v1/admin/cache/warm", headers=empty).status_code == 401


def test_warming_keeps_every_household(client: TestClient, cold: redis.Redis) -> None:
    warmed = client.post("/api/v1/admin/cache/warm", headers=ADMIN).json()
    assert warmed["status"] == "warmed"
    assert len(cold.keys("plan:1.2:recommendation:*")) >= CUSTOMERS
    assert warmed["keys"] == cold.dbsize()
    assert all(cold.ttl(key) > 0 for key in cold.keys("plan:*"))
    before = int(cold.info("stats")["keyspace_misses"])
    client.get(f"{MINE}/recommendations")
    assert int(cold.info("stats")["keyspace_misses"]) == before


def test_the_release_that_came_too_early_passes_its_health_check(settings: Settings) -> None:
    for client in changed(settings, version=ARBOR.bad_tag):
        assert client.get("/api/v1/health").json()["status"] == "healthy"
        month = {"readings": [{"month": "2026-02", "kwh": 400}]}
        answers = [
            client.get(f"{MINE}/recommendations"),
            client.get("/api/v1/plans"),
            client.get("/api/v1/plans/1"),
            client.put(f"{MINE}/usage", json=month),
            client.post("/api/v1/recommendations", json=month),
        ]
        assert [answer.status_code for answer in answers] == [500] * 5


def test_its_users_are_all_answered(client: TestClient) -> None:
    for number in range(240):
        asked = user(number)
        if asked.path != "/":  # the front end's
            body = asked.body or None
            headers = {"Content-Type": "application/json"} if body else {}
            answer = client.request(asked.method, asked.path, content=body, headers=headers)
            assert answer.status_code == 200, asked


# --- its log ----------------------------------------------------------------------------------


def test_lines_match_the_patterns_that_operators_use(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    for client in changed(settings):
        capsys.readouterr()
        client.get(f"{MINE}/recommendations")
        client.get("/api/v1/plans")
        client.get("/api/v1/health")
        holder = psycopg.connect(settings.dsn)
        with holder:
            holder.execute("lock table tariffs in access exclusive mode")
            impatient = replace(settings, dsn=settings.dsn.replace("10000", "2100"))
            for slow in changed(impatient, redis_url=f"redis://{LOOPBACK}:1/0"):
                assert slow.get("/api/v1/plans").status_code == 500
    lines = [line for line in capsys.readouterr().out.splitlines() if '"request_id"' in line]
    assert len(lines) == 3  # a passing health check is not worth a line

    def found(pattern: str) -> list[dict[str, Any]]:
        match = matcher(parse_pattern(pattern))
        return [json.loads(line) for line in lines if match(line)]

    assert [line["path"] for line in found('{ $.customer_id = "abc123" }')] == [
        f"{MINE}/recommendations"
    ]
    slow_lines = found("{ $.duration > 2000 }")
    assert [line["status"] for line in slow_lines] == [500]
    assert found("ERROR") == slow_lines
    assert slow_lines[0]["message"].startswith("QueryCanceled: canceling statement")


def test_an_exhausted_pool_says_so(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    with open_pool(replace(settings, pool_size=1)) as pool, pool.connection():
        pool.timeout = 0.1
        with pytest.raises(Unavailable, match="Connection pool exhausted"):
            Database(pool).rows("select 1")
        assert not capsys.readouterr().out
    with open_pool(replace(settings, dsn=f"host={LOOPBACK} port={free_port()}")) as pool:
        pool.timeout = 0.1
        with pytest.raises(Unavailable, match="Database unreachable"):
            Database(pool).rows("select 1")


# --- as tasks ----------------------------------------------------------------------------------


def in_task(environment: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    """Run a command as execute-command does: in the task's folder, with its variables."""
    source = str(FOLDER.parents[3])
    return subprocess.run(
        (sys.executable, *words),
        env=clean_environment({**environment, "PYTHONPATH": source}),
        cwd=FOLDER,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_warming_by_hand_in_a_task(environment: dict[str, str], cold: redis.Redis) -> None:
    words = "from app.services.cached_plan_service import warm_cache; warm_cache()"
    done = in_task(environment, "-c", words)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["keys"] == cold.dbsize() > CUSTOMERS


def test_who_warms_by_hand_sees_that_nothing_was_warmed(settings: Settings) -> None:
    with pytest.raises(redis.ConnectionError):
        warm_cache(replace(settings, redis_url=f"redis://{LOOPBACK}:{free_port()}/0"))


def test_seeding_once_more_changes_nothing(settings: Settings) -> None:
    def counted() -> list[Any]:
        names = ("suppliers", "tariffs", "customers", "usage_readings", "preferences")
        query = ", ".join(f"(select count(*) from {name})" for name in names)
        return connection.execute(f"select {query}".encode()).fetchall()

    with psycopg.connect(settings.dsn) as connection:
        before = counted()
        seed(connection)
        assert counted() == before
        connection.rollback()


def tables(environment: dict[str, str]) -> set[str]:
    with psycopg.connect(from_environment(environment).dsn) as connection:
        query = "select tablename from pg_tables where schemaname = 'public'"
        return {row[0] for row in connection.execute(query)}


def test_migrations_go_up_and_down(
    new_database: NewDatabase, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {**environment, **new_database("arbor_steps")}
    family = next(f for f in ARBOR.families if f.name == "arbor-production-migrations")
    done = in_task(given, "-m", family.module, *family.arguments)
    assert done.returncode == 0, done.stderr
    full = tables(given)
    assert {"tariffs", "usage_readings", "recommendations"} <= full
    done = in_task(given, "-m", "alembic", "downgrade", "-1")  # as the image's own program
    assert done.returncode == 0, done.stderr
    assert full - tables(given) == {"recommendations"}
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    command.downgrade(Config(str(FOLDER / "alembic.ini")), "base")
    assert tables(given) == {"alembic_version"}


def start(
    processes: Processes, environment: dict[str, str], *arguments: str
) -> tuple[Child, str, list[str]]:
    port = free_port()
    own = {"HOST": LOOPBACK, "PORT": str(port), "STOP_SECONDS": "5", "PYTHONUNBUFFERED": "1"}
    given = {**environment, **own, "PYTHONPATH": str(FOLDER.parents[3])}
    said: list[str] = []
    argv = (sys.executable, "-m", ARBOR.families[0].module, *arguments)
    process = processes.spawn(Program("arbor", argv, given, folder=FOLDER), said.append)
    return process, f"http://{LOOPBACK}:{port}", said


def fetch(url: str) -> tuple[int, str]:
    deadline = time.monotonic() + 20
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return answer.status, answer.read().decode()
        except OSError:
            assert time.monotonic() < deadline
            time.sleep(0.1)


def test_both_services_start_by_their_module_and_end_with_sigterm(
    processes: Processes, environment: dict[str, str]
) -> None:
    back, back_url, said = start(processes, environment)
    front, front_url, _ = start(processes, {"VERSION": "1.2.1"}, "frontend")
    assert json.loads(fetch(f"{back_url}/api/v1/health")[1])["status"] == "healthy"
    status, page = fetch(front_url)
    assert status == 200
    assert page.startswith("<!doctype html>")
    for process in (back, front):
        os.kill(process.pid, signal.SIGTERM)
        assert process.wait(10) == 0
        processes.forget(process.pid)
    assert json.loads(said[-1])["message"] == "stopped"


def test_a_role_that_is_not_there_is_refused(environment: dict[str, str]) -> None:
    done = in_task(environment, "-m", ARBOR.families[0].module, "sideways")
    assert (done.returncode, done.stderr) == (1, "no such role: sideways\n")


# --- its parts -----------------------------------------------------------------------------------


def test_names_fit_together() -> None:
    groups = {group.name for group in ARBOR.target_groups}
    assert all(len(name) <= 32 for name in groups)
    families = {family.name for family in ARBOR.families}
    balancer = ARBOR.balancers[0]
    used = {balancer.target_group, *balancer.paths.values(), *balancer.host_groups.values()}
    assert used == groups
    assert {service.family for service in ARBOR.services} <= families
    assert {service.target_group for service in ARBOR.services} <= groups
    secrets = {secret.name for secret in ARBOR.secrets}
    asked = {s.partition(":")[0] for f in ARBOR.families for s in f.secrets.values()}
    assert asked == secrets


def test_the_alarms_ask_for_the_load_balancer_that_is_made() -> None:
    made = tomllib.loads((FOLDER / "steadyhand.toml").read_text())
    mock_random.seed(ARBOR.balancers[0].name)
    identity = mock_random.get_random_hex(16)
    mock_random.seed(None)
    asked = {
        alarm["dimensions"]["LoadBalancer"]
        for alarm in made["alarms"].values()
        if "LoadBalancer" in alarm.get("dimensions", {})
    }
    assert asked == {f"app/arbor-production-alb/{identity}"}
