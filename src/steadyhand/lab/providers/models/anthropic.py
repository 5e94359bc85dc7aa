"""Calls to the Anthropic API in, its replies out: models and messages, without tools.

https://docs.anthropic.com/en/api/messages
"""

import hashlib
import json
from typing import Any

from steadyhand.lab.providers.account import Account, KeyState
from steadyhand.lab.providers.messages import Call, Malformed, Reply
from steadyhand.lab.providers.models.language import answer as say

MODELS = {"claude-3-5-haiku-latest": "Claude Haiku 3.5", "claude-sonnet-4-0": "Claude Sonnet 4"}
CREATED = "2025-05-22T00:00:00Z"
# https://docs.anthropic.com/en/api/errors
KINDS = {
    400: "invalid_request_error",
    401: "authentication_error",
    404: "not_found_error",
    429: "rate_limit_error",
    503: "overloaded_error",
}
TROUBLE = {
    429: "This request would exceed your organization's rate limit. Please try again later.",
    500: "Internal server error",
    503: "Overloaded",
}


def refusal(status: int) -> Reply:
    headers = {"retry-after": "20"} if status == 429 else {}
    return _error(status, TROUBLE.get(status, "The service is unavailable."), headers)


def answer(call: Call, account: Account) -> Reply:
    refused = _check(call, account)
    if refused is not None:
        return refused
    match call.method, call.path:
        case "GET", "/v1/models":
            rows = [_described(name) for name in MODELS]
            ends = {"first_id": rows[0]["id"], "last_id": rows[-1]["id"]}
            return Reply(200, {"data": rows, "has_more": False, **ends})
        case "POST", "/v1/messages":
            return _message(call, account)
    if call.method == "GET" and call.path.removeprefix("/v1/models/") in MODELS:
        return Reply(200, _described(call.path.removeprefix("/v1/models/")))
    return _error(404, "Not found")


def _check(call: Call, account: Account) -> Reply | None:
    if "anthropic-version" not in call.headers:
        return _error(400, "anthropic-version: header is required")
    key = call.headers.get("x-api-key", "")
    if not key:
        return _error(401, "x-api-key header is required")
    valid = account.judge_key(key) is KeyState.VALID
    return None if valid else _error(401, "invalid x-api-key")


def _message(call: Call, account: Account) -> Reply:
    try:
        given = call.json()
        texts = _texts(given)
    except Malformed as error:
        return _error(400, str(error))
    model, limit = given.get("model"), given.get("max_tokens")
    if not isinstance(limit, int) or limit < 1:
        return _error(400, "max_tokens: Field required")
    if model not in MODELS:
        return _error(404, f"model: {model}")
    if given.get("stream"):
        return _error(400, "stream: this stand-in does not stream")
    if account.exhausted:
        return _error(400, "Your credit balance is too low to access the Anthropic API.")
    said = say("\n".join([str(given.get("system") or ""), *texts]), texts[-1], limit=limit)
    account.charge(said.prompt_tokens, said.completion_tokens)
    digest = hashlib.sha256(json.dumps(given, sort_keys=True).encode()).hexdigest()
    return Reply(
        200,
        {
            "id": f"msg_{digest[:24]}",
            "type": "message",
            "role": "assistant",
            "model": model,
            "content": [{"type": "text", "text": said.text}],
            "stop_reason": "max_tokens" if said.cut else "end_turn",
            "stop_sequence": None,
            "usage": {"input_tokens": said.prompt_tokens, "output_tokens": said.completion_tokens},
        },
    )


def _texts(given: dict[str, Any]) -> list[str]:
    """The text of each message. Raises Malformed."""
    messages = given.get("messages")
    if not isinstance(messages, list) or not messages:
        raise Malformed("messages: at least one message is required")
    made = []
    for number, message in enumerate(messages):
        role = message.get("role") if isinstance(message, dict) else None
        if role not in ("user", "assistant"):
            raise Malformed(f'messages.{number}.role: Input should be "user" or "assistant"')
        content = message.get("content")
        if isinstance(content, list):
            for index, part in enumerate(content):
                if not isinstance(part, dict):
                    raise Malformed(f"messages.{number}.content.{index}: Input should be an object")
            content = " ".join(str(part.get("text", "")) for part in content)
        if not content:
            raise Malformed(f"messages.{number}: content must be non-empty")
        made.append(str(content))
    return made


def _described(model: str) -> dict[str, Any]:
    return {"type": "model", "id": model, "display_name": MODELS[model], "created_at": CREATED}


def _error(status: int, message: str, headers: dict[str, str] | None = None) -> Reply:
    error = {"type": KINDS.get(status, "api_error"), "message": message}
    return Reply(status, {"type": "error", "error": error}, headers or {})
