"""`[serve]`: what the service says of itself to whoever watches it from outside."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from steadyhand.model.table import Table


class Serving(Table, frozen=True):
    """`heartbeat_url` is asked every `heartbeat_seconds`, but only while the audit is clean.

    What an incident or a notice has wanted for `grace_seconds` and did not get is an error.
    """

    heartbeat_url: str = ""
    heartbeat_seconds: float = 60.0
    grace_seconds: float = 15.0

    def mistakes(self) -> Iterator[str]:
        """Say what is well-formed and still cannot be."""
        address = urlsplit(self.heartbeat_url)
        if self.heartbeat_url and not (address.scheme in {"http", "https"} and address.hostname):
            yield f"serve.heartbeat_url: must be an http(s) URL (it is {self.heartbeat_url!r})"
        for key in ("heartbeat_seconds", "grace_seconds"):
            if getattr(self, key) <= 0:
                yield f"serve.{key}: must be more than 0"
