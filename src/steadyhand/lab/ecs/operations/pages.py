"""A list and the API's maxResults and nextToken in, one page of it out. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from steadyhand.lab.cloud.seam import Refusal


def page(key: str, found: Sequence[str], asked: Mapping[str, Any]) -> dict[str, Any]:
    """Give `{key: …}` with a nextToken where there is more. Raises Refusal."""
    start = _token(asked.get("nextToken"))
    size = int(asked.get("maxResults") or 100)
    if not 1 <= size <= 100:
        raise Refusal("InvalidParameterException", "maxResults must be between 1 and 100.")
    shape: dict[str, Any] = {key: list(found[start : start + size])}
    if start + size < len(found):
        shape["nextToken"] = str(start + size)
    return shape


def _token(token: object) -> int:
    if token is None:
        return 0
    if not str(token).isdigit():
        raise Refusal("InvalidParameterException", "Invalid token.")
    return int(str(token))
