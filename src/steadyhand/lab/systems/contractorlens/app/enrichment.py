"""An estimate in, a provider's remarks on it out; or why there are none. Never raises.

An estimate is complete without: a provider that is slow, refuses or is switched off costs the
remarks and nothing else. Knows no database.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from steadyhand.lab.systems.contractorlens.app.estimating import Estimate
from steadyhand.lab.systems.contractorlens.app.logs import say
from steadyhand.lab.systems.contractorlens.app.outside import NoAnswer, post_json

MODEL = "gemini-2.0-flash"


class Status(StrEnum):
    ENRICHED = "enriched"
    DEGRADED = "degraded"
    DISABLED = "disabled"


@dataclass(frozen=True)
class Enrichment:
    """`reason` says why there are no notes; empty when there are."""

    status: Status
    reason: str = ""
    notes: str = ""


@dataclass(frozen=True)
class Gemini:
    """The provider. `enabled` is the flag as it was when this process started."""

    url: str
    key: str
    enabled: bool
    timeout: float = 8.0

    def enrich(self, estimate: Estimate) -> Enrichment:
        if not self.enabled:
            return Enrichment(Status.DISABLED, "switched off")
        if not (self.url and self.key):
            return Enrichment(Status.DEGRADED, "not configured")
        started = time.perf_counter()
        try:
            status, answer = self._ask(prompt(estimate))
        except NoAnswer as error:
            return _degraded(str(error), started)
        if status == 429:
            return _degraded("rate limit", started)
        if status != 200:
            return _degraded(f"refused with {status}", started)
        notes = text_of(answer)
        if not notes:
            return _degraded("unreadable answer", started)
        say("INFO", f"GeminiAPI generateContent {status} after {_milliseconds(started)} ms")
        return Enrichment(Status.ENRICHED, notes=notes)

    # https://ai.google.dev/api/generate-content
    def _ask(self, question: str) -> tuple[int, dict[str, Any]]:
        body = {"contents": [{"role": "user", "parts": [{"text": question}]}]}
        address = f"{self.url}/v1/models/{MODEL}:generateContent"
        return post_json(address, body, {"x-goog-api-key": self.key}, self.timeout)


def prompt(estimate: Estimate) -> str:
    works = ", ".join(dict.fromkeys(line.assembly for line in estimate.lines))
    return (
        f"A contractor renovates a {estimate.room_type.replace('_', ' ')} in {estimate.region}. "
        f"The estimate of {estimate.total} USD covers: {works}. What should be checked on site?"
    )


def text_of(answer: Mapping[str, Any]) -> str:
    """The text of a generateContent answer; "" where there is none."""
    try:
        return str(answer["candidates"][0]["content"]["parts"][0]["text"])
    except (LookupError, TypeError):
        return ""


def _degraded(reason: str, started: float) -> Enrichment:
    say("WARNING", f"GeminiAPI {reason} after {_milliseconds(started)} ms: estimate not enriched")
    return Enrichment(Status.DEGRADED, reason)


def _milliseconds(started: float) -> int:
    return round((time.perf_counter() - started) * 1000)
