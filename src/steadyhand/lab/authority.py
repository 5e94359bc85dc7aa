"""The lab's certificate authority: names in, TLS for a server that has them out.

Made anew with each lab; only its certificate is written down, for whoever is to trust it.
"""

import ssl
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import trustme

LIFE = timedelta(days=395)  # of a certificate, as ACM issues them


@dataclass(frozen=True)
class Certificate:
    """A certificate and its key, in PEM."""

    chain: bytes
    key: bytes


class Authority:
    """`file` is the authority's certificate, in PEM."""

    def __init__(self, file: Path) -> None:
        self._authority = trustme.CA(organization_name="Steadyhand lab")
        self.file = file
        self._authority.cert_pem.write_to_path(str(file))

    def issue(self, names: Iterable[str], ends: datetime | None = None) -> Certificate:
        """Issue a certificate for these names that ends then, or in thirteen months."""
        ends = ends or datetime.now(UTC) + LIFE
        made = self._authority.issue_cert(*names, not_before=ends - LIFE, not_after=ends)
        chain = b"".join(blob.bytes() for blob in made.cert_chain_pems)
        return Certificate(chain, made.private_key_pem.bytes())

    def serve(self, names: Iterable[str]) -> ssl.SSLContext:
        """Give a server's TLS with a certificate for these names."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._authority.issue_cert(*names).configure_cert(context)
        return context

    def write(self, file: Path, names: Iterable[str]) -> None:
        """Write a certificate for these names with its key, for a server of another process."""
        file.touch(mode=0o600)
        made = self._authority.issue_cert(*names)
        made.private_key_and_cert_chain_pem.write_to_path(str(file))
