"""ACM's certificates as moto keeps them, in; the same ones signed by the lab's authority, out.

What is requested through the API is validated after a while, and can then be served: whoever trusts
the lab trusts it. Called with the API's lock held.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509 import load_pem_x509_certificate
from moto import settings

from steadyhand.lab.authority import Authority, Certificate
from steadyhand.lab.durations import Durations

# https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html
# "A few minutes"; within the four that `aws acm wait certificate-validated` has patience for.
VALIDATION = 120.0  # seconds, before they are divided by the factor


class Certificates:
    """`acm` is moto's. A certificate is known by its ARN."""

    def __init__(self, acm: Any, authority: Authority, durations: Durations) -> None:
        self._acm = acm
        self._authority = authority
        settings.ACM_VALIDATION_WAIT = round(durations.shortened(VALIDATION, 2.0))

    def create(self, domain: str) -> str:
        """Have a certificate that is issued already. Returns its ARN."""
        arn = str(self._acm.request_certificate(domain, None, [], []))
        self.sign(arn)
        return arn

    def tick(self) -> None:
        """Sign what has been requested since."""
        for arn, bundle in self._acm._certificates.items():
            if bundle.type == "AMAZON_ISSUED" and not hasattr(bundle, "signed"):
                status = bundle.status
                self.sign(arn)
                bundle.status = status

    def sign(self, arn: str, ends: datetime | None = None) -> None:
        """Issue a certificate anew under its ARN, with a new key, until that time."""
        bundle = self._acm._certificates[arn]
        made = self._authority.issue(bundle.sans, ends)
        # moto has no way to do this; it reads these when it describes a certificate.
        bundle.signed, bundle.cert, bundle.key = made, made.chain, made.key
        bundle._cert = load_pem_x509_certificate(made.chain)
        bundle._key = load_pem_private_key(made.key, None)
        bundle.status = "ISSUED"
        bundle.check()

    def of(self, domain: str) -> list[str]:
        """The ARNs of the certificates for a name."""
        found = self._acm._certificates.items()
        return [arn for arn, bundle in found if domain in bundle.sans]

    def kept(self, arn: str) -> Certificate | None:
        """What is issued under an ARN; None where it is of somebody else, or no more."""
        bundle = self._acm._certificates.get(arn)
        made: Certificate | None = getattr(bundle, "signed", None)
        return made

    def served(self, arns: Iterable[str]) -> Mapping[str, Certificate]:
        """Name → certificate, the first that is for it."""
        found: dict[str, Certificate] = {}
        for arn in arns:
            if made := self.kept(arn):
                for name in self._acm._certificates[arn].sans:
                    found.setdefault(name, made)
        return found
