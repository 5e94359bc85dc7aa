"""An account and its score in, an e-mail out, or the reason why there is none.

The provider speaks OpenAI's API: https://platform.openai.com/docs/api-reference/chat
"""

import http.client
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from redis import RedisError

from steadyhand.lab.systems.revenue_context.app.llm.breaker import Breaker
from steadyhand.lab.systems.revenue_context.app.llm.spending import Spending
from steadyhand.lab.systems.revenue_context.app.logs import say

MODEL = "gpt-4o-mini"
# Dollars for a token: https://openai.com/api/pricing/
PROMPT_PRICE, COMPLETION_PRICE = 0.15e-6, 0.60e-6
CALLS = "llm:calls"  # in Redis: how many calls ended how
ANSWER_LIMIT = 64 * 1024


class NotWritten(Exception):
    """There is no e-mail. `reason` is a word of /metrics, the message a sentence for people."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True)
class Email:
    subject: str
    body: str


@dataclass(frozen=True)
class Writer:
    """Writes e-mails while the budget lasts and the breaker lets it."""

    redis: Any
    url: str
    key: str
    spending: Spending
    breaker: Breaker
    timeout: float = 10.0

    def write(self, account: str, score: float) -> Email:
        """Ask the model. Raises NotWritten."""
        try:
            return self._write(account, score)
        except NotWritten as failed:
            self._count(failed.reason)
            say("ERROR", f"LLM API call failed: {failed}", reason=failed.reason)
            raise
        except RedisError as error:
            # Without Redis nobody knows what was spent, so nothing is.
            say("ERROR", f"LLM API call failed: budget unknown: {error}", reason="redis")
            raise NotWritten("redis", "the budget cannot be read") from None

    def _write(self, account: str, score: float) -> Email:
        if not self.spending.is_left():
            raise NotWritten("budget", "Budget exceeded")
        if not self.breaker.allows():
            raise NotWritten("breaker", "circuit breaker open: openai")
        try:
            answer = self._ask(_prompt(account, score))
            email = _read(answer["choices"][0]["message"]["content"])
            usage = answer.get("usage") or {}
        except (OSError, http.client.HTTPException, ValueError, LookupError, TypeError) as error:
            self.breaker.failed()
            raise NotWritten("provider", f"openai: {type(error).__name__}: {error}") from None
        self.breaker.succeeded()
        prompt, completion = usage.get("prompt_tokens", 0), usage.get("completion_tokens", 0)
        self.spending.add(prompt * PROMPT_PRICE + completion * COMPLETION_PRICE)
        self._count("ok")
        return email

    def _ask(self, prompt: str) -> Any:
        address = urlsplit(self.url)
        secure = address.scheme == "https"
        connect = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        connection = connect(address.hostname or "", address.port, timeout=self.timeout)
        body = {"model": MODEL, "messages": [{"role": "user", "content": prompt}]}
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.key}"}
        path = f"{address.path.removesuffix('/').removesuffix('/v1')}/v1/chat/completions"
        try:
            connection.request("POST", path, json.dumps(body), headers)
            response = connection.getresponse()
            text = response.read(ANSWER_LIMIT)
            if response.status != 200:
                raise ValueError(f"status {response.status}")
            return json.loads(text)
        finally:
            connection.close()

    def _count(self, outcome: str) -> None:
        self.redis.hincrby(CALLS, outcome, 1)


def _prompt(account: str, score: float) -> str:
    return (
        f"Write a short e-mail to {account}, who shows interest (intent score {score:.0f}). "
        "The first line is the subject, the rest the text."
    )


def _read(content: str) -> Email:
    subject, _, body = content.strip().partition("\n")
    if not subject:
        raise ValueError("an empty answer")
    return Email(subject.removeprefix("Subject:").strip()[:200], body.strip() or subject)
