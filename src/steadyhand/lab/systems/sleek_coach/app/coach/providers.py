"""A conversation in, what the model says or wants to look up out; or why there is nothing.

To add a provider: a function that asks it once, and a line in PROVIDERS.
"""

import http.client
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from steadyhand.lab.systems.sleek_coach.app.coach.tools import DESCRIBED, Asked
from steadyhand.lab.systems.sleek_coach.app.logs import say
from steadyhand.lab.systems.sleek_coach.app.settings import Provider

# The pauses before one asks again; what is busy for longer is away.
PAUSES = (0.2, 0.6)
BUSY = (429, 500, 502, 503, 504, 529)
ANSWER_LIMIT = 256 * 1024
TOKENS = 400  # of an answer
GEMINI = "gemini-2.0-flash"
CLAUDE = "claude-3-5-haiku-latest"

Message = Mapping[str, Any]


class NoAnswer(Exception):
    """The provider gave none; the message says why. `busy`: it may later."""

    def __init__(self, message: str, busy: bool = False) -> None:
        super().__init__(message)
        self.busy = busy


@dataclass(frozen=True)
class Answer:
    """What it says, or the tools it wants called. `message` is how the conversation keeps it."""

    text: str
    asked: tuple[Asked, ...]
    message: Message


def ask(provider: Provider, messages: Sequence[Message]) -> Answer:
    """Ask, and ask again with growing pauses while it is busy. Raises NoAnswer."""
    once = PROVIDERS.get(provider.name)
    if once is None:
        raise NoAnswer(f"there is no provider {provider.name}")
    for pause in (*PAUSES, None):
        try:
            return once(provider, messages)
        except NoAnswer as error:
            if pause is None or not error.busy:
                raise
            say("WARNING", f"coach: {provider.name} is busy, asking again: {error}")
            time.sleep(pause)
    raise AssertionError  # the last turn returns or raises


# https://platform.openai.com/docs/api-reference/chat/create
def _openai(provider: Provider, messages: Sequence[Message]) -> Answer:
    body = {
        "model": "gpt-4o-mini",
        "messages": list(messages),
        "tools": DESCRIBED,
        "max_completion_tokens": TOKENS,
    }
    told = _post(
        provider, "/v1/chat/completions", body, {"Authorization": f"Bearer {provider.key}"}
    )
    try:
        message = told["choices"][0]["message"]
        asked = tuple(
            Asked(one["id"], one["function"]["name"], one["function"]["arguments"])
            for one in message.get("tool_calls") or ()
        )
        text = message.get("content") or ""
    except (LookupError, TypeError, AttributeError):
        raise NoAnswer("unreadable answer") from None
    if not asked and not text.strip():
        raise NoAnswer("empty answer")
    return Answer(text, asked, {**message, "content": text or None})


# https://ai.google.dev/api/generate-content
def _gemini(provider: Provider, messages: Sequence[Message]) -> Answer:
    """The backup: it looks nothing up, and answers from the conversation alone."""
    roles = {"assistant": "model"}
    body = {
        "contents": [
            {"role": roles.get(one["role"], "user"), "parts": [{"text": one["content"]}]}
            for one in messages
        ]
    }
    path = f"/v1/models/{GEMINI}:generateContent"
    told = _post(provider, path, body, {"x-goog-api-key": provider.key})
    try:
        text = str(told["candidates"][0]["content"]["parts"][0]["text"])
    except (LookupError, TypeError):
        raise NoAnswer("unreadable answer") from None
    if not text.strip():
        raise NoAnswer("empty answer")
    return Answer(text, (), {"role": "assistant", "content": text})


# https://docs.anthropic.com/en/api/messages
def _anthropic(provider: Provider, messages: Sequence[Message]) -> Answer:
    """A backup too: it looks nothing up. Instructions are no message there."""
    body = {
        "model": CLAUDE,
        "max_tokens": TOKENS,
        "system": "\n".join(str(one["content"]) for one in messages if one["role"] == "system"),
        "messages": [
            {"role": one["role"], "content": one["content"]}
            for one in messages
            if one["role"] in ("user", "assistant")
        ],
    }
    headers = {"x-api-key": provider.key, "anthropic-version": "2023-06-01"}
    told = _post(provider, "/v1/messages", body, headers)
    try:
        text = "".join(str(one["text"]) for one in told["content"] if one["type"] == "text")
    except (LookupError, TypeError):
        raise NoAnswer("unreadable answer") from None
    if not text.strip():
        raise NoAnswer("empty answer")
    return Answer(text, (), {"role": "assistant", "content": text})


PROVIDERS: dict[str, Callable[[Provider, Sequence[Message]], Answer]] = {
    "openai": _openai,
    "gemini": _gemini,
    "anthropic": _anthropic,
}


def _post(provider: Provider, path: str, body: Any, headers: Mapping[str, str]) -> Any:
    address = urlsplit(provider.url)
    secure = address.scheme == "https"
    connect = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    connection = connect(address.hostname or "", address.port, timeout=provider.timeout)
    try:
        sent = {"Content-Type": "application/json", **headers}
        connection.request("POST", address.path.rstrip("/") + path, json.dumps(body), sent)
        answer = connection.getresponse()
        text = answer.read(ANSWER_LIMIT)
        if answer.status != 200:
            raise NoAnswer(_refused(answer.status, text), busy=answer.status in BUSY)
        return json.loads(text)
    except TimeoutError:
        raise NoAnswer(f"no answer within {provider.timeout:.0f} s") from None
    except (OSError, http.client.HTTPException) as error:
        raise NoAnswer(f"{type(error).__name__}: {error}") from None
    except ValueError:
        raise NoAnswer("unreadable answer") from None
    finally:
        connection.close()


def _refused(status: int, text: bytes) -> str:
    """The provider's own words: "401 expired_api_key", "429 rate_limit_exceeded"."""
    try:
        error = json.loads(text)["error"]
        return f"{status} {error.get('code') or error.get('type') or ''}".strip()
    except (ValueError, LookupError, TypeError, AttributeError):
        return str(status)
