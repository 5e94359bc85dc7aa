"""Calls to the OpenAI API in, its replies out: models, chat completions with tools; status page.

https://platform.openai.com/docs/api-reference
"""

import hashlib
import json
import re
import time
from typing import Any

from steadyhand.lab.providers.account import Account, KeyState
from steadyhand.lab.providers.messages import Call, Malformed, Reply
from steadyhand.lab.providers.models.language import Said, count_tokens, subjects
from steadyhand.lab.providers.models.language import answer as say

MODELS = ("gpt-4o", "gpt-4o-mini", "o1")
CREATED = 1_715_367_049
# https://platform.openai.com/docs/guides/error-codes
TROUBLE = {
    429: ("Rate limit reached for requests. Please try again in 20s.", "rate_limit_exceeded"),
    500: ("The server had an error while processing your request.", None),
    503: ("The engine is currently overloaded, please try again later.", None),
}
NO_QUOTA = "You exceeded your current quota, please check your plan and billing details."


def refusal(status: int) -> Reply:
    message, code = TROUBLE.get(status, ("The server is temporarily unavailable.", None))
    kind = "requests" if status == 429 else "server_error"
    headers = {"Retry-After": "20"} if status == 429 else {}
    return _error(status, message, kind, code, headers)


def answer(call: Call, account: Account) -> Reply:
    refused = _check_key(call, account)
    if refused is not None:
        return refused
    match call.method, call.path:
        case "GET", "/v1/models":
            return Reply(200, {"object": "list", "data": [_described(name) for name in MODELS]})
        case "POST", "/v1/chat/completions":
            return _complete(call, account)
    if call.method == "GET" and call.path.removeprefix("/v1/models/") in MODELS:
        return Reply(200, _described(call.path.removeprefix("/v1/models/")))
    return _wrong(404, f"Invalid URL ({call.method} {call.path})", None)


def _check_key(call: Call, account: Account) -> Reply | None:
    if not call.bearer:
        return _wrong(401, "You didn't provide an API key.", None)
    match account.judge_key(call.bearer):
        case KeyState.VALID:
            return None
        case KeyState.EXPIRED:
            return _wrong(401, "Your API key has expired.", "expired_api_key")
        case _:
            return _wrong(401, "Incorrect API key provided.", "invalid_api_key")


def _complete(call: Call, account: Account) -> Reply:
    try:
        given = call.json()
        messages = _messages(given)
    except Malformed as error:
        return _wrong(400, str(error), None)
    model = given.get("model")
    if model not in MODELS:
        return _wrong(404, f"The model `{model}` does not exist.", "model_not_found")
    if given.get("stream"):
        return _wrong(400, "This stand-in does not stream.", "unsupported_value")
    if account.exhausted:
        return _error(429, NO_QUOTA, "insufficient_quota", "insufficient_quota", {})
    prompt = "\n".join(text for _, text in messages)
    question = next((text for role, text in reversed(messages) if role == "user"), prompt)
    tool = None if messages[-1][0] == "tool" else _chosen(given.get("tools"), question)
    message, said = _tool_call(tool, prompt, question) if tool else _text(given, messages, question)
    account.charge(said.prompt_tokens, said.completion_tokens)
    return Reply(200, _completion(given, message, said))


def _text(
    given: dict[str, Any], messages: list[tuple[str, str]], question: str
) -> tuple[dict[str, Any], Said]:
    limit = given.get("max_completion_tokens", given.get("max_tokens"))
    prompt = "\n".join(text for _, text in messages)
    known = " ".join(text for role, text in messages if role == "tool")
    said = say(prompt, question, known, limit if isinstance(limit, int) else None)
    content = said.text
    if (given.get("response_format") or {}).get("type") == "json_object":
        content = json.dumps({"summary": said.text, "subjects": subjects(question)})
    return {"role": "assistant", "content": content, "refusal": None}, said


def _tool_call(tool: dict[str, Any], prompt: str, question: str) -> tuple[dict[str, Any], Said]:
    arguments = json.dumps(_arguments(tool.get("parameters") or {}, question))
    identity = "call_" + hashlib.sha256((prompt + arguments).encode()).hexdigest()[:24]
    function = {"name": tool["name"], "arguments": arguments}
    made = {"id": identity, "type": "function", "function": function}
    message = {"role": "assistant", "content": None, "refusal": None, "tool_calls": [made]}
    return message, Said("", count_tokens(prompt), count_tokens(arguments) + 1)


def _chosen(tools: Any, question: str) -> dict[str, Any] | None:
    """The function that shares most words with the question; None when none shares any."""
    words = set(re.findall(r"[a-z]{4,}", question.lower()))
    best: tuple[int, dict[str, Any] | None] = (0, None)
    for tool in tools if isinstance(tools, list) else ():
        function = tool.get("function") or {}
        text = f"{function.get('name', '')} {function.get('description', '')}".lower()
        shared = len(words & set(re.findall(r"[a-z]{4,}", text)))
        if shared > best[0]:
            best = (shared, function)
    return best[1]


def _arguments(schema: dict[str, Any], question: str) -> dict[str, Any]:
    """A value for each required parameter: the number in the question, or the question itself."""
    number = re.search(r"\d+", question)
    values = {
        "integer": int(number.group()) if number else 1,
        "number": float(number.group()) if number else 1.0,
        "boolean": True,
        "array": [],
        "object": {},
    }
    known = schema.get("properties") or {}
    return {
        name: (known.get(name, {}).get("enum") or [None])[0]
        or values.get(known.get(name, {}).get("type"), question)
        for name in schema.get("required") or ()
    }


def _completion(given: dict[str, Any], message: dict[str, Any], said: Said) -> dict[str, Any]:
    reason = "tool_calls" if "tool_calls" in message else "length" if said.cut else "stop"
    digest = hashlib.sha256(json.dumps([given, message], sort_keys=True).encode()).hexdigest()
    return {
        "id": f"chatcmpl-{digest[:29]}",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": given["model"],
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": reason}],
        "usage": {
            "prompt_tokens": said.prompt_tokens,
            "completion_tokens": said.completion_tokens,
            "total_tokens": said.prompt_tokens + said.completion_tokens,
        },
    }


def _messages(given: dict[str, Any]) -> list[tuple[str, str]]:
    """Role and text of each message. Raises Malformed."""
    messages = given.get("messages")
    if not isinstance(messages, list) or not messages:
        raise Malformed("Missing required parameter: 'messages'.")
    made = []
    for number, message in enumerate(messages):
        role = message.get("role") if isinstance(message, dict) else None
        if role not in ("system", "developer", "user", "assistant", "tool"):
            raise Malformed(f"Invalid value for 'messages[{number}].role'.")
        content = message.get("content")
        if isinstance(content, list):
            content = " ".join(str(part.get("text", "")) for part in content)
        made.append((str(role), str(content or "")))
    return made


def _described(model: str) -> dict[str, Any]:
    return {"id": model, "object": "model", "created": CREATED, "owned_by": "system"}


def _wrong(status: int, message: str, code: str | None) -> Reply:
    return _error(status, message, "invalid_request_error", code, {})


def _error(
    status: int, message: str, kind: str, code: str | None, headers: dict[str, str]
) -> Reply:
    error = {"message": message, "type": kind, "param": None, "code": code}
    return Reply(status, {"error": error}, headers)
