"""Calls to the Gemini API in, its replies out: models, generateContent, countTokens.

https://ai.google.dev/api
"""

import re
from collections.abc import Iterator
from typing import Any

from steadyhand.lab.providers.account import Account, KeyState
from steadyhand.lab.providers.messages import Call, Malformed, Reply
from steadyhand.lab.providers.models.language import answer as say
from steadyhand.lab.providers.models.language import count_tokens

MODELS = {"gemini-2.0-flash": 1_048_576, "gemini-2.0-flash-lite": 1_048_576}
# https://ai.google.dev/gemini-api/docs/troubleshooting
WORDS = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    502: "UNAVAILABLE",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}
TROUBLE = {
    429: "Resource has been exhausted (e.g. check quota).",
    500: "An internal error has occurred.",
    503: "The model is overloaded. Please try again later.",
    504: "The service did not finish processing in time.",
}


def refusal(status: int) -> Reply:
    return _error(status, TROUBLE.get(status, "The service is currently unavailable."))


def answer(call: Call, account: Account) -> Reply:
    refused = _check_key(call, account)
    if refused is not None:
        return refused
    match re.fullmatch(r"/v1(?:beta)?/models(?:/([\w.-]+)(?::(\w+))?)?", call.path):
        case None:
            return _error(404, "Requested entity was not found.")
        case found:
            model, action = found.group(1), found.group(2)
    if model is None and call.method == "GET":
        return Reply(200, {"models": [_described(name) for name in MODELS]})
    if model not in MODELS:
        return _error(404, f"models/{model} is not found for API version v1.")
    if action is None and call.method == "GET":
        return Reply(200, _described(model))
    if call.method == "POST" and action in ("generateContent", "countTokens"):
        return _use(call, account, model, action)
    return _error(404, "Requested entity was not found.")


# https://ai.google.dev/gemini-api/docs/api-key — a key is no OAuth token, so a Bearer is refused
def _check_key(call: Call, account: Account) -> Reply | None:
    key = call.headers.get("x-goog-api-key") or call.query.get("key", "")
    if not key and call.bearer:
        return _error(401, "Request had invalid authentication credentials.")
    if not key:
        return _error(403, "Method doesn't allow unregistered callers. Please use API Key.")
    match account.judge_key(key):
        case KeyState.VALID:
            return None
        case KeyState.EXPIRED:
            return _error(400, "API key expired. Please renew the API key.", "API_KEY_INVALID")
        case _:
            text = "API key not valid. Please pass a valid API key."
            return _error(400, text, "API_KEY_INVALID")


def _use(call: Call, account: Account, model: str, action: str) -> Reply:
    try:
        given = call.json()
        texts = list(_texts(given))
    except Malformed as error:
        return _error(400, f"Invalid JSON payload received: {error}.")
    prompt = "\n".join(texts)
    if action == "countTokens":
        return Reply(200, {"totalTokens": count_tokens(prompt)})
    if account.exhausted:
        return refusal(429)
    limit = (given.get("generationConfig") or {}).get("maxOutputTokens")
    said = say(prompt, texts[-1], limit=limit if isinstance(limit, int) else None)
    account.charge(said.prompt_tokens, said.completion_tokens)
    candidate = {
        "content": {"role": "model", "parts": [{"text": said.text}]},
        "finishReason": "MAX_TOKENS" if said.cut else "STOP",
        "index": 0,
    }
    usage = {
        "promptTokenCount": said.prompt_tokens,
        "candidatesTokenCount": said.completion_tokens,
        "totalTokenCount": said.prompt_tokens + said.completion_tokens,
    }
    return Reply(200, {"candidates": [candidate], "usageMetadata": usage, "modelVersion": model})


def _texts(given: dict[str, Any]) -> Iterator[str]:
    """The texts of a request, the newest last. Raises Malformed."""
    contents = given.get("contents")
    if not isinstance(contents, list) or not contents:
        raise Malformed("contents is not specified")
    try:
        for content in contents:
            yield "\n".join(str(part["text"]) for part in content["parts"])
    except (LookupError, TypeError):
        raise Malformed("each of contents needs parts with a text") from None


def _described(model: str) -> dict[str, Any]:
    return {
        "name": f"models/{model}",
        "displayName": model.replace("-", " ").title(),
        "inputTokenLimit": MODELS[model],
        "outputTokenLimit": 8192,
        "supportedGenerationMethods": ["generateContent", "countTokens"],
    }


def _error(status: int, message: str, reason: str = "") -> Reply:
    error: dict[str, Any] = {"code": status, "message": message, "status": WORDS[status]}
    if reason:
        kind = "type.googleapis.com/google.rpc.ErrorInfo"
        error["details"] = [{"@type": kind, "reason": reason, "domain": "googleapis.com"}]
    return Reply(status, {"error": error})
