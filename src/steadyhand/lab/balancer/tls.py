"""Certificates in, one TLS context that serves each name with its own, out.

Names that no certificate is for get the first one's, as a load balancer's default certificate.
"""

import ssl
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from weakref import WeakKeyDictionary

from steadyhand.lab.authority import Certificate


class Tls:
    """`context` is what a server listens with. `use` may be called at any time: who connects
    afterwards meets the new certificates."""

    def __init__(self, fallback: ssl.SSLContext) -> None:
        self.context = fallback
        fallback.sni_callback = self.choose
        self._certificates: dict[str, Certificate] = {}
        self._contexts: dict[str, ssl.SSLContext] = {}
        # The name that the client of a connection has asked for.
        self.asked: WeakKeyDictionary[ssl.SSLObject | ssl.SSLSocket, str] = WeakKeyDictionary()

    def use(self, certificates: Mapping[str, Certificate]) -> None:
        """Serve each of these names with its certificate; the first also stands for all others."""
        if certificates == self._certificates:
            return
        kept = {
            name: self._contexts[name]
            for name in certificates
            if certificates[name] == self._certificates.get(name)
        }
        self._contexts = {
            name: kept.get(name) or _context(one) for name, one in certificates.items()
        }
        self._certificates = dict(certificates)

    def choose(
        self, connection: ssl.SSLObject | ssl.SSLSocket, name: str | None, _: ssl.SSLContext
    ) -> None:
        """Take the certificate of the name that the client asks for."""
        self.asked[connection] = name or ""
        contexts = self._contexts
        if contexts:
            connection.context = contexts.get(name or "") or next(iter(contexts.values()))


def _context(given: Certificate) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    # The library reads keys from files only.
    with TemporaryDirectory() as folder:
        file = Path(folder) / "pair.pem"
        file.touch(mode=0o600)
        file.write_bytes(given.key + given.chain)
        context.load_cert_chain(file)
    return context
