"""Conflicto by itself: its application on a real PostgreSQL, its migrations, its programs."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import tomllib
import urllib.request
import warnings
from collections.abc import Callable, Iterator
from contextlib import suppress
from io import StringIO
from pathlib import Path

import psycopg
import pytest
from moto.moto_api._internal import mock_random

from steadyhand.lab.loopback import free_port
from steadyhand.lab.processes import Processes, Program, clean_environment
from steadyhand.lab.systems import conflicto
from steadyhand.lab.systems.conflicto import CONFLICTO, LIVE, user
from steadyhand.lab.systems.conflicto.app.api import Release, create_app
from steadyhand.lab.systems.conflicto.app.database import open_pool
from steadyhand.lab.systems.conflicto.migrate import (
    LOCK,
    NotMigrated,
    Patience,
    migrate,
    newest,
    url_from_environment,
)
from steadyhand.lab.tools import TOOLS
from steadyhand.lab.tools.call import Call, LabInfo
from steadyhand.lab.tools.terraform.hcl import parse
from steadyhand.lab.tools.terraform.project import load, read
from steadyhand.model.filter_pattern import matcher, parse_pattern

with warnings.catch_warnings():
    # It would rather have another HTTP client than the one that is there.
    warnings.filterwarnings("ignore", message="Using `httpx`")
    from fastapi.testclient import TestClient

BACKEND = Path(conflicto.__file__).parent / "backend"
SLOW = "[timestamp, request_id, method, path, status_code, response_time > 2000]"
REFUSED = "[timestamp, request_id, method, path, status_code >= 400]"
SIX = re.compile(r"\S+Z [0-9a-f]{16} [A-Z]+ /\S* \d{3} \d+\.\d")

NewDatabase = Callable[[str], dict[str, str]]


def dsn_of(given: dict[str, str]) -> str:
    names = {"host": "HOST", "port": "PORT", "dbname": "NAME", "user": "USER"}
    words = {key: given[f"DB_{name}"] for key, name in names.items()}
    return psycopg.conninfo.make_conninfo(**words, password=given["DB_PASSWORD"])


def url_of(given: dict[str, str]) -> str:
    login = f"{given['DB_USER']}:{given['DB_PASSWORD']}"
    return f"postgresql://{login}@{given['DB_HOST']}:{given['DB_PORT']}/{given['DB_NAME']}"


def seed(given: dict[str, str]) -> None:
    command = (sys.executable, "-m", CONFLICTO.database.migrate)
    subprocess.run(command, env=clean_environment(given), check=True, timeout=60)


@pytest.fixture(scope="module")
def database(new_database: NewDatabase) -> dict[str, str]:
    given = new_database("conflicto")
    seed(given)
    return given


@pytest.fixture(scope="module")
def client(database: dict[str, str]) -> Iterator[TestClient]:
    app = create_app(open_pool(dsn_of(database)), Release("0.1.7"))
    with TestClient(app) as made:
        yield made


@pytest.fixture
def spoiled(database: dict[str, str]) -> dict[str, str]:
    """A seeded database of its own, for a test that damages it: a copy of the other's files."""
    name = f"spoiled_{time.monotonic_ns()}"
    with psycopg.connect(dsn_of(database | {"DB_NAME": "postgres"}), autocommit=True) as admin:
        admin.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = 'conflicto'"
        )
        deadline = time.monotonic() + 5
        while True:
            try:
                admin.execute(f"create database {name} template conflicto".encode())
                return database | {"DB_NAME": name}
            except psycopg.errors.ObjectInUse:  # a pool was quicker
                assert time.monotonic() < deadline
                time.sleep(0.05)


def new_session(client: TestClient) -> tuple[str, dict[str, str]]:
    made = client.post("/api/v1/sessions", json={"title": "All hands"})
    assert made.status_code == 201
    return made.json()["code"], {"X-Presenter-Key": made.json()["presenter_key"]}


def new_poll(client: TestClient, code: str, key: dict[str, str], status: str = "open") -> int:
    given = {"question": "Lunch?", "options": ["yes", "no"]}
    made = client.post(f"/api/v1/sessions/{code}/polls", json=given, headers=key)
    assert made.status_code == 201
    assert made.json()["status"] == "draft"
    poll = int(made.json()["id"])
    put = client.put(f"/api/v1/polls/{poll}/status", json={"status": status}, headers=key)
    assert put.status_code == 200
    return poll


def join(client: TestClient, code: str) -> dict[str, str]:
    made = client.post(f"/api/v1/sessions/{code}/join", json={"nickname": "Ada"})
    assert made.status_code == 201
    return {"X-Participant-Token": made.json()["participant_token"]}


def votes(client: TestClient, poll: int) -> list[int]:
    results = client.get(f"/api/v1/polls/{poll}/results").json()
    counted = [option["votes"] for option in results["options"]]
    assert sum(counted) == results["response_count"]
    return counted


def options(client: TestClient, poll: int) -> list[int]:
    return [o["id"] for o in client.get(f"/api/v1/polls/{poll}/results").json()["options"]]


# --- health ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "status"), [("", "healthy"), ("live", "alive"), ("ready", "ready")]
)
def test_health_tells_five_fields(client: TestClient, path: str, status: str) -> None:
    answer = client.get(f"/api/v1/health/{path}")
    assert answer.status_code == 200
    told = answer.json()
    assert {**told, "timestamp": ""} == {
        "status": status,
        "timestamp": "",
        "version": "0.1.0",
        "environment": "prod",
        "app_version": "0.1.7",
        **({"database": "connected"} if path == "ready" else {}),
    }
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", told["timestamp"])


def test_health_knows_get_only(client: TestClient) -> None:
    answer = client.head("/api/v1/health/")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")


def test_without_its_database_it_lives_and_is_not_ready() -> None:
    nowhere = f"host=127.0.0.1 port={free_port()} dbname=none user=none password=none"
    pool = open_pool(nowhere)
    pool.timeout = 0.2
    with TestClient(create_app(pool, Release("0.1.7"))) as client:
        assert client.get("/api/v1/health/").status_code == 200
        assert client.get("/api/v1/health/live").status_code == 200
        answer = client.get("/api/v1/sessions/LIVE01")
        assert (answer.status_code, answer.json()) == (503, {"detail": "database unavailable"})
        ready = client.get("/api/v1/health/ready")
        assert (ready.status_code, ready.json()["database"]) == (503, "unavailable")


# --- the product ----------------------------------------------------------------------------------


def test_each_participant_has_one_response_and_may_change_it(client: TestClient) -> None:
    code, key = new_session(client)
    poll = new_poll(client, code, key)
    yes, no = options(client, poll)
    ada, ben = join(client, code), join(client, code.lower())
    where = f"/api/v1/polls/{poll}/responses"
    assert client.post(where, json={"option_id": yes}, headers=ada).status_code == 201
    assert client.post(where, json={"option_id": yes}, headers=ben).status_code == 201
    assert votes(client, poll) == [2, 0]
    assert client.post(where, json={"option_id": no}, headers=ada).status_code == 200
    assert votes(client, poll) == [1, 1]


def test_a_poll_takes_responses_only_while_it_is_open(client: TestClient) -> None:
    code, key = new_session(client)
    poll = new_poll(client, code, key, "closed")
    yes, _ = options(client, poll)
    where, ada = f"/api/v1/polls/{poll}/responses", join(client, code)
    assert client.post(where, json={"option_id": yes}, headers=ada).status_code == 409
    client.put(f"/api/v1/polls/{poll}/status", json={"status": "open"}, headers=key)
    assert client.post(where, json={"option_id": yes}, headers=ada).status_code == 201
    other = options(client, new_poll(client, code, key))[0]
    assert client.post(where, json={"option_id": other}, headers=ada).status_code == 409


def test_only_the_audience_of_a_session_answers_its_polls(client: TestClient) -> None:
    code, key = new_session(client)
    poll = new_poll(client, code, key)
    stranger = join(client, new_session(client)[0])
    given = {"option_id": options(client, poll)[0]}
    answer = client.post(f"/api/v1/polls/{poll}/responses", json=given, headers=stranger)
    assert answer.status_code == 403
    assert votes(client, poll) == [0, 0]
    wrong = client.put(f"/api/v1/polls/{poll}/status", json={"status": "closed"}, headers=stranger)
    assert wrong.status_code == 401


def test_many_answer_at_once_and_all_are_counted(client: TestClient) -> None:
    code, key = new_session(client)
    poll = new_poll(client, code, key)
    yes, no = options(client, poll)
    tokens = [join(client, code) for _ in range(12)]

    def answer(token: dict[str, str]) -> None:
        for option in (yes, no, yes):
            client.post(
                f"/api/v1/polls/{poll}/responses", json={"option_id": option}, headers=token
            )

    threads = [threading.Thread(target=answer, args=(token,)) for token in tokens]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert votes(client, poll) == [12, 0]
    session = client.get(f"/api/v1/sessions/{code}").json()
    assert session["participant_count"] == 12


def test_a_screen_that_polls_sees_each_change_once(client: TestClient) -> None:
    code, key = new_session(client)
    where, ada, ben = f"/api/v1/sessions/{code}/questions", join(client, code), join(client, code)
    first, second = (
        client.post(where, json={"body": body}, headers=ada).json()["id"] for body in "ab"
    )
    seen = client.get(where).json()
    assert [question["id"] for question in seen["questions"]] == [first, second]
    assert client.get(where, params={"since": seen["since"]}).json()["questions"] == []
    upvote = client.post(f"{where}/{first}/upvote", headers=ben)
    assert (upvote.status_code, upvote.json()["upvotes"]) == (200, 1)
    assert client.post(f"{where}/{first}/upvote", headers=ben).status_code == 409
    assert client.post(f"{where}/{second}/answered", headers=key).json()["answered"] is True
    page = client.get(where, params={"since": seen["since"], "limit": 1}).json()
    assert ([q["id"] for q in page["questions"]], page["more"]) == ([first], True)
    page = client.get(where, params={"since": page["since"], "limit": 1}).json()
    assert ([q["id"] for q in page["questions"]], page["more"]) == ([second], False)


def test_nothing_happens_in_a_session_that_has_ended(client: TestClient) -> None:
    code, key = new_session(client)
    ada = join(client, code)
    assert client.post(f"/api/v1/sessions/{code}/end", headers=key).json()["status"] == "ended"
    asked = client.post(f"/api/v1/sessions/{code}/questions", json={"body": "?"}, headers=ada)
    joined = client.post(f"/api/v1/sessions/{code}/join", json={"nickname": "Late"})
    again = client.post(f"/api/v1/sessions/{code}/end", headers=key)
    assert [asked.status_code, joined.status_code, again.status_code] == [409, 409, 409]


def test_a_wrong_key_is_refused_and_written_down(
    client: TestClient, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _ = new_session(client)
    capsys.readouterr()
    other = client.post(f"/api/v1/sessions/{code}/end", headers={"X-Presenter-Key": "guess"})
    none = client.post(f"/api/v1/sessions/{code}/questions", json={"body": "?"})
    assert [other.status_code, none.status_code] == [401, 401]
    lines = capsys.readouterr().out.splitlines()
    failed = [line for line in lines if matcher(parse_pattern('"authentication failed"'))(line)]
    assert [line.split(" ", 3)[2:] for line in failed] == [
        ["WARNING", "authentication failed for presenter"],
        ["WARNING", "authentication failed for participant"],
    ]
    stranger = join(client, new_session(client)[0])
    asked = client.post(f"/api/v1/sessions/{code}/questions", json={"body": "?"}, headers=stranger)
    assert asked.status_code == 403


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/api/v1/sessions/NOSUCH", None),
        ("GET", "/api/v1/polls/999999/results", None),
        ("POST", "/api/v1/sessions/NOSUCH/join", {"nickname": "Ada"}),
    ],
)
def test_what_is_not_there_is_not_found(
    client: TestClient, method: str, path: str, body: object
) -> None:
    assert client.request(method, path, json=body).status_code == 404


@pytest.mark.parametrize("title", ["", "a\0b", "x" * 201])
def test_a_title_that_cannot_be_kept_is_refused(client: TestClient, title: str) -> None:
    assert client.post("/api/v1/sessions", json={"title": title}).status_code == 422


# --- the log --------------------------------------------------------------------------------------


def test_the_log_lines_fit_the_patterns(
    client: TestClient, database: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    client.get("/api/v1/sessions/LIVE01")
    client.get("/api/v1/sessions/NO SUCH%0aTHING")
    client.get("/api/v1/health/")
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    assert SIX.fullmatch(lines[0])
    assert SIX.fullmatch(lines[1])
    refused = matcher(parse_pattern(REFUSED))
    assert [refused(line) for line in lines] == [False, False, True]
    assert not any(map(matcher(parse_pattern(SLOW)), lines))
    slowed = lines[0].rpartition(" ")[0] + " 2000.5"
    assert matcher(parse_pattern(SLOW))(slowed)
    assert f" {database['DB_PASSWORD']}" not in "\n".join(lines)


def test_a_slow_answer_shows_as_slow(
    client: TestClient, database: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    with psycopg.connect(dsn_of(database)) as blocker:
        blocker.execute("lock table polls in access exclusive mode")
        answered: list[int] = []
        asking = threading.Thread(
            target=lambda: answered.append(client.get("/api/v1/polls/1/results").status_code)
        )
        asking.start()
        time.sleep(0.3)
        assert not answered
    asking.join(10)
    slow = SLOW.replace("2000", "250")
    line = capsys.readouterr().out.splitlines()[-1]
    assert (answered, matcher(parse_pattern(slow))(line)) == ([200], True)


def test_the_release_made_too_early_is_healthy_and_fails_its_users(
    database: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    app = create_app(open_pool(dsn_of(database)), Release(CONFLICTO.bad_tag))
    with TestClient(app) as client:
        assert client.get("/api/v1/health/").json()["version"] == "0.2.0"
        assert client.get("/api/v1/health/ready").status_code == 200
        for path in ("/api/v1/sessions/LIVE01", "/api/v1/sessions/LIVE01/questions"):
            assert client.get(path).status_code == 500
    errors = [line for line in capsys.readouterr().out.splitlines() if " ERROR " in line]
    assert len(errors) == 2
    assert all("Exception UndefinedColumn" in line for line in errors)


# --- users ----------------------------------------------------------------------------------------


def test_the_users_of_the_lab_are_never_refused(client: TestClient) -> None:
    asked = set()
    for number in range(0, 1200, 7):
        request = user(number)
        headers = dict(request.headers) | {"Content-Type": "application/json"}
        answer = client.request(request.method, request.path, content=request.body, headers=headers)
        assert answer.status_code in (200, 201), (request, answer.text)
        asked.add((request.method, re.sub(r"\d+|\?.*", "", request.path)))
    assert len(asked) == 6
    assert {user(n).path for n in range(12 * LIVE) if "results" in user(n).path}


# --- migrations and the operators' programs -------------------------------------------------------


def script(given: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        (sys.executable, *words),
        cwd=BACKEND,
        env=clean_environment({"DATABASE_URL": url_of(given), "ENVIRONMENT": "prod"}),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_schema_goes_up_and_down_and_up_again(new_database: NewDatabase) -> None:
    given = new_database("conflicto_steps")

    def tables() -> set[str]:
        with psycopg.connect(dsn_of(given)) as connection:
            query = "select tablename from pg_tables where schemaname = 'public'"
            return {row[0] for row in connection.execute(query)}

    assert script(given, "-m", "alembic", "upgrade", "head").returncode == 0
    full = tables()
    assert {"sessions", "responses", "question_votes"} < full
    assert script(given, "-m", "alembic", "downgrade", "-1").returncode == 0
    assert full - tables() == {"questions", "question_votes"}
    assert script(given, "-m", "alembic", "downgrade", "base").returncode == 0
    assert tables() == {"alembic_version"}
    done = script(given, "scripts/migrate.py")
    assert (done.returncode, tables()) == (0, full)
    shown = script(given, "-m", "alembic", "current")
    assert shown.stdout.split() == [newest(), "(head)"]


def test_seeding_twice_changes_nothing(database: dict[str, str]) -> None:
    with psycopg.connect(dsn_of(database)) as connection:
        query = "select count(*) from sessions"
        before = connection.execute(query).fetchone()
        seed(database)
        assert connection.execute(query).fetchone() == before


def test_a_stuck_migration_shows_in_pg_locks_and_retry_outlives_it(
    database: dict[str, str],
) -> None:
    waiting = "select count(*) from pg_locks where not granted and locktype = 'advisory'"
    with psycopg.connect(dsn_of(database), autocommit=True) as holder:
        holder.execute("select pg_advisory_lock(%s)", (LOCK,))
        stuck = script(database, "scripts/migrate.py", "--wait", "0.1")
        assert (stuck.returncode, "lock timeout" in stuck.stderr) == (1, True)
        shown: list[int] = []

        def release() -> None:
            deadline = time.monotonic() + 20
            while not shown and time.monotonic() < deadline:
                row = holder.execute(waiting).fetchone()
                if row and row[0]:
                    shown.append(row[0])
                time.sleep(0.01)
            time.sleep(0.3)
            holder.execute("select pg_advisory_unlock(%s)", (LOCK,))

        releasing = threading.Thread(target=release)
        releasing.start()
        done = script(database, "scripts/migrate.py", "--retry", "--wait", "0.2")
        releasing.join(25)
    assert (done.returncode, shown) == (0, [1])
    assert "attempt 1 of 5 failed" in done.stdout
    assert done.stdout.endswith("nothing to do\n")


def test_a_migration_says_why_it_did_nothing() -> None:
    with pytest.raises(NotMigrated, match="DATABASE_URL is not set"):
        url_from_environment({})
    with pytest.raises(NotMigrated) as caught:
        url_from_environment({"DATABASE_URL": "postgres//x:secret"})
    assert "secret" not in str(caught.value)
    nowhere = {"DATABASE_URL": f"postgresql+asyncpg://x:y@127.0.0.1:{free_port()}/x"}
    said: list[str] = []
    with pytest.raises(NotMigrated):
        migrate(url_from_environment(nowhere), Patience(1, 3, 0.01), said.append)
    assert len(said) == 6 - 3  # one line each; none came to the lock


DAMAGES = {
    "1 × responses.option_id names no row of poll_options": (
        "alter table responses drop constraint responses_option_id_fkey",
        "delete from poll_options where id = (select min(option_id) from responses "
        "where option_id in (select option_id from responses group by 1 having count(*) = 1))",
    ),
    "1 × participants answered a poll more than once": (
        "alter table responses drop constraint responses_once",
        "insert into responses (poll_id, participant_id, option_id) "
        "select poll_id, participant_id, option_id from responses limit 1",
        "update polls set response_count = (select count(*) from responses "
        "where poll_id = polls.id)",
    ),
    "2 × polls.response_count is wrong": (
        "update polls set response_count = response_count + 1 where id in (1, 2)",
    ),
    "1 × responses chose an option of another poll": (
        "update responses set option_id = (select max(id) from poll_options) "
        "where id = (select min(id) from responses)",
    ),
    "the schema is at 0001, not at 0002": ("update alembic_version set version_num = '0001'",),
}


@pytest.mark.parametrize("problem", DAMAGES)
def test_damaged_data_is_told(spoiled: dict[str, str], problem: str) -> None:
    if "option_id names" in problem:  # such an option has to be there first
        with psycopg.connect(dsn_of(spoiled)) as connection:
            connection.execute("delete from responses where poll_id = 1")
            connection.execute(
                "insert into responses (poll_id, participant_id, option_id) values (1, 1, 1)"
            )
            connection.execute("update polls set response_count = 1 where id = 1")
    with psycopg.connect(dsn_of(spoiled)) as connection:
        for statement in DAMAGES[problem]:
            connection.execute(statement.encode())
    done = script(spoiled, "scripts/validate_data.py")
    assert (done.returncode, done.stdout.splitlines()[0]) == (1, f"FAILED {problem}")


def test_sound_data_passes(spoiled: dict[str, str]) -> None:
    done = script(spoiled, "scripts/validate_data.py")
    assert (done.returncode, done.stdout) == (0, "all 21 checks passed\n")


# --- what lies beside it --------------------------------------------------------------------------


def test_the_alarms_ask_for_the_metrics_of_the_load_balancer() -> None:
    settings = tomllib.loads((CONFLICTO.folder / "steadyhand.toml").read_text())
    name = CONFLICTO.balancers[0].name
    mock_random.seed(name)
    wanted = f"app/{name}/{mock_random.get_random_hex(16)}"
    mock_random.seed(None)
    for alarm in ("Response Time", "Error Rate"):
        assert settings["alarms"][alarm]["dimensions"] == {"LoadBalancer": wanted}


def at_desk(tmp_path: Path, line: str, folder: str, **env: str) -> tuple[int, str, str]:
    """Type a line where an operator would: in a folder of the checkout."""
    words, out, err = tuple(line.split()), StringIO(), StringIO()
    cwd = CONFLICTO.folder / folder
    code = TOOLS[words[0]](Call(words, StringIO(), out, err, cwd, env, LabInfo(tmp_path)))
    return code, out.getvalue(), err.getvalue()


def test_its_terraform_folder_is_sound(tmp_path: Path) -> None:
    said = at_desk(tmp_path, "terraform validate", "iac/environments/prod")
    assert said == (0, "Success! The configuration is valid.\n\n", "")
    project = load(read(CONFLICTO.folder / "iac/environments/prod"), [_size()], {})
    declared = {resource.address: resource.values for resource in project.resources}
    family, service = CONFLICTO.families[0], CONFLICTO.services[0]
    assert declared["aws_ecs_service.backend"]["name"] == service.name
    assert declared["aws_ecs_service.backend"]["desired_count"] == service.desired
    assert declared["aws_ecs_task_definition.backend"]["cpu"] == family.cpu
    database = declared["aws_db_instance.main"]
    assert database["identifier"] == CONFLICTO.database.instance
    assert database["instance_class"] == CONFLICTO.database.instance_class


def _size() -> dict[str, object]:
    return dict(
        parse((CONFLICTO.folder / "iac/environments/prod/terraform.tfvars").read_text()).values
    )


def test_poetry_runs_its_programs(database: dict[str, str], tmp_path: Path) -> None:
    env = clean_environment({"DATABASE_URL": url_of(database)})
    code, out, err = at_desk(tmp_path, "poetry run alembic current", "backend", **env)
    assert (code, out, err) == (0, f"{newest()} (head)\n", "")
    line = "poetry run python scripts/validate_data.py"
    assert at_desk(tmp_path, line, "backend", **env)[0] == 0


# --- the program ----------------------------------------------------------------------------------


def test_the_program_serves_and_drains(
    database: dict[str, str], processes: Processes, source_folder: Path
) -> None:
    port, said = free_port(), list[str]()
    environment = {
        **database,
        "VERSION": "0.1.7",
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "STOP_SECONDS": "5",
        "PYTHONPATH": str(source_folder),
    }
    argv = (sys.executable, "-m", CONFLICTO.families[0].module)
    running = processes.spawn(Program("conflicto", argv, environment), said.append)
    where = f"http://127.0.0.1:{port}/api/v1/polls/2/results"
    deadline = time.monotonic() + 20
    while True:
        with suppress(OSError), urllib.request.urlopen(where, timeout=5) as answer:
            assert json.load(answer)["id"] == 2
            break
        assert time.monotonic() < deadline, said
        time.sleep(0.05)
    with psycopg.connect(dsn_of(database)) as blocker:
        blocker.execute("lock table polls in access exclusive mode")
        answered: list[int] = []

        def ask() -> None:
            with urllib.request.urlopen(where, timeout=10) as late:
                answered.append(late.status)

        asking = threading.Thread(target=ask)
        asking.start()
        time.sleep(0.3)
        os.kill(running.pid, signal.SIGTERM)
        time.sleep(0.3)
        assert running.poll() is None  # a request is under way
    asking.join(10)
    assert (answered, running.wait(10)) == ([200], 0)
    assert any("stopped app_version=0.1.7" in line for line in said)
