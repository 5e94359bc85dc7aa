"""Nothing is open by accident: every route is walked. Tokens, sessions, and who they let in."""

import re
from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from steadyhand.api.access import SCOPES as API_SCOPES
from steadyhand.api.listen import listen
from steadyhand.api.program import create
from steadyhand.app.problem import Problem
from steadyhand.app.serving import access
from steadyhand.store.access import tokens
from tests.api.conftest import Api

# What anybody may ask; everything else answers 401 to who shows nothing.
OPEN = {
    ("GET", "/healthz"),
    ("GET", "/status"),
    ("GET", "/status.json"),
    ("GET", "/status/{system}"),
    ("GET", "/status/{system}/json"),
    ("POST", "/api/v1/login"),
    # A signed link stands for who it is; opening it changes nothing.
    ("GET", "/acknowledge"),
    ("POST", "/acknowledge"),
}


def routes(app: FastAPI) -> list[tuple[str, str]]:
    """Give every method and path, those that the document does not have too."""
    found: list[tuple[str, str]] = []
    waiting = list(app.routes)
    while waiting:
        route = waiting.pop()
        if isinstance(route, APIRoute):
            found += [(method, route.path) for method in route.methods or ()]
        else:
            inner = getattr(route, "routes", None) or getattr(
                getattr(route, "original_router", None), "routes", None
            )
            assert inner, f"a route of a kind that this test does not know: {route!r}"
            waiting += inner
    return sorted(set(found))


def test_every_route_asks_who_it_is(api: Api) -> None:
    walked = routes(create(api.service))
    assert len(walked) > 20
    assert set(walked) >= OPEN
    with api.client() as nobody:
        for method, path in walked:
            answer = nobody.request(method, re.sub(r"\{\w+\}", "x", path))
            if (method, path) in OPEN:
                assert answer.status_code != 401 or path.endswith("/login"), (method, path)
            else:
                assert answer.status_code == 401, (method, path, answer.status_code)
                assert answer.headers["www-authenticate"] == "Bearer"


def test_what_changes_something_needs_more_than_reading(api: Api) -> None:
    key = api.incident()
    changing = [one for one in routes(create(api.service)) if one[0] != "GET" and one not in OPEN]
    with api.client("read") as reader:
        for method, path in changing:
            if path == "/api/v1/logout":
                continue
            filled = path.replace("{incident}", key)
            answer = reader.request(method, re.sub(r"\{\w+\}", "x", filled), json={})
            assert answer.status_code == 403, (method, path)
    with api.client("approve") as signer:
        assert signer.get("/api/v1/me").status_code == 403
    assert set(access.SCOPES) == set(API_SCOPES)


def test_a_token_that_is_over_lets_nobody_in(api: Api) -> None:
    control = api.service.control
    now = control.clock.now()
    old, _ = tokens.create(
        control.journal.database, "ada", ["read"], now - timedelta(days=2), now - timedelta(days=1)
    )
    taken, kept = tokens.create(control.journal.database, "ada", ["read"], now, None)
    tokens.revoke(control.journal.database, kept.id, now)
    for text in (old, taken, "sh_x_y", "nonsense"):
        headers = {"authorization": f"Bearer {text}"}
        assert httpx.get(f"{api.http.address}/api/v1/me", headers=headers).status_code == 401
    with api.client("read", person="ben") as ben:
        assert ben.get("/api/v1/me").json()["person"] == "ben"


@pytest.fixture
def session(api: Api) -> Iterator[httpx.Client]:
    access.add_user(api.service.control, "ada", "correct horse battery", ["read", "respond"])
    client = api.client()
    answer = client.post("/api/v1/login", json={"name": "ada", "password": "correct horse battery"})
    assert answer.status_code == 200
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    client.headers["x-csrf-token"] = answer.json()["csrf"]
    yield client
    client.close()


def test_a_cookie_alone_changes_nothing(api: Api, session: httpx.Client) -> None:
    key = api.incident()
    path = f"/api/v1/incidents/{key}/acknowledge"
    word = session.headers.pop("x-csrf-token")
    assert session.get("/api/v1/me").json()["person"] == "ada"
    assert session.post(path).status_code == 403
    assert session.post(path, headers={"x-csrf-token": "guessed"}).status_code == 403
    evil = {"x-csrf-token": word, "origin": "https://evil.example"}
    assert session.post(path, headers=evil).status_code == 403
    ours = {"x-csrf-token": word, "origin": api.http.address}
    assert session.post(path, headers=ours).json()["acknowledged_by"] == "ada"
    assert session.post("/api/v1/logout", headers=ours).status_code == 204
    assert session.get("/api/v1/me").status_code == 401


def test_a_page_of_another_origin_cannot_log_in(api: Api) -> None:
    with api.client() as client:
        answer = client.post(
            "/api/v1/login",
            json={"name": "ada", "password": "x"},
            headers={"origin": "https://evil.example"},
        )
        assert answer.status_code == 403


def test_failed_logins_are_counted(api: Api) -> None:
    access.add_user(api.service.control, "ada", "correct horse battery", ["read"])
    with api.client() as client:
        said = {"name": "ada", "password": "wrong"}
        codes = [client.post("/api/v1/login", json=said).status_code for _ in range(6)]
        assert codes == [401] * 5 + [429]
        right = {"name": "ada", "password": "correct horse battery"}
        answer = client.post("/api/v1/login", json=right)
        assert answer.status_code == 429
        assert 0 < int(answer.headers["retry-after"]) <= 61


def test_it_listens_elsewhere_only_for_those_it_knows(api: Api) -> None:
    with pytest.raises(Problem, match=r"refusing to listen on 0\.0\.0\.0"):
        listen(api.service, "0.0.0.0", 0)


def test_a_second_bind_says_what_to_do(api: Api) -> None:
    port = int(api.http.address.rpartition(":")[2])
    with pytest.raises(Problem, match=r"something listens there already.*--listen HOST:PORT"):
        listen(api.service, "127.0.0.1", port)
