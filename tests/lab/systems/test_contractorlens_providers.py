"""ContractorLens and its outside providers: enriched, degraded, and who is who."""

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from tests.lab.providers.running import running
from tests.lab.systems.migrating import migrate
from tests.lab.systems.test_contractorlens import (
    KITCHEN,
    NewDatabase,
    found,
    product,
    served,
)

from steadyhand.lab.providers.known import address
from steadyhand.lab.providers.server import Providers
from steadyhand.lab.systems.contractorlens import FIREBASE_KEY, GEMINI_KEY, schema
from steadyhand.lab.systems.contractorlens.app.api import Product, create_app
from steadyhand.lab.systems.contractorlens.app.enrichment import Gemini
from steadyhand.lab.systems.contractorlens.app.identity import Firebase


@pytest.fixture(scope="module")
def database(new_database: NewDatabase) -> dict[str, str]:
    made = new_database("contractorlens_providers")
    migrate(schema.main, made)
    return made


@pytest.fixture(scope="module")
def running_providers() -> Iterator[Providers]:
    with running() as made:
        yield made


@pytest.fixture
def providers(running_providers: Providers) -> Providers:
    """All of them well."""
    for account in running_providers.accounts.values():
        account.set({})
    return running_providers


@pytest.fixture
def enabled(database: dict[str, str], providers: Providers) -> Product:
    gemini = Gemini(
        address(providers.host, providers.port, "gemini"), GEMINI_KEY, enabled=True, timeout=1.0
    )
    firebase = Firebase(address(providers.host, providers.port, "firebase"), FIREBASE_KEY)
    return replace(product(database), gemini=gemini, firebase=firebase)


@pytest.fixture
def client(enabled: Product) -> Iterator[httpx.Client]:
    with served(create_app(enabled, "3.2.0")) as one:
        yield one


def enrichment(client: httpx.Client) -> dict[str, Any]:
    answer = client.post("/api/v1/estimates", json=KITCHEN)
    assert answer.status_code == 201
    kept: dict[str, Any] = client.get(f"/api/v1/estimates/{answer.json()['id']}").json()
    assert kept == answer.json()
    told: dict[str, Any] = kept["enrichment"]
    return told


def test_an_estimate_is_enriched_and_the_log_says_how_long_that_took(
    enabled: Product, capsys: pytest.CaptureFixture[str]
) -> None:
    with served(create_app(enabled, "3.2.0")) as client:
        told = enrichment(client)
    assert (told["status"], told["reason"]) == ("enriched", "")
    assert "fix the places of water" in told["notes"]
    assert found("INFO GeminiAPI ms", capsys.readouterr().out)


@pytest.mark.parametrize(
    ("switches", "reason"),
    [
        ({"slow": 1.5}, "timeout"),
        ({"status": 429}, "rate limit"),
        ({"budget": 0}, "rate limit"),
        ({"status": 503}, "refused with 503"),
        ({"key": "expired"}, "refused with 400"),
        ({"down": True}, "unreachable"),
    ],
)
def test_an_estimate_does_without_a_provider_that_fails(
    enabled: Product,
    providers: Providers,
    capsys: pytest.CaptureFixture[str],
    switches: dict[str, Any],
    reason: str,
) -> None:
    providers.accounts["gemini"].set(switches)
    started = time.monotonic()
    with served(create_app(enabled, "3.2.0")) as client:
        assert enrichment(client) == {"status": "degraded", "reason": reason, "notes": ""}
    assert time.monotonic() - started < 5
    out = capsys.readouterr().out
    assert found(f'WARNING GeminiAPI "{reason}"', out)
    assert not found("ERROR", out)


@pytest.mark.parametrize(
    ("url", "reason"),
    [("http://127.0.0.1:1", "unreachable"), ("{gemini}", "unreadable answer or address")],
)
def test_an_address_that_leads_nowhere_costs_the_remarks_only(
    enabled: Product, url: str, reason: str
) -> None:
    lost = replace(enabled, gemini=replace(enabled.gemini, url=url))
    with served(create_app(lost, "3.2.0")) as client:
        assert enrichment(client)["reason"] == reason


def test_the_flag_keeps_the_provider_out_of_it(enabled: Product, providers: Providers) -> None:
    before = providers.accounts["gemini"].usage.requests
    off = replace(enabled, gemini=replace(enabled.gemini, enabled=False))
    with served(create_app(off, "3.2.0")) as client:
        assert enrichment(client)["status"] == "disabled"
    assert providers.accounts["gemini"].usage.requests == before


def test_what_a_user_makes_is_that_users(client: httpx.Client, enabled: Product) -> None:
    def sign_up(email: str) -> dict[str, str]:
        url = f"{enabled.firebase.url}/v1/accounts:signUp?key={FIREBASE_KEY}"
        answer = httpx.post(url, json={"email": email, "password": "long enough"})
        return {"Authorization": f"Bearer {answer.json()['idToken']}"}

    ann, ben = sign_up("ann@contractor.example"), sign_up("ben@contractor.example")
    made = client.post("/api/v1/estimates", json=KITCHEN, headers=ann).json()
    path = f"/api/v1/estimates/{made['id']}"
    assert client.get(path, headers=ann).json() == made
    assert client.get(path, headers=ben).status_code == 404
    assert client.get(path).status_code == 404
    newest = client.get("/api/v1/estimates?zip_code=94105").json()
    assert made["id"] not in [row["id"] for row in newest]


@pytest.mark.parametrize("authorization", ["Bearer forged", "Bearer", "Basic YTpi"])
def test_a_bad_token_is_refused_and_the_log_tells(
    enabled: Product, capsys: pytest.CaptureFixture[str], authorization: str
) -> None:
    headers = {"Authorization": authorization}
    with served(create_app(enabled, "3.2.0")) as client:
        assert client.get("/api/v1/estimates/1", headers=headers).status_code == 401
    assert found('"authentication failed"', capsys.readouterr().out)


def test_without_the_identity_provider_only_signed_in_users_wait(
    client: httpx.Client, providers: Providers
) -> None:
    providers.accounts["firebase"].set({"down": True})
    headers = {"Authorization": "Bearer any"}
    assert client.get("/api/v1/estimates/1", headers=headers).status_code == 503
    assert client.get("/api/v1/estimates/1").status_code == 200
