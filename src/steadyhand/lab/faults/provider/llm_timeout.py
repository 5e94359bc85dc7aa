"""The language model's provider takes longer than anybody waits for it."""

from collections.abc import Mapping
from typing import Any

from steadyhand.lab.faults.fault import number
from steadyhand.lab.faults.provider.switches import switching

SECONDS = 30.0


def wanted(given: Mapping[str, Any]) -> dict[str, Any]:
    return {"slow": number(given, "seconds", SECONDS) or SECONDS}


LLM_TIMEOUT = switching(
    "llm-timeout",
    (
        "The provider of the language model answers, but after longer than applications wait.",
        "The log has timeouts of the provider; what needs it takes seconds, then is answered "
        "without it or with an error; the provider's status page says degraded.",
    ),
    wanted,
    seconds=f"how long each answer takes ({SECONDS:g})",
)
