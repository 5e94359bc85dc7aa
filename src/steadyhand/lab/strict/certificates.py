"""A request of Certificate Manager in; what it refuses for the state of a certificate, out.

https://docs.aws.amazon.com/acm/latest/APIReference/Welcome.html
"""

from steadyhand.lab.cloud.resources import Backends
from steadyhand.lab.cloud.room import Parameters, Refusal


def check(moto: Backends, operation: str, asked: Parameters) -> None:
    """Raises Refusal."""
    arn = str(asked.get("CertificateArn") or "")
    # To import under an ARN that is not there is refused elsewhere, with the same code.
    if arn.startswith("arn:") and arn not in moto.acm._certificates:
        raise Refusal("ResourceNotFoundException", f"Could not find certificate {arn}.")
    if operation == "DeleteCertificate" and arn in _in_use(moto):
        raise Refusal("ResourceInUseException", f"Certificate {arn} in use.")


def _in_use(moto: Backends) -> set[str]:
    listeners = [
        listener
        for balancer in moto.elbv2.load_balancers.values()
        for listener in balancer.listeners.values()
    ]
    return {str(arn) for listener in listeners for arn in listener.certificates or []}
