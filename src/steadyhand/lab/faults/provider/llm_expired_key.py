"""The key that the system has for its language model expires; another one is valid."""

from collections.abc import Mapping
from typing import Any

from steadyhand.lab.faults.fault import BadParameter, text
from steadyhand.lab.faults.provider.switches import switching


def wanted(given: Mapping[str, Any]) -> dict[str, Any]:
    how = text(given, "how", "expired")
    if how not in ("expired", "rotated"):
        raise BadParameter("how is expired or rotated")
    return {"key": how}


LLM_EXPIRED_KEY = switching(
    "llm-expired-key",
    (
        "The provider of the language model does not accept the system's key any more.",
        "The log tells that the provider refused with 401 (Gemini: 400); every call fails, and "
        "those of other customers do not: the provider's status page says that all is well.",
    ),
    wanted,
    how="expired, or rotated: another key was made in its place (expired)",
)
