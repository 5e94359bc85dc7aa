"""What a route may answer beside what it is for, as the OpenAPI document says it."""

from typing import Any

from steadyhand.api.shapes import Said

_MEANING = {
    400: "What was sent cannot be read.",
    401: "No token and no session, or one that is none any more.",
    403: "The scope is missing, or a page of another origin asks.",
    404: "There is nothing of that name.",
    409: "It does not fit the state that things are in now.",
    429: "Too many failed attempts; see Retry-After.",
    503: "The journal does not answer now.",
}


def refusals(*codes: int) -> dict[int | str, dict[str, Any]]:
    """Describe refusals: 401, 403 and 503 with everything, and those that are named."""
    every = sorted({401, 403, 503, *codes})
    return {code: {"model": Said, "description": _MEANING[code]} for code in every}
