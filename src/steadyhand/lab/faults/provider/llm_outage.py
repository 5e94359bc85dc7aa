"""The language model's provider is out of order, and says so on its status page."""

from collections.abc import Mapping
from typing import Any

from steadyhand.lab.faults.fault import BadParameter, number
from steadyhand.lab.faults.provider.switches import switching
from steadyhand.lab.providers.account import STATUSES

STATUS = 503


def wanted(given: Mapping[str, Any]) -> dict[str, Any]:
    status = int(number(given, "status", STATUS))
    if status not in STATUSES or status < 500:
        raise BadParameter(f"status is one of {', '.join(str(s) for s in STATUSES if s >= 500)}")
    return {"status": status}


LLM_OUTAGE = switching(
    "llm-outage",
    (
        "The provider of the language model answers every request with 5xx.",
        "The log tells of the provider's status; circuit breakers open; what needs the model is "
        "answered without it or with an error; the provider's status page says outage.",
    ),
    wanted,
    status=f"what it answers ({STATUS})",
)
