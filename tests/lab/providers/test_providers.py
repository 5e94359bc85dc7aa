"""The stand-ins of outside providers, over real sockets: what they answer, and how they fail."""

import json
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from steadyhand.lab.providers.known import HOSTS, KINDS, address
from steadyhand.lab.providers.models.language import ADVICE, COMMON

GENERATE = "/gemini/v1/models/gemini-2.0-flash:generateContent"
CHAT = "/openai/v1/chat/completions"
SIGNED = {"x-goog-api-key": "gemini-key-1"}
BEARER = {"Authorization": "Bearer openai-key-1"}
HOOK = "/slack/services/T01/B01/slack-key-1"
GITHUB = {"Authorization": "token github-key-1"}
RUNS = "/github/repos/acme/app/actions/runs"


def question(text: str) -> dict[str, Any]:
    return {"contents": [{"role": "user", "parts": [{"text": text}]}]}


def chat(text: str, **more: Any) -> dict[str, Any]:
    return {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": text}], **more}


def switch(client: httpx.Client, provider: str, **switches: Any) -> dict[str, Any]:
    told: dict[str, Any] = (
        client.put(f"/_control/{provider}", json=switches).raise_for_status().json()
    )
    return told


def usage(client: httpx.Client, provider: str) -> dict[str, int]:
    told: dict[str, int] = client.get("/_control").json()[provider]["usage"]
    return told


# --- what they answer ----------------------------------------------------------------------------


def test_gemini_answers_what_was_asked_and_the_same_twice(client: httpx.Client) -> None:
    def text(asked: str) -> str:
        answer = client.post(GENERATE, json=question(asked), headers=SIGNED)
        assert answer.status_code == 200
        (candidate,) = answer.json()["candidates"]
        return str(candidate["content"]["parts"][0]["text"])

    assert ADVICE["paint"] in text("How should the paint go on?")
    assert ADVICE["tile"] in text("May I lay tiles now?")
    assert text("May I lay tiles now?") == text("May I lay tiles now?")
    assert text("Is the roof safe?") != text("Is the stair safe?")


def test_gemini_takes_its_key_in_a_header_or_the_query_and_not_as_a_bearer(
    client: httpx.Client,
) -> None:
    models = client.get("/gemini/v1/models", headers=SIGNED).json()["models"]
    assert "models/gemini-2.0-flash" in [model["name"] for model in models]
    assert client.get("/gemini/v1/models?key=gemini-key-1").status_code == 200
    bearer = client.get("/gemini/v1/models", headers={"Authorization": "Bearer gemini-key-1"})
    assert (bearer.status_code, bearer.json()["error"]["status"]) == (401, "UNAUTHENTICATED")
    assert client.get("/gemini/v1/models").status_code == 403
    wrong = client.get("/gemini/v1/models?key=x")
    assert wrong.json()["error"]["details"][0]["reason"] == "API_KEY_INVALID"
    assert client.post(GENERATE, json={}, headers=SIGNED).status_code == 400
    unknown = "/gemini/v1/models/other:generateContent"
    assert client.post(unknown, json=question("x"), headers=SIGNED).status_code == 404


def test_anthropic_answers_messages_and_refuses_in_its_own_words(client: httpx.Client) -> None:
    """https://docs.anthropic.com/en/api/errors"""
    path = "/anthropic/v1/messages"
    signed = {"x-api-key": "anthropic-key-1", "anthropic-version": "2023-06-01"}
    asked = {"model": "claude-3-5-haiku-latest", "max_tokens": 100}
    asked["messages"] = [{"role": "user", "content": "May I lay tiles now?"}]
    before = usage(client, "anthropic")
    told = client.post(path, json=asked, headers=signed).json()
    assert ADVICE["tile"] in told["content"][0]["text"]
    assert (told["type"], told["stop_reason"]) == ("message", "end_turn")
    counted = usage(client, "anthropic")["completion_tokens"] - before["completion_tokens"]
    assert counted == told["usage"]["output_tokens"] > 0
    cut = client.post(path, json={**asked, "max_tokens": 2}, headers=signed).json()
    assert cut["stop_reason"] == "max_tokens"

    def refused(changed: dict[str, Any], headers: dict[str, str]) -> tuple[int, str]:
        answer = client.post(path, json={**asked, **changed}, headers=headers)
        assert answer.json()["type"] == "error"
        return answer.status_code, str(answer.json()["error"]["type"])

    assert refused({}, {"x-api-key": "anthropic-key-1"}) == (400, "invalid_request_error")
    assert refused({}, {**signed, "x-api-key": "no"}) == (401, "authentication_error")
    assert refused({"model": "other"}, signed) == (404, "not_found_error")
    assert refused({"max_tokens": None}, signed) == (400, "invalid_request_error")
    assert refused({"messages": []}, signed) == (400, "invalid_request_error")
    words = [{"role": "user", "content": ["words"]}]  # a list has objects in it
    assert refused({"messages": words}, signed) == (400, "invalid_request_error")
    switch(client, "anthropic", status=429)
    assert refused({}, signed) == (429, "rate_limit_error")
    switch(client, "anthropic")


def test_openai_answers_chats_and_counts_their_tokens(client: httpx.Client) -> None:
    before = usage(client, "openai")
    answer = client.post(CHAT, json=chat("How much protein?"), headers=BEARER).json()
    choice = answer["choices"][0]
    assert ADVICE["protein"] in choice["message"]["content"]
    assert choice["finish_reason"] == "stop"
    cost = answer["usage"]
    assert cost["prompt_tokens"] == 4
    assert cost["total_tokens"] == cost["prompt_tokens"] + cost["completion_tokens"]
    assert usage(client, "openai")["tokens"] - before["tokens"] == cost["total_tokens"]

    short = client.post(CHAT, json=chat("How much protein?", max_tokens=3), headers=BEARER).json()
    assert short["choices"][0]["finish_reason"] == "length"
    assert short["usage"]["completion_tokens"] == 3
    shaped = chat("How much protein?", response_format={"type": "json_object"})
    content = client.post(CHAT, json=shaped, headers=BEARER).json()["choices"][0]["message"]
    assert json.loads(content["content"])["subjects"] == ["much", "protein"]


def test_openai_calls_the_tool_that_fits_and_then_uses_what_it_found(client: httpx.Client) -> None:
    properties = {"member_id": {"type": "integer"}, "days": {"type": "integer"}}
    schema = {"type": "object", "properties": properties, "required": ["member_id"]}
    tools = [
        {"type": "function", "function": {"name": "get_meals", "parameters": {}}},
        {"type": "function", "function": {"name": "get_weight_trend", "parameters": schema}},
    ]
    asked = chat("Show the weight trend of member 12", tools=tools)
    choice = client.post(CHAT, json=asked, headers=BEARER).json()["choices"][0]
    (call,) = choice["message"]["tool_calls"]
    assert choice["finish_reason"] == "tool_calls"
    assert call["function"] == {"name": "get_weight_trend", "arguments": '{"member_id": 12}'}
    found = {"role": "tool", "tool_call_id": call["id"], "content": "81.5 kg, falling"}
    asked["messages"] += [choice["message"], found]
    text = client.post(CHAT, json=asked, headers=BEARER).json()["choices"][0]["message"]["content"]
    assert "81.5 kg, falling" in text


@pytest.mark.parametrize(
    ("change", "status"),
    [({"messages": []}, 400), ({"model": "gpt-0"}, 404), ({"messages": [{"role": "x"}]}, 400)],
)
def test_openai_refuses_what_it_cannot_answer(
    client: httpx.Client, change: dict[str, Any], status: int
) -> None:
    answer = client.post(CHAT, json=chat("x") | change, headers=BEARER)
    assert (answer.status_code, answer.json()["error"]["type"]) == (status, "invalid_request_error")
    assert client.post(CHAT, json=chat("x")).status_code == 401


def test_firebase_tells_whose_token_it_is(client: httpx.Client) -> None:
    key = "?key=firebase-key-1"
    person = {"email": "ann@example.org", "password": "a long one"}
    made = client.post(f"/firebase/v1/accounts:signUp{key}", json=person).json()
    again = client.post(f"/firebase/v1/accounts:signUp{key}", json=person)
    assert again.json()["error"]["message"] == "EMAIL_EXISTS"
    signed_in = client.post(f"/firebase/v1/accounts:signInWithPassword{key}", json=person).json()
    lookup = f"/firebase/v1/accounts:lookup{key}"
    (user,) = client.post(lookup, json={"idToken": signed_in["idToken"]}).json()["users"]
    assert user == {"localId": made["localId"], "email": "ann@example.org"}
    forged = signed_in["idToken"].replace(".", "x.")
    for token in (forged, "", "a.b"):
        refused = client.post(lookup, json={"idToken": token})
        assert (refused.status_code, refused.json()["error"]["message"]) == (
            400,
            "INVALID_ID_TOKEN",
        )
    wrong = person | {"password": "another one"}
    refused = client.post(f"/firebase/v1/accounts:signInWithPassword{key}", json=wrong)
    assert refused.json()["error"]["message"] == "INVALID_LOGIN_CREDENTIALS"
    assert client.post("/firebase/v1/accounts:lookup", json={}).status_code == 400
    assert client.get("/firebase/").status_code == 404


def test_slack_keeps_what_it_got(client: httpx.Client) -> None:
    answer = client.post(HOOK, json={"text": "rolled back"})
    assert (answer.status_code, answer.text) == (200, "ok")
    assert client.get("/_control/slack").json()["messages"][-1] == {"text": "rolled back"}
    assert client.post(HOOK, json={}).text == "no_text"
    assert client.post(HOOK, content=b"text").text == "invalid_payload"
    assert client.post(HOOK.replace("key-1", "key-9"), json={"text": "x"}).status_code == 403


def test_pagerduty_follows_an_alert_by_its_key(client: httpx.Client) -> None:
    payload = {"summary": "down", "source": "lab", "severity": "critical"}
    event = {"routing_key": "pagerduty-key-1", "event_action": "trigger", "payload": payload}
    made = client.post("/pagerduty/v2/enqueue", json=event)
    assert made.status_code == 202
    key = made.json()["dedup_key"]

    def state() -> str:
        return str(client.get("/_control/pagerduty").json()["alerts"][key])

    seen = [state()]
    for action in ("acknowledge", "resolve", "acknowledge"):
        moved = {"routing_key": "pagerduty-key-1", "event_action": action, "dedup_key": key}
        assert client.post("/pagerduty/v2/enqueue", json=moved).status_code == 202
        seen.append(state())
    assert seen == ["triggered", "acknowledged", "resolved", "resolved"]
    bad = event | {"payload": payload | {"severity": "bad"}}
    assert "severity" in client.post("/pagerduty/v2/enqueue", json=bad).json()["errors"][0]


def test_github_queues_a_run_that_its_runner_ends(client: httpx.Client) -> None:
    workflows = "/github/repos/acme/app/actions/workflows"
    listed = client.get(workflows, headers=GITHUB).json()["workflows"]
    assert {one["name"] for one in listed} == {"Deploy to Production", "Rollback"}
    dispatch = f"{workflows}/rollback.yml/dispatches"
    wanted = {"ref": "main", "inputs": {"version": "1.4.2"}}
    assert client.post(dispatch, json=wanted, headers=GITHUB).status_code == 204
    assert client.post(dispatch, json={}, headers=GITHUB).status_code == 422
    run = client.get(f"{workflows}/rollback.yml/runs", headers=GITHUB).json()["workflow_runs"][0]
    assert (run["status"], run["inputs"]) == ("queued", {"version": "1.4.2"})
    control = f"/_control/github/runs/{run['id']}"
    assert client.put(control, json={"status": "in_progress"}).status_code == 200
    assert client.put(control, json={"status": "completed"}).status_code == 400
    ended = {"status": "completed", "conclusion": "success"}
    assert client.put(control, json=ended).status_code == 200
    assert client.put(control, json={"status": "queued"}).status_code == 400
    one = client.get(f"{RUNS}/{run['id']}", headers=GITHUB).json()
    assert (one["status"], one["conclusion"]) == ("completed", "success")
    jobs = client.get(f"{RUNS}/{run['id']}/jobs", headers=GITHUB).json()["jobs"]
    assert jobs[0]["conclusion"] == "success"
    assert client.post(f"{RUNS}/{run['id']}/cancel", headers=GITHUB).status_code == 409
    assert client.get(f"/github/repos/acme/other/actions/runs/{run['id']}", headers=GITHUB).is_error
    assert client.get(RUNS).json()["message"] == "Bad credentials"


# --- how they fail -------------------------------------------------------------------------------


@pytest.mark.parametrize("provider", list(KINDS))
@pytest.mark.parametrize("status", [429, 500, 503])
def test_each_provider_can_be_made_to_refuse(
    client: httpx.Client, provider: str, status: int
) -> None:
    switch(client, provider, status=status)
    assert client.get(f"/{provider}/anything").status_code == status
    assert client.delete(f"/_control/{provider}").json()["status"] is None
    assert client.get(f"/{provider}/anything").status_code in (400, 401, 403, 404)


def test_a_provider_that_is_down_ends_the_connection(client: httpx.Client) -> None:
    switch(client, "gemini", down=True)
    with pytest.raises(httpx.RemoteProtocolError):
        client.get("/gemini/v1/models?key=gemini-key-1")
    assert client.get("/openai/v1/models", headers=BEARER).status_code == 200
    switch(client, "gemini")
    assert client.get("/gemini/v1/models?key=gemini-key-1").status_code == 200


def test_a_slow_provider_answers_late_and_holds_up_no_other(client: httpx.Client) -> None:
    switch(client, "gemini", slow=0.4)
    started = time.monotonic()
    assert client.get("/openai/v1/models", headers=BEARER).status_code == 200
    assert time.monotonic() - started < 0.4
    with pytest.raises(httpx.ReadTimeout):
        client.get("/gemini/v1/models?key=gemini-key-1", timeout=0.1)
    assert client.get("/gemini/v1/models?key=gemini-key-1").status_code == 200
    assert time.monotonic() - started > 0.5


@pytest.mark.parametrize(
    ("state", "message"), [("expired", "API key expired"), ("rotated", "API key not valid")]
)
def test_a_key_that_is_replaced_is_refused_and_the_new_one_is_not(
    client: httpx.Client, state: str, message: str
) -> None:
    old = client.get("/_control/gemini").json()["valid_key"]
    new = switch(client, "gemini", key=state)["valid_key"]
    assert new != old
    refused = client.get(f"/gemini/v1/models?key={old}")
    assert refused.status_code == 400
    assert message in refused.json()["error"]["message"]
    assert client.get(f"/gemini/v1/models?key={new}").status_code == 200
    switch(client, "gemini", key=state, slow=0.01)  # another switch makes no newer key
    assert client.get(f"/gemini/v1/models?key={new}").status_code == 200
    switch(client, "gemini")
    for key in (old, new):
        assert client.get(f"/gemini/v1/models?key={key}").status_code == 200


def test_a_budget_of_tokens_is_used_up_by_use(client: httpx.Client) -> None:
    asked = chat("How should I plan the training of a week?")
    cost = client.post(CHAT, json=asked, headers=BEARER).json()["usage"]["total_tokens"]
    assert switch(client, "openai", budget=cost + 1)["tokens_left"] == cost + 1
    statuses = [client.post(CHAT, json=asked, headers=BEARER).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]
    refused = client.post(CHAT, json=asked, headers=BEARER).json()["error"]
    assert refused["code"] == "insufficient_quota"
    assert client.get("/_control/openai").json()["tokens_left"] == 0
    switch(client, "gemini", budget=0)
    assert client.post(GENERATE, json=question("x"), headers=SIGNED).status_code == 429


@pytest.mark.parametrize(
    ("switches", "indicator"),
    [
        ({}, "none"),
        ({"slow": 5}, "minor"),
        ({"status": 503}, "major"),
        ({"down": True}, "critical"),
        ({"status": 429}, "none"),
        ({"key": "expired"}, "none"),
    ],
)
def test_the_status_page_says_how_openai_is(
    client: httpx.Client, switches: dict[str, Any], indicator: str
) -> None:
    switch(client, "openai", **switches)
    page = client.get("/openai-status/api/v2/status.json").json()
    assert page["status"]["indicator"] == indicator


@pytest.mark.parametrize(
    "switches",
    [
        {"slow": -1},
        {"slow": "long"},
        {"slow": 100_000},
        {"status": 404},
        {"key": "lost"},
        {"down": "yes"},
        {"budget": -1},
        {"loud": True},
    ],
)
def test_a_switch_that_cannot_be_is_refused_and_changes_nothing(
    client: httpx.Client, switches: dict[str, Any]
) -> None:
    switch(client, "openai", slow=0.01)
    assert client.put("/_control/openai", json=switches).status_code == 400
    assert client.get("/_control/openai").json()["slow"] == 0.01
    assert client.put("/_control/nobody", json={}).status_code == 404


# --- how they are reached ------------------------------------------------------------------------


def test_a_provider_answers_for_its_hosts_name(client: httpx.Client) -> None:
    def status(host: str, path: str) -> int:
        headers = {"Host": host, **SIGNED}
        return client.get(path, headers=headers).status_code

    assert status("generativelanguage.googleapis.com", "/v1/models") == 200
    assert status("status.openai.com:443", "/api/v2/status.json") == 200
    assert status("127.0.0.1", "/v1/models") == 404
    # To the world a provider has no control route.
    assert status("generativelanguage.googleapis.com", "/_control") == 404
    assert set(HOSTS.values()) == set(KINDS)


def test_usage_counts_requests_and_refusals(client: httpx.Client) -> None:
    before = usage(client, "slack")
    client.post(HOOK, json={"text": "x"})
    client.post(HOOK, json={})
    after = usage(client, "slack")
    assert after["requests"] - before["requests"] == 2
    assert after["refused"] - before["refused"] == 1


def test_a_body_that_is_too_large_is_refused(client: httpx.Client) -> None:
    assert client.post(HOOK, content=b"x" * (2 * 2**20 + 1)).status_code == 413


def test_no_subject_is_a_common_word() -> None:
    assert not COMMON & set(ADVICE)


def test_the_program_serves_until_sigterm(source_folder: Path) -> None:
    program = subprocess.Popen(
        [sys.executable, "-m", "steadyhand.lab.providers", "--host", "127.0.0.1"],
        env={"PYTHONPATH": str(source_folder)},
        stdout=subprocess.PIPE,
        text=True,
    )
    with program:
        try:
            assert program.stdout is not None
            told = json.loads(program.stdout.readline())
            assert told["providers"]["slack"] == address("127.0.0.1", told["port"], "slack")
            hook = f"{told['providers']['slack']}/services/T01/B01/slack-key-1"
            assert httpx.post(hook, json={"text": "x"}).text == "ok"
            resident = int(Path(f"/proc/{program.pid}/statm").read_text().split()[1]) * 4096
            assert resident < 40 * 2**20
            program.send_signal(signal.SIGTERM)
            assert program.wait(5) == 0
        finally:
            program.kill()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", told["port"]), timeout=2)


def test_the_program_listens_on_loopback_only(source_folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "steadyhand.lab.providers", "--host", "0.0.0.0"],
        env={"PYTHONPATH": str(source_folder)},
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert done.returncode == 2
    assert "not a loopback address" in done.stderr


@pytest.fixture(scope="session")
def source_folder() -> Path:
    return Path(__file__).resolve().parents[3] / "src"
