"""The lab's certificate authority: names in, TLS for a server that has them out.

Made anew with each lab; only its certificate is written down, for whoever is to trust it.
"""

import ssl
from collections.abc import Iterable
from pathlib import Path

import trustme


class Authority:
    """`file` is the authority's certificate, in PEM."""

    def __init__(self, file: Path) -> None:
        self._authority = trustme.CA(organization_name="Steadyhand lab")
        self.file = file
        self._authority.cert_pem.write_to_path(str(file))

    def serve(self, names: Iterable[str]) -> ssl.SSLContext:
        """Give a server's TLS with a certificate for these names."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._authority.issue_cert(*names).configure_cert(context)
        return context
