"""One request to a provider, and its reply, as values. Knows no socket and no provider."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


class Malformed(Exception):
    """The body is not what it has to be; the message says why."""


@dataclass(frozen=True)
class Call:
    """`path` begins with a slash and has no query; the names of headers are in lower case."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def bearer(self) -> str:
        """The token of an Authorization header ("Bearer x", GitHub's "token x"); "" for none."""
        kind, _, token = self.headers.get("authorization", "").partition(" ")
        return token.strip() if kind.lower() in ("bearer", "token") else ""

    def json(self) -> dict[str, Any]:
        """The body as a JSON object. Raises Malformed."""
        try:
            value = json.loads(self.body or b"{}")
        except ValueError:
            raise Malformed("the body is not JSON") from None
        if not isinstance(value, dict):
            raise Malformed("the body is not a JSON object")
        return value


@dataclass(frozen=True)
class Reply:
    """`content`: JSON, or a text that is sent as it is; None sends no body."""

    status: int
    content: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def encoded(self) -> tuple[str, bytes]:
        """The media type and the bytes to send."""
        if self.content is None:
            return "", b""
        if isinstance(self.content, str):
            return "text/plain; charset=utf-8", self.content.encode()
        return "application/json; charset=utf-8", json.dumps(self.content).encode()
