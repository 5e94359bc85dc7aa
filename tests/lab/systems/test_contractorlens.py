"""ContractorLens as its users and its operators meet it, on a real PostgreSQL."""

import http.client
import json
import re
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
import uvicorn
from fastapi import FastAPI
from psycopg.conninfo import make_conninfo
from tests.lab.systems.migrating import migrate

from steadyhand.lab.processes import Processes, Program
from steadyhand.lab.systems import schemas
from steadyhand.lab.systems.contractorlens import CONTRACTORLENS, ESTIMATES, ROOMS, schema
from steadyhand.lab.systems.contractorlens.app.api import Product, create_app, open_pool
from steadyhand.lab.systems.contractorlens.app.enrichment import Gemini
from steadyhand.lab.systems.contractorlens.app.estimating import Item, Locality, Room, estimate
from steadyhand.lab.systems.contractorlens.app.identity import Firebase
from steadyhand.lab.systems.contractorlens.app.logs import take_over_library_logs
from steadyhand.lab.systems.contractorlens.app.queries import RELEASES
from steadyhand.lab.systems.contractorlens.app.wellbeing import REMEMBERED, TOO_LATE, Wellbeing
from steadyhand.lab.systems.parts import Request
from steadyhand.model.filter_pattern import matcher, parse_pattern

NewDatabase = Callable[[str], dict[str, str]]
KITCHEN = {
    "room_type": "kitchen",
    "dimensions": {"length": 10, "width": 10, "height": 8},
    "location": {"zip_code": "94105"},
}


def dsn(database: dict[str, str]) -> str:
    names = {"host": "HOST", "port": "PORT", "dbname": "NAME", "user": "USER"}
    given: dict[str, Any] = {key: database[f"DB_{name}"] for key, name in names.items()}
    return make_conninfo(password=database["DB_PASSWORD"], **given)


@pytest.fixture(scope="module")
def database(new_database: NewDatabase) -> dict[str, str]:
    made = new_database("contractorlens")
    migrate(schema.main, made)
    return made


def product(database: dict[str, str], line: str = "3.2", size: int = 2) -> Product:
    gemini = Gemini("", "", enabled=False)
    return Product(open_pool(dsn(database), size), RELEASES[line], gemini, Firebase("", ""))


@pytest.fixture(scope="module")
def made(database: dict[str, str]) -> Product:
    return product(database)


@contextmanager
def served(app: FastAPI) -> Iterator[httpx.Client]:
    """Serve on a real port. At the end every request is over, and what it printed is printed."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False))
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        try:
            address = f"http://127.0.0.1:{listening.getsockname()[1]}"
            with httpx.Client(base_url=address, timeout=20) as client:
                yield client
        finally:
            server.should_exit = True
            thread.join(10)


@pytest.fixture(scope="module")
def client(made: Product) -> Iterator[httpx.Client]:
    with served(create_app(made, "3.2.0")) as one:
        yield one


def send(client: httpx.Client, request: Request) -> httpx.Response:
    """Ask as the lab's users do."""
    headers = {"Content-Type": "application/json"} if request.body else {}
    return client.request(request.method, request.path, content=request.body, headers=headers)


def found(pattern: str, text: str) -> list[str]:
    """What a log search with this pattern finds among printed lines."""
    test = matcher(parse_pattern(pattern))
    return [line for line in text.splitlines() if test(line)]


# --- pricing -----------------------------------------------------------------------------------


def test_an_estimate_is_assemblies_at_local_prices_with_markup_and_tax() -> None:
    room = Room("den", Decimal(10), Decimal(12), Decimal(8))
    items = (
        Item("Paint", "walls", "Paint", "sq ft", "material", Decimal("1.1"), Decimal("0.50")),
        Item("Paint", "walls", "Painter", "hour", "labor", Decimal("0.02"), Decimal("40")),
        Item("Sink", "room", "Sink", "each", "material", Decimal(1), Decimal("300")),
    )
    locality = Locality("Testville", Decimal("1.2"), Decimal("1.5"), Decimal("0.10"))
    got = estimate(room, items, locality)
    # walls: 2 × (10 + 12) × 8 = 352
    assert [(line.quantity, line.unit_price, line.amount) for line in got.lines] == [
        (Decimal("387.20"), Decimal("0.60"), Decimal("232.32")),
        (Decimal("7.04"), Decimal("60.00"), Decimal("422.40")),
        (Decimal("1.00"), Decimal("360.00"), Decimal("360.00")),
    ]
    assert got.subtotal == Decimal("1014.72")
    assert got.markup == Decimal("202.94")
    assert got.tax == Decimal("121.77")
    assert got.total == Decimal("1339.43")


def test_the_runbooks_request_is_priced_kept_and_found_again(client: httpx.Client) -> None:
    answer = client.post("/api/v1/estimates", json=KITCHEN)
    assert answer.status_code == 201
    got = answer.json()
    assert got["region"] == "San Francisco, CA"
    assert got["enrichment"] == {"status": "disabled", "reason": "switched off", "notes": ""}
    assert len(got["line_items"]) > 10
    assert got["subtotal"] == pytest.approx(sum(line["amount"] for line in got["line_items"]))
    assert got["total"] == pytest.approx(got["subtotal"] + got["markup"] + got["tax"])
    assert client.get(f"/api/v1/estimates/{got['id']}").json() == got
    newest = client.get("/api/v1/estimates?zip_code=94105&limit=1").json()
    assert [row["id"] for row in newest] == [got["id"]]


def test_a_place_has_its_prices_and_every_room_has_assemblies(client: httpx.Client) -> None:
    totals: dict[str, float] = {}
    for zip_code in ("94105", "78701", "59001"):
        wanted = KITCHEN | {"location": {"zip_code": zip_code}}
        totals[zip_code] = client.post("/api/v1/estimates", json=wanted).json()["total"]
    assert totals["78701"] < totals["59001"] < totals["94105"]
    for room_type in ROOMS:
        assert client.post("/api/v1/estimates", json=KITCHEN | {"room_type": room_type}).is_success


@pytest.mark.parametrize(
    "change",
    [
        {"room_type": "spaceship"},
        {"room_type": "Kitchen; drop table items"},
        {"dimensions": {"length": 0, "width": 10, "height": 8}},
        {"dimensions": {"length": 10, "width": 10}},
        {"dimensions": {"length": "10", "width": 10, "height": 501}},
        {"location": {"zip_code": "9410"}},
    ],
)
def test_what_cannot_be_priced_is_refused(client: httpx.Client, change: dict[str, Any]) -> None:
    assert client.post("/api/v1/estimates", json=KITCHEN | change).status_code == 422


def test_a_wrong_method_is_told_the_right_ones(client: httpx.Client) -> None:
    answer = client.request("OPTIONS", "/api/v1/estimates")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, POST")
    assert client.request("HEAD", "/health").status_code == 405


def test_the_steady_traffic_is_answered_without_an_error(client: httpx.Client) -> None:
    kinds = set()
    for number in range(60):
        request = CONTRACTORLENS.user(number)
        answer = send(client, request)
        kinds.add((request.method, answer.status_code))
        assert answer.is_success, (request, answer.text)
    assert kinds == {("POST", 201), ("GET", 200)}
    assert client.get(f"/api/v1/estimates/{ESTIMATES}").is_success
    assert client.get("/api/v1/estimates/999999").status_code == 404


# --- releases, health, trouble -------------------------------------------------------------------


def test_the_early_release_is_healthy_and_fails_its_users(
    database: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    line = CONTRACTORLENS.bad_tag.rpartition(".")[0]
    with served(create_app(product(database, line), CONTRACTORLENS.bad_tag)) as client:
        assert client.get("/health").json() == {"status": "healthy", "version": "3.3.0"}
        assert client.get("/api/v1/health/database").status_code == 200
        statuses = set()
        for number in range(5):
            request = CONTRACTORLENS.user(number)
            answer = send(client, request)
            statuses.add(answer.status_code)
        assert statuses == {500}
    out = capsys.readouterr().out
    assert found("UndefinedColumn", out)
    assert found("ERROR estimate generation failed", out)


def test_health_is_about_the_process_and_database_health_about_the_database(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = str(closed.getsockname()[1])
    nowhere = {
        "DB_HOST": "127.0.0.1",
        "DB_PORT": port,
        "DB_NAME": "x",
        "DB_USER": "x",
        "DB_PASSWORD": "x",
    }
    with served(create_app(product(nowhere), "3.2.0")) as client:
        assert client.get("/health").status_code == 200
        answer = client.get("/api/v1/health/database")
        assert answer.status_code == 503
        assert answer.json() == {"status": "unhealthy", "database": "unreachable"}
    assert found('ERROR "connection pool"', capsys.readouterr().out)


def test_a_process_is_unwell_while_its_loop_is_late() -> None:
    now = 100.0
    one = Wellbeing(lambda: now)
    seen = []
    for late, later in ((TOO_LATE - 0.1, 0.0), (TOO_LATE + 0.1, REMEMBERED - 0.1), (0.0, 0.2)):
        one.arrived(late)
        now += later
        seen.append(one.well)
    assert seen == [True, False, True]


def test_an_exhausted_pool_is_a_503_that_the_log_explains(
    database: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    tight = product(database, size=1)
    patience = tight.pool.timeout
    with served(create_app(tight, "3.2.0")) as client:
        with tight.pool.connection(timeout=5):
            tight.pool.timeout = 0.2
            answer = client.post("/api/v1/estimates", json=KITCHEN)
        tight.pool.timeout = patience
        assert client.post("/api/v1/estimates", json=KITCHEN).status_code == 201
        assert answer.status_code == 503
        out = capsys.readouterr().out
        assert found('ERROR "connection pool exhausted"', out)
        assert found("ERROR estimate generation failed", out)
        # What the pool holds is said now and then, whether or not it is in trouble.
        deadline = time.monotonic() + 30
        while not found('INFO "connection pool: pool_size="', out) and time.monotonic() < deadline:
            time.sleep(0.05)
            out += capsys.readouterr().out
        assert found('INFO "connection pool: pool_size="', out)


def test_a_refused_login_is_in_the_log(
    database: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    take_over_library_logs()
    with served(create_app(product(database | {"DB_PASSWORD": "old"}), "3.2.0")) as client:
        assert client.get("/api/v1/health/database").status_code == 503
    assert found('"authentication failed"', capsys.readouterr().out)


# --- the log's form ------------------------------------------------------------------------------


def test_the_bracket_patterns_of_operators_find_what_they_are_after(
    database: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    with served(create_app(product(database), "3.2.0")) as client:
        client.get("/api/v1/estimates/1")
        client.get('/api/v1/a "b" [c] d')
        client.get("/health")
    out = capsys.readouterr().out
    access = found("[timestamp, request_id, level, method, path, status >= 200]", out)
    assert [line.split(" ")[3:] for line in access] == [
        ["GET", "/api/v1/estimates/1", "200"],
        ["GET", "/api/v1/a%20%22b%22%20%5Bc%5D%20d", "404"],
    ]
    durations = found("[timestamp, request_id, level, duration >= 0]", out)
    assert [line.split(" ")[1] for line in durations] == [line.split(" ")[1] for line in access]
    assert not found("[timestamp, request_id, level, duration > 5000]", out)
    assert not found("[timestamp, request_id, level=ERROR, ...]", out)
    timestamp = access[0].split(" ")[0]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", timestamp)

    broken = product(database)
    slow = replace(
        broken.queries,
        estimate="select pg_sleep(0.06), 1 / (id - id) from estimates where id = %(id)s",
    )
    with served(create_app(replace(broken, queries=slow), "3.2.0")) as client:
        assert client.get("/api/v1/estimates/1").status_code == 500
    out = capsys.readouterr().out
    assert len(found("[timestamp, request_id, level=ERROR, ...]", out)) == 3
    assert found("[timestamp, request_id, level, duration > 50]", out)


# --- the schema ----------------------------------------------------------------------------------


def test_the_schema_goes_up_down_and_up_and_seeds_once(new_database: NewDatabase) -> None:
    database = new_database("contractorlens_schema")
    migrate(schema.main, database)
    migrate(schema.main, database)
    with psycopg.connect(dsn(database), autocommit=True) as connection:

        def one(query: str) -> Any:
            row = connection.execute(query.encode()).fetchone()
            return row and row[0]

        assert one("select count(*) from estimates") == ESTIMATES
        assert one("select max(id) from estimates") == ESTIMATES
        assert one("select version_num from alembic_version") == "0003"
        migrate(schema.main, database, "-1")
        assert one("select count(*) from estimates") == ESTIMATES
        owners = (
            "select count(*) from information_schema.columns "
            "where table_name = 'estimates' and column_name = 'owner'"
        )
        assert one(owners) == 0
        migrate(schema.main, database, "base")
        # Alembic's own is left; views are the database's extensions.
        assert one("select string_agg(relname, ' ') from pg_stat_user_tables") == "alembic_version"
        migrate(schema.main, database)
        assert one("select count(*) from estimates") == ESTIMATES


def test_the_address_of_the_schema_is_the_databases(new_database: NewDatabase) -> None:
    database = new_database("contractorlens_moved")
    schemas.move(schemas.configured(schema.MIGRATIONS), schemas.address(database), "0001")
    with psycopg.connect(dsn(database)) as connection:
        row = connection.execute("select to_regclass('items'), to_regclass('estimates')").fetchone()
    assert row == ("items", None)


# --- the process ---------------------------------------------------------------------------------


def ask(port: int, method: str, path: str, body: str = "") -> tuple[int, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(method, path, body or None, {"Content-Type": "application/json"})
        response = connection.getresponse()
        return response.status, json.loads(response.read())
    finally:
        connection.close()


def test_the_program_serves_until_sigterm_and_stays_small(
    database: dict[str, str], processes: Processes, source_folder: Path
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = {
        **database,
        "VERSION": "3.2.7",
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "STOP_SECONDS": "2",
        "ML_ENABLED": "false",
        "PYTHONPATH": str(source_folder),
    }
    lines: list[str] = []
    argv = (sys.executable, "-m", CONTRACTORLENS.families[0].module)
    process = processes.spawn(Program("contractorlens", argv, settings), lines.append)
    for _ in range(100):
        try:
            status, answer = ask(port, "GET", "/health")
            break
        except OSError:
            time.sleep(0.1)
    else:
        pytest.fail("\n".join(lines))
    assert (status, answer["version"]) == (200, "3.2.7")
    assert ask(port, "POST", "/api/v1/estimates", json.dumps(KITCHEN))[0] == 201
    resident = int(Path(f"/proc/{process.pid}/statm").read_text().split()[1]) * 4096
    assert resident < 80 * 2**20
    process.send_signal(signal.SIGTERM)
    assert process.wait(5) == 0
    processes.forget(process.pid)
    assert found("INFO stopped", "\n".join(lines))
