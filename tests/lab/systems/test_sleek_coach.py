"""Sleek Coach as its members meet it: on real PostgreSQL and Valkey, with a stand-in provider."""

import http.client
import json
import signal
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest
import redis
from alembic.config import Config
from psycopg.rows import dict_row
from tests.lab.providers.running import running
from tests.lab.systems.migrating import migrate

from steadyhand.lab.loopback import LOOPBACK, free_port
from steadyhand.lab.processes import Processes, Program
from steadyhand.lab.providers.known import address
from steadyhand.lab.providers.server import Providers
from steadyhand.lab.systems import schemas
from steadyhand.lab.systems.sleek_coach import (
    ANTHROPIC_KEY,
    GEMINI_KEY,
    MEMBERS,
    OPENAI_KEY,
    PASSWORD,
    SIGNING_KEY,
    SLEEK_COACH,
    crawler,
    schema,
    user,
)
from steadyhand.lab.systems.sleek_coach.app import passwords
from steadyhand.lab.systems.sleek_coach.app.api import create_app
from steadyhand.lab.systems.sleek_coach.app.coach.conversation import FALLBACK, shortened
from steadyhand.lab.systems.sleek_coach.app.coach.safety import judge_answer, judge_question
from steadyhand.lab.systems.sleek_coach.app.guard import CHATS, FAILED_LOGINS
from steadyhand.lab.systems.sleek_coach.app.jobs import run_job
from steadyhand.lab.systems.sleek_coach.app.jobs.old_logs import day_of
from steadyhand.lab.systems.sleek_coach.app.queries import RELEASES
from steadyhand.lab.systems.sleek_coach.app.settings import Settings, settings
from steadyhand.lab.systems.sleek_coach.app.tokens import (
    LIFETIME,
    BadToken,
    access_token,
    member_of,
)
from steadyhand.model.filter_pattern import matcher, parse_pattern

with warnings.catch_warnings():
    # It would rather have another HTTP client than the one that is there.
    warnings.filterwarnings("ignore", message="Using `httpx`")
    from fastapi.testclient import TestClient

NewDatabase = Callable[[str], dict[str, str]]
Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def running_providers() -> Iterator[Providers]:
    with running() as made:
        yield made


@pytest.fixture
def openai(running_providers: Providers) -> Any:
    """The provider's account, well."""
    account = running_providers.accounts["openai"]
    account.set({})
    return account


@pytest.fixture(scope="module")
def environment(
    new_database: NewDatabase, valkey: redis.Redis, running_providers: Providers
) -> dict[str, str]:
    given = new_database("sleek_coach")
    migrate(schema.main, given)
    migrate(schema.main, given)  # a second time changes nothing
    port = valkey.connection_pool.connection_kwargs["port"]
    return {
        **given,
        "VERSION": "2.4.7",
        "REDIS_URL": f"redis://{LOOPBACK}:{port}/0",
        "AWS_ENDPOINT_URL": f"http://{LOOPBACK}:{free_port()}",  # nobody answers there
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "ASIATEST",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "PHOTO_BUCKET": "photos",
        "TOKEN_SIGNING_KEY": SIGNING_KEY,
        "OPENAI_URL": address(running_providers.host, running_providers.port, "openai"),
        "OPENAI_API_KEY": OPENAI_KEY,
        "AI_TIMEOUT_SECONDS": "2",
    }


@pytest.fixture(scope="module")
def given(environment: dict[str, str]) -> Settings:
    return settings(environment)


@pytest.fixture(scope="module")
def client(given: Settings) -> Iterator[TestClient]:
    with TestClient(create_app(given)) as made:
        yield made


@pytest.fixture
def fresh(valkey: redis.Redis) -> None:
    """Nobody has asked yet."""
    valkey.flushall()


@pytest.fixture(scope="module")
def rows(given: Settings) -> Iterator[Callable[..., Rows]]:
    with psycopg.connect(given.dsn, autocommit=True, row_factory=dict_row) as connection:

        def ask(query: str, **values: Any) -> Rows:
            cursor = connection.execute(query.encode(), values)
            return cursor.fetchall() if cursor.description else []

        yield ask


def as_member(number: int) -> dict[str, str]:
    return {"Authorization": f"Bearer {access_token(number, SIGNING_KEY, time.time())}"}


def chat(client: TestClient, text: str, member: int = 7, **more: Any) -> dict[str, Any]:
    sent = {"message": text, **more}
    answer = client.post("/coach/chat", json=sent, headers=as_member(member))
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def found(pattern: str, text: str) -> list[dict[str, Any]]:
    """What a log search with this pattern finds among printed lines."""
    test = matcher(parse_pattern(pattern))
    return [json.loads(line) for line in text.splitlines() if test(line)]


# --- what is pure ------------------------------------------------------------------------------


def test_a_token_is_its_member_s_until_it_ends() -> None:
    token = access_token(7, "key", 1000)
    assert member_of(token, "key", 1000 + LIFETIME - 1) == 7
    for bad, key, now in (
        (token, "key", 1000 + LIFETIME),
        (token, "other", 1000),
        (token[:-1] + ("A" if token[-1] != "A" else "B"), "key", 1000),
        (
            access_token(8, "key", 1000).rpartition(".")[0] + "." + token.rpartition(".")[2],
            "key",
            1,
        ),
        ("", "key", 1000),
        ("é.ü.ß", "key", 1000),
    ):
        with pytest.raises(BadToken):
            member_of(bad, key, now)


def test_a_password_is_kept_as_what_it_is_not() -> None:
    kept = passwords.kept("secret")
    assert "secret" not in kept
    assert passwords.fits("secret", kept)
    assert not passwords.fits("Secret", kept)
    assert not passwords.fits("", passwords.NOBODY)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("I want to kill myself", "crisis"),
        ("I have chest pain after sprints", "emergency"),
        ("Is it fine to throw up after dinner?", "eating-disorder"),
        ("Which steroids work best?", "substances"),
        ("I am 14 and want to lose weight", "minor"),
        ("Plan 800 calories a day for me", "too-few-calories"),
        ("Plan 1800 calories a day for me", None),
        ("I did 14 km and want to lose weight", None),
        ("How do I train for a 10 km run?", None),
        ("My meal had 650 calories", None),
    ],
)
def test_what_a_coach_does_not_talk_about(text: str, rule: str | None) -> None:
    broken = judge_question(text)
    assert (broken and broken.name) == rule


def test_what_a_model_may_not_say() -> None:
    assert judge_answer("Take 400 mg of it daily") is not None
    assert judge_answer("Eat 900 kcal per day") is not None
    assert judge_answer("Eat 30 g of protein with each meal") is None


def test_a_long_conversation_is_sent_shortened() -> None:
    past = [{"role": "member", "content": f"{n} " + "word " * 200} for n in range(20)]
    sent = shortened(past)
    assert sum(len(str(one["content"])) for one in sent[1:]) <= 6000
    assert str(sent[0]["content"]).startswith("Earlier in this conversation: ")
    assert sent[-1] == {"role": "user", "content": past[-1]["content"]}
    assert len(sent) == 1 + 5
    assert shortened(past[:2])[0]["role"] == "user"


# --- members and what they log -------------------------------------------------------------------


@pytest.mark.usefixtures("fresh", "openai")
def test_the_traffic_of_the_lab_is_answered(client: TestClient) -> None:
    expected = {"POST /api/v1/check-ins": 201, "POST /api/v1/nutrition": 201}
    expected["POST /api/v1/photos"] = 201
    expected["GET /api/v1/photos/1"] = 502  # S3 does not answer here
    seen = set()
    for number in range(60):
        one = user(number)
        headers = {"Content-Type": "application/json", **dict(one.headers)}
        sent = client.request(one.method, one.path, content=one.body, headers=headers)
        name = f"{one.method} {one.path}"
        assert sent.status_code == expected.get(name, 200), (name, sent.text)
        seen.add(name.rstrip("0123456789"))
    assert {"POST /auth/login", "POST /coach/chat", "GET /api/v1/photos"} <= seen
    one = crawler(MEMBERS + 3)
    sent = client.get(one.path, headers=dict(one.headers))
    assert sent.json() == {"member_id": 4, "weeks_ago": 1, "bytes": 3 * 2**21}


@pytest.mark.usefixtures("fresh")
def test_a_member_sees_what_is_its_own(client: TestClient) -> None:
    entry = {"weight_kg": 71.5, "energy": 8, "note": "long run"}
    made = client.post("/api/v1/check-ins", json=entry, headers=as_member(39))
    assert made.status_code == 201
    (newest,) = client.get("/api/v1/check-ins?limit=1", headers=as_member(39)).json()
    assert (newest["id"], newest["weight_kg"], newest["note"]) == (
        made.json()["id"],
        71.5,
        "long run",
    )
    others = client.get("/api/v1/check-ins", headers=as_member(38)).json()
    assert made.json()["id"] not in {one["id"] for one in others}
    assert client.get("/api/v1/members/39/summary", headers=as_member(38)).status_code == 404
    refused = client.get("/api/v1/check-ins")
    assert (refused.status_code, refused.headers["WWW-Authenticate"]) == (401, "Bearer")
    late = access_token(39, SIGNING_KEY, time.time() - LIFETIME)
    headers = {"Authorization": f"Bearer {late}"}
    assert client.get("/api/v1/check-ins", headers=headers).status_code == 401


@pytest.mark.usefixtures("fresh")
def test_a_summary_is_kept_until_the_next_check_in(
    client: TestClient, valkey: redis.Redis, rows: Callable[..., Rows]
) -> None:
    def count() -> int:
        answer = client.get("/api/v1/members/37/summary", headers=as_member(37))
        return int(answer.json()["check_ins"])

    before = count()
    rows("insert into check_ins (member_id, weight_kg, energy) values (37, 70, 5)")
    assert count() == before  # as it was kept
    assert 0 < valkey.ttl("cache:2.4:summary:37") <= 30
    entry = {"weight_kg": 70, "energy": 5}
    client.post("/api/v1/check-ins", json=entry, headers=as_member(37))
    assert count() == before + 2


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/api/v1/check-ins", {"weight_kg": 0, "energy": 5}),
        ("POST", "/api/v1/check-ins", {"weight_kg": 70, "energy": 5, "note": "\x00"}),
        ("POST", "/api/v1/nutrition", {"meal": "x", "calories": -1, "protein_g": 1}),
        ("POST", "/api/v1/nutrition", {"meal": "x", "calories": 1, "protein_g": False}),
        ("POST", "/api/v1/photos", {"content_type": "text/html", "size": 5}),
        ("POST", "/api/v1/photos", {"content_type": "image/png", "size": 5, "taken_on": 0}),
        ("POST", "/api/v1/photos", {"content_type": "image/png", "size": 11 * 2**20}),
        ("POST", "/coach/chat", {"message": ""}),
        ("POST", "/coach/chat", {"message": "\ud800"}),
        ("POST", "/auth/login", {"email": "nobody", "password": "x"}),
        ("GET", "/api/v1/photos/0", None),
        ("GET", "/api/v1/check-ins?limit=0", None),
    ],
)
@pytest.mark.usefixtures("fresh")
def test_what_makes_no_sense_is_refused(
    client: TestClient, method: str, path: str, body: object
) -> None:
    content = None if body is None else json.dumps(body)
    headers = {**as_member(1), "Content-Type": "application/json"}
    sent = client.request(method, path, content=content, headers=headers)
    assert sent.status_code == 422, sent.text
    # What was sent is not sent back: it may be a password.
    assert all(set(one) == {"type", "loc", "msg"} for one in sent.json()["detail"])


# --- signing in ----------------------------------------------------------------------------------


def sign_in(client: TestClient, number: int, password: str = PASSWORD) -> Any:
    email = f"Member-{number}@sleekcoach.example"
    return client.post("/auth/login", json={"email": email, "password": password})


def refresh(client: TestClient, token: str) -> Any:
    return client.post("/auth/refresh", json={"refresh_token": token})


@pytest.mark.usefixtures("fresh")
def test_a_member_signs_in_stays_and_goes(client: TestClient, rows: Callable[..., Rows]) -> None:
    first = sign_in(client, 5).json()
    assert member_of(first["access_token"], SIGNING_KEY, time.time()) == 5
    second = refresh(client, first["refresh_token"]).json()
    assert second["refresh_token"] != first["refresh_token"]
    kept = {row["hash"] for row in rows("select hash from refresh_tokens")}
    assert not kept & {first["refresh_token"], second["refresh_token"]}  # only their hashes
    third = refresh(client, second["refresh_token"]).json()
    gone = client.post("/auth/logout", json={"refresh_token": third["refresh_token"]})
    assert gone.status_code == 204
    assert refresh(client, third["refresh_token"]).status_code == 401


@pytest.mark.usefixtures("fresh")
def test_a_refresh_token_that_comes_twice_ends_its_sign_in(
    client: TestClient, capfd: pytest.CaptureFixture[str]
) -> None:
    stolen = sign_in(client, 6).json()["refresh_token"]
    other = sign_in(client, 6).json()["refresh_token"]
    mine = refresh(client, stolen).json()["refresh_token"]
    assert refresh(client, stolen).status_code == 401
    assert refresh(client, mine).status_code == 401
    assert refresh(client, other).status_code == 200
    assert refresh(client, "never seen").status_code == 401
    assert len(found('"refresh token used twice"', capfd.readouterr().out)) == 2


@pytest.mark.usefixtures("fresh")
def test_guessing_passwords_is_slowed_down(
    client: TestClient, capfd: pytest.CaptureFixture[str]
) -> None:
    tries = [sign_in(client, 8, "wrong").status_code for _ in range(FAILED_LOGINS + 2)]
    assert tries == [401] * FAILED_LOGINS + [429] * 2
    late = sign_in(client, 8)
    assert late.status_code == 429  # with the right one too, until the window is over
    assert 0 < int(late.headers["Retry-After"]) <= 300
    assert sign_in(client, 9).status_code == 200
    nobody = {"email": "nobody@example.com", "password": "x"}
    assert client.post("/auth/login", json=nobody).status_code == 401
    said = capfd.readouterr().out
    assert len(found('{ $.message = "login failed" }', said)) == FAILED_LOGINS + 4
    assert PASSWORD not in said


def test_expired_refresh_tokens_are_purged_and_no_others(
    environment: dict[str, str],
    client: TestClient,
    rows: Callable[..., Rows],
    valkey: redis.Redis,
    capfd: pytest.CaptureFixture[str],
) -> None:
    valkey.flushall()
    kept = sign_in(client, 10).json()["refresh_token"]
    for name, until in (("a", "- interval '1 second'"), ("b", "+ interval '1 minute'")):
        rows(
            "insert into refresh_tokens (hash, member_id, sign_in, expires_at) "
            f"values ('{name}', 10, gen_random_uuid(), now() {until})"
        )
    capfd.readouterr()
    assert job(environment, "token-cleanup") == 0
    left = {row["hash"] for row in rows("select hash from refresh_tokens")}
    assert "a" not in left
    assert "b" in left
    assert refresh(client, kept).status_code == 200
    (line,) = found('"token-cleanup finished"', capfd.readouterr().out)
    assert line["deleted"] == 1


def job(environment: dict[str, str], name: str) -> int:
    with pytest.MonkeyPatch.context() as patch:
        for key, value in environment.items():
            patch.setenv(key, value)
        return run_job(name)


# --- without Redis -------------------------------------------------------------------------------


@pytest.mark.usefixtures("openai")
def test_without_redis_everything_goes_on_and_nobody_is_counted(
    environment: dict[str, str], capfd: pytest.CaptureFixture[str]
) -> None:
    alone = settings({**environment, "REDIS_URL": f"redis://{LOOPBACK}:{free_port()}/0"})
    with TestClient(create_app(alone)) as client:
        tries = [sign_in(client, 8, "wrong").status_code for _ in range(FAILED_LOGINS + 3)]
        assert tries == [401] * (FAILED_LOGINS + 3)
        assert client.get("/health").json() == {"status": "healthy", "version": "2.4.7"}
        summary = client.get("/api/v1/members/3/summary", headers=as_member(3))
        assert summary.status_code == 200
        assert chat(client, "How is my weight?")["confidence"] > 0
    told = found('"Connection refused"', capfd.readouterr().out)
    assert told
    assert all("rate limits are off" in line["message"] for line in told)


# --- photos --------------------------------------------------------------------------------------


@pytest.mark.usefixtures("fresh")
def test_a_photo_gets_a_link_that_binds_what_is_uploaded(client: TestClient) -> None:
    sent = {"content_type": "image/png", "size": 1234, "taken_on": "2026-11-20"}
    made = client.post("/api/v1/photos", json=sent, headers=as_member(4)).json()
    url = urlsplit(made["upload"]["url"])
    query = {name: values[0] for name, values in parse_qs(url.query).items()}
    assert url.path.startswith("/photos/members/4/")
    assert query["X-Amz-Expires"] == str(made["upload"]["expires_in"])
    assert query["X-Amz-Credential"].startswith("ASIATEST/")
    assert set(query["X-Amz-SignedHeaders"].split(";")) == {
        "content-length",
        "content-type",
        "host",
    }
    assert made["upload"]["headers"] == {"Content-Type": "image/png", "Content-Length": "1234"}
    mine = f"/api/v1/photos/{made['id']}"
    assert client.get(mine, headers=as_member(4)).status_code == 409  # not there yet
    assert client.get(mine, headers=as_member(3)).status_code == 404
    assert client.delete(mine, headers=as_member(3)).status_code == 404
    away = client.post(f"{mine}/arrived", headers=as_member(4))  # nobody answers for S3
    assert away.status_code == 502


# --- the coach -----------------------------------------------------------------------------------


@pytest.mark.usefixtures("fresh")
def test_the_coach_looks_things_up_and_writes_it_down(
    client: TestClient, openai: Any, rows: Callable[..., Rows], capfd: pytest.CaptureFixture[str]
) -> None:
    told = chat(client, "How does my weight look over the last 14 days?")
    assert told["tools"] == ["get_weight_trend"]
    assert "mean_weight_kg" in told["message"]
    assert (told["confidence"], told["safety"]) == (0.9, None)
    (call,) = rows(
        "select * from ai_tool_call_log where session_id = %(id)s", id=told["session_id"]
    )
    assert (call["tool_name"], call["status"], call["member_id"]) == ("get_weight_trend", "ok", 7)
    assert call["latency_ms"] > 0
    assert found("coach", capfd.readouterr().out)
    again = chat(client, "And how should I warm up?", session_id=told["session_id"])
    assert (again["session_id"], again["confidence"]) == (told["session_id"], 0.6)
    said = client.get(f"/coach/sessions/{told['session_id']}", headers=as_member(7)).json()
    assert [one["role"] for one in said] == ["member", "coach"] * 2
    strange = client.get(f"/coach/sessions/{told['session_id']}", headers=as_member(8))
    assert strange.status_code == 404
    assert openai.usage.requests > 0


@pytest.mark.usefixtures("fresh")
def test_what_breaks_a_rule_never_reaches_the_provider(
    client: TestClient, openai: Any, rows: Callable[..., Rows]
) -> None:
    before = openai.usage.requests
    told = chat(client, "I want to kill myself")
    assert (told["safety"], told["confidence"]) == ("crisis", 1.0)
    assert "988" in told["message"]
    assert openai.usage.requests == before
    (broken,) = rows("select rule, said_by from policy_violations order by id desc limit 1")
    assert broken == {"rule": "crisis", "said_by": "member"}
    (kept,) = rows(
        "select content from coach_messages where role = 'member' order by id desc limit 1"
    )
    assert "kill" not in kept["content"]


@pytest.mark.parametrize(
    ("switch", "reason"),
    [
        ({"down": True}, "coach"),
        ({"status": 429}, "429 rate_limit_exceeded"),
        ({"status": 503}, "503"),
        ({"key": "expired"}, "401 expired_api_key"),
        ({"slow": 3.0}, "no answer within 2 s"),
    ],
)
@pytest.mark.usefixtures("fresh")
def test_without_a_provider_the_answer_is_the_fallback(
    client: TestClient,
    openai: Any,
    capfd: pytest.CaptureFixture[str],
    switch: dict[str, Any],
    reason: str,
) -> None:
    openai.set(switch)
    assert chat(client, "How should I warm up?") == {"message": FALLBACK, "confidence": 0.0}
    (line,) = found('"Failed to process chat request"', capfd.readouterr().out)
    assert line["level"] == "ERROR"
    assert reason in json.dumps(line)


@pytest.mark.usefixtures("fresh")
@pytest.mark.parametrize(("backup", "key"), [("gemini", GEMINI_KEY), ("anthropic", ANTHROPIC_KEY)])
def test_a_backup_provider_answers_while_the_first_is_down(
    environment: dict[str, str], running_providers: Providers, openai: Any, backup: str, key: str
) -> None:
    openai.set({"down": True})
    url = address(running_providers.host, running_providers.port, backup)
    upper = backup.upper()
    other = {"AI_PROVIDER": backup, f"{upper}_URL": url, f"{upper}_API_KEY": key}
    with TestClient(create_app(settings({**environment, **other}))) as client:
        told = chat(client, "How much protein is right?")
        assert (told["confidence"], told["tools"]) == (0.6, [])
        assert "protein" in told["message"]
        again = chat(client, "And calories?", session_id=told["session_id"])
        assert again["confidence"] == 0.6


@pytest.mark.usefixtures("fresh", "openai")
def test_chats_are_limited(client: TestClient) -> None:
    sent = {"message": "I have chest pain"}  # what is answered without the provider

    def statuses(member: int, count: int) -> list[int]:
        return [
            client.post("/coach/chat", json=sent, headers=as_member(member)).status_code
            for _ in range(count)
        ]

    # A window may begin in between: then there are at most two of them.
    assert 429 in statuses(11, 2 * CHATS + 1)
    assert statuses(12, 1) == [200]


def test_old_conversations_are_archived(
    environment: dict[str, str], client: TestClient, rows: Callable[..., Rows], openai: Any
) -> None:
    old, new = chat(client, "Should I paint?", 13), chat(client, "Should I stretch?", 13)
    rows(
        "update coach_sessions set last_at = now() - interval '31 days' where id = %(id)s",
        id=old["session_id"],
    )
    assert job(environment, "ai-session-cleanup") == 0
    (kept,) = rows(
        "select messages from coach_sessions_archive where id = %(id)s", id=old["session_id"]
    )
    assert [one["role"] for one in kept["messages"]] == ["member", "coach"]
    left = {str(row["id"]) for row in rows("select id from coach_sessions where member_id = 13")}
    assert new["session_id"] in left
    assert old["session_id"] not in left
    assert openai.usage.requests > 0


def test_a_job_that_fails_says_so_and_ends_with_1(
    environment: dict[str, str], capfd: pytest.CaptureFixture[str]
) -> None:
    assert job({**environment, "DB_PASSWORD": "wrong"}, "token-cleanup") == 1
    assert job(environment, "metrics-aggregation") == 1  # nobody answers for CloudWatch
    assert job(environment, "sideways") == 2
    lines = found("ERROR", capfd.readouterr().out)
    assert [line["message"].split(":")[0] for line in lines] == [
        "job token-cleanup failed",
        "job metrics-aggregation failed",
        "there is no job sideways",
    ]


def test_the_day_of_a_log_is_in_its_key() -> None:
    from datetime import UTC, date, datetime

    now = datetime(2026, 11, 21, tzinfo=UTC)
    assert day_of("alb/AWSLogs/1/us-east-1/2026/01/05/x.gz", now) == date(2026, 1, 5)
    assert day_of("alb/AWSLogs/1/2026/13/05/x.gz", now) == now.date()
    assert day_of("alb/test", now) == now.date()


# --- the schema ----------------------------------------------------------------------------------


def tables(database: dict[str, str]) -> set[str]:
    with psycopg.connect(settings_dsn(database)) as connection:
        found = connection.execute(
            "select table_name || '.' || column_name from information_schema.columns "
            "where table_schema = 'public'"
        ).fetchall()
    return {row[0] for row in found}


def settings_dsn(database: dict[str, str]) -> str:
    from steadyhand.lab.systems.sleek_coach.app.settings import dsn

    return dsn(database)


def test_every_step_goes_up_and_down_again(new_database: NewDatabase) -> None:
    database = new_database("sleek_coach_steps")
    url, every = schemas.address(database), schema.configured(Config(), "")
    seen = [tables(database)]
    for revision in ("0001", "0002", "0003", "0004", "0005", "0006"):
        schemas.move(every, url, revision)
        seen.append(tables(database))
        assert seen[-1] > seen[-2]
    migrate(schema.main, database)  # a lab that comes up again leaves what is further where it is
    assert tables(database) == seen[-1]
    bookkeeping = {"alembic_version.version_num"}
    for before in reversed(seen[:-1]):
        schemas.move(every, url, "-1")
        assert tables(database) - bookkeeping == before - bookkeeping
    assert tables(database) == bookkeeping | seen[0]


def task(environment: dict[str, str], version: str, *words: str) -> int:
    """Run Alembic as a task of that version does; its exit code."""
    with pytest.MonkeyPatch.context() as patch:
        for key, value in environment.items():
            patch.setenv(key, value)
        try:
            return schema.alembic(words, version)
        except SystemExit as ended:
            return int(str(ended.code or 0)) & 255


@pytest.mark.usefixtures("fresh")
def test_a_release_brings_its_own_steps(
    new_database: NewDatabase, environment: dict[str, str], capfd: pytest.CaptureFixture[str]
) -> None:
    database = new_database("sleek_coach_releases")
    migrate(schema.main, database)
    later = {**environment, **database, "VERSION": "2.5.0"}
    entry = {"weight_kg": 70, "energy": 5}
    with TestClient(create_app(settings(later)), raise_server_exceptions=False) as client:

        def status() -> int:
            sent = client.post("/api/v1/check-ins", json=entry, headers=as_member(1))
            return int(sent.status_code)

        assert status() == 500
        assert task(later, "2.4.7", "upgrade", "head") == 0
        assert status() == 500  # an older image knows no newer step
        assert task(later, "2.5.0", "upgrade", "head") == 0
        assert status() == 201
        assert task(later, "2.4.7", "downgrade", "-1") == 255
        assert status() == 201
        assert task(later, "2.5.0", "downgrade", "-1") == 0
        assert status() == 500
        assert task(later, "2.5.0", "sideways") == 2
    told = capfd.readouterr()
    assert found('"UndefinedColumn"', told.out)
    assert found('"Running upgrade 0005 -> 0006"', told.out)
    assert "Can't locate revision" in told.err + told.out


# --- the process, and its parts ------------------------------------------------------------------


def test_it_serves_by_its_module_and_drains_at_sigterm(
    processes: Processes, environment: dict[str, str], source_folder: Path
) -> None:
    port = free_port()
    own = {"HOST": LOOPBACK, "PORT": str(port), "STOP_SECONDS": "5", "PYTHONUNBUFFERED": "1"}
    variables = {**environment, **own, "PYTHONPATH": str(source_folder)}
    said: list[str] = []
    argv = (sys.executable, "-m", SLEEK_COACH.families[0].module)
    process = processes.spawn(Program("sleek-coach", argv, variables), said.append)
    deadline = time.monotonic() + 30
    while True:
        connection = http.client.HTTPConnection(LOOPBACK, port, timeout=5)
        with suppress(OSError):
            connection.request("GET", "/health")
            assert connection.getresponse().status == 200
            connection.close()
            break
        assert time.monotonic() < deadline
        time.sleep(0.1)
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0
    processes.forget(process.pid)
    messages = [json.loads(line)["message"] for line in said]
    assert (messages[0], messages[-1]) == ("starting", "stopped")


def test_names_fit_together() -> None:
    families = {family.name: family for family in SLEEK_COACH.families}
    secrets = {secret.name for secret in SLEEK_COACH.secrets}
    asked = {name for family in families.values() for name in family.secrets.values()}
    assert asked == secrets
    assert families["sleek-coach-migrate-rollback"].container == "migrate"
    for schedule in SLEEK_COACH.schedules:
        assert schedule.family in families
    assert set(RELEASES) == set(SLEEK_COACH.repositories["sleek-coach-api"])
    buckets = {bucket.name: bucket for bucket in SLEEK_COACH.buckets}
    assert "test.txt" in buckets["sleek-coach-photos-prod"].objects
    assert SLEEK_COACH.cache is not None
    assert SLEEK_COACH.cache.alone
