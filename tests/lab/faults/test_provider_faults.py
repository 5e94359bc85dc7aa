"""Faults of outside providers, as the runbooks look: status page, logs, /metrics, redis-cli."""

import http.client
import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.lab.faults.asking import lines
from tests.lab.faults.conftest import LabOf, failed_share, steady
from tests.lab.faults.seeing import clear, clear_all, curl, inject, now, redis_cli
from tests.lab.running_lab import RunningLab, eventually

pytestmark = [pytest.mark.lab, pytest.mark.soak]

REDIS = "prod-revenue-context-redis"
DRAFT = "/api/v1/accounts/1/email-draft"
ROOM = {
    "room_type": "kitchen",
    "dimensions": {"length": 12, "width": 10, "height": 8},
    "location": {"zip_code": "94105"},
}


@pytest.fixture
def lab(lab_of: LabOf) -> Iterator[RunningLab]:
    lab = lab_of("revenue-context")
    yield lab
    clear_all(lab)
    # A breaker that is open tries again after 30 s; here somebody closes it.
    redis(lab, "DEL breaker:openai breaker:openai:trial")
    assert eventually(lambda: curl(lab, DRAFT, "POST")[0] == 200)
    steady(lab)


@pytest.fixture
def estimates(lab_of: LabOf) -> Iterator[RunningLab]:
    lab = lab_of("contractorlens")
    yield lab
    clear_all(lab)
    steady(lab)


def redis(lab: RunningLab, words: str) -> str:
    return redis_cli(lab, REDIS, words).out


def outside(lab: RunningLab, host: str, method: str, path: str, body: str = "") -> tuple[int, str]:
    """Ask a provider under its own name. Raises OSError, HTTPException."""
    line = http.client.HTTPConnection(lab.contract["hosts"][host], timeout=10)
    try:
        line.request(method, path, body or None, {"Host": host})
        answer = line.getresponse()
        return answer.status, answer.read().decode()
    finally:
        line.close()


def page(lab: RunningLab) -> str:
    """What the status page says, in its one word."""
    _, text = outside(lab, "status.openai.com", "GET", "/api/v2/status.json")
    return str(json.loads(text)["status"]["indicator"])


def shown(lab: RunningLab, name: str) -> float:
    """The value of a metric's first sample in /metrics; its labels belong to its name."""
    lines = curl(lab, "/metrics")[1].splitlines()
    return float(next(line for line in lines if line.startswith(name)).rpartition(" ")[2])


def calls(lab: RunningLab, outcome: str) -> float:
    return shown(lab, f'llm_api_calls_total{{outcome="{outcome}"}}')


def refused(lab: RunningLab, began: datetime) -> str:
    """Ask for a draft; why the provider gave none, as the user and the log are told."""
    failed = calls(lab, "provider")
    status, text = curl(lab, DRAFT, "POST")
    assert status == 502, text
    assert calls(lab, "provider") > failed
    assert eventually(lambda: lines(lab, "/ecs/production/api", '"LLM API call failed"', began))
    return str(json.loads(text)["detail"])


def test_an_outage_is_on_the_status_page_and_opens_the_breaker(lab: RunningLab) -> None:
    began = now()
    assert page(lab) == "none"
    inject(lab, "llm-outage")
    assert page(lab) == "major"
    assert "status 503" in refused(lab, began)
    assert eventually(lambda: curl(lab, DRAFT, "POST")[0] == 503)
    assert "circuit breaker open" in curl(lab, DRAFT, "POST")[1]
    assert shown(lab, "circuit_breaker_state") == 1
    assert calls(lab, "breaker") > 0
    clear(lab, "llm-outage")
    assert page(lab) == "none"


def test_a_breaker_closes_by_itself_when_the_provider_is_well(lab: RunningLab) -> None:
    inject(lab, "llm-outage", status=500)
    assert eventually(lambda: curl(lab, DRAFT, "POST")[0] == 503)
    clear(lab, "llm-outage")
    assert curl(lab, DRAFT, "POST")[0] == 503
    assert eventually(lambda: curl(lab, DRAFT, "POST")[0] == 200, 60)
    assert shown(lab, "circuit_breaker_state") == 0


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        pytest.param("llm-rate-limited", "status 429", id="a rate limit"),
        pytest.param("llm-expired-key", "status 401", id="an expired key"),
    ],
)
def test_it_is_this_customers_own_trouble(lab: RunningLab, fault: str, said: str) -> None:
    began = now()
    inject(lab, fault)
    assert said in refused(lab, began)
    assert page(lab) == "none"
    clear(lab, fault)
    assert curl(lab, DRAFT, "POST")[0] == 200


def test_a_slow_provider_costs_the_user_the_time(lab: RunningLab) -> None:
    inject(lab, "llm-timeout", seconds=2)
    asked = time.monotonic()
    assert curl(lab, DRAFT, "POST")[0] == 200
    assert time.monotonic() - asked > 2
    assert page(lab) == "minor"
    clear(lab, "llm-timeout")
    assert page(lab) == "none"


def test_a_provider_that_takes_too_long_is_given_up(lab: RunningLab) -> None:
    began = now()
    inject(lab, "llm-timeout")
    assert "TimeoutError" in refused(lab, began)
    assert page(lab) == "minor"
    clear(lab, "llm-timeout")
    assert page(lab) == "none"


def test_two_faults_of_one_provider_do_not_clear_each_other(lab: RunningLab) -> None:
    began = now()
    inject(lab, "llm-expired-key")
    inject(lab, "llm-rate-limited")
    clear(lab, "llm-rate-limited")
    assert "status 401" in refused(lab, began)


def test_a_spent_budget_is_in_redis_and_refuses_everybody(lab: RunningLab) -> None:
    key = f"llm:spend:global:{datetime.now(UTC):%Y-%m-%d}"
    before = float(redis(lab, f"GET {key}") or 0)
    assert before < 100
    told = inject(lab, "llm-budget-spent")
    assert (told["key"], told["budget"]) == (key, 100)
    assert eventually(lambda: float(redis(lab, f"GET {key}")) >= 100, 60)
    assert shown(lab, "llm_budget_remaining_usd") == 0
    assert shown(lab, "llm_budget_spent_usd") >= 100
    status, text = curl(lab, DRAFT, "POST")
    assert (status, json.loads(text)["detail"]) == (429, "Budget exceeded")
    assert calls(lab, "budget") > 0
    assert page(lab) == "none"
    clear(lab, "llm-budget-spent")
    assert float(redis(lab, f"GET {key}")) < before + 1


def test_slack_is_away(lab: RunningLab) -> None:
    def posted() -> int:
        hook, body = "/services/T000/B000/slack-key-1", '{"text": "rolled back"}'
        return outside(lab, "hooks.slack.com", "POST", hook, body)[0]

    assert posted() == 200
    inject(lab, "provider-outage", provider="slack")
    with pytest.raises((OSError, http.client.HTTPException)):
        posted()
    assert curl(lab, DRAFT, "POST")[0] == 200
    clear(lab, "provider-outage")
    assert posted() == 200


def enriched(lab: RunningLab) -> dict[str, Any]:
    status, text = curl(lab, "/api/v1/estimates", "POST", json.dumps(ROOM))
    assert status == 201
    remarks: dict[str, Any] = json.loads(text)["enrichment"]
    return remarks


def _degraded(lab: RunningLab, fault: str, reason: str, log: Callable[[], Any]) -> None:
    assert enriched(lab)["status"] == "enriched"
    inject(lab, fault)
    remarks = enriched(lab)
    assert (remarks["status"], remarks["reason"]) == ("degraded", reason)
    assert eventually(log)
    clear(lab, fault)
    assert enriched(lab)["status"] == "enriched"


def test_gemini_limits_the_rate_and_estimates_go_without(estimates: RunningLab) -> None:
    began = now()
    _degraded(
        estimates,
        "llm-rate-limited",
        "rate limit",
        lambda: lines(estimates, "/ecs/contractorlens", '"rate limit"', began),
    )
    assert failed_share(estimates, 0.5) == 0.0


def test_gemini_is_slow_and_the_log_has_its_latency(estimates: RunningLab) -> None:
    began = now()
    _degraded(
        estimates,
        "llm-timeout",
        "timeout",
        lambda: lines(estimates, "/ecs/contractorlens", "GeminiAPI timeout", began),
    )
