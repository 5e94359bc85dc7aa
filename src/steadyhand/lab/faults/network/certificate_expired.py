"""The certificate of a name has run out, and the load balancer goes on serving it."""

from datetime import UTC, datetime, timedelta
from typing import Any

from steadyhand.lab.faults.fault import BadParameter, Fault, Scene, text

DAYS = -1.0


def inject(scene: Scene) -> dict[str, Any]:
    """Put a certificate that ends then in the place of the one that is there."""
    host = text(scene.given, "host", scene.live.parts.balancers[0].hosts[0]).lower()
    ends = datetime.now(UTC) + timedelta(days=_days(scene))
    with scene.lab.lock:
        arns = scene.kept["arns"] = scene.lab.certificates.of(host)
        if not arns:
            raise BadParameter(f"there is no certificate for {host}")
        for arn in arns:
            scene.lab.certificates.sign(arn, ends)
        scene.kept["signed"] = {arn: scene.lab.certificates.kept(arn) for arn in arns}
    return {"host": host, "certificates": arns, "notAfter": ends.isoformat()}


def clear(scene: Scene) -> None:
    """Renew it, as ACM would have done, unless somebody has done that or removed it."""
    with scene.lab.lock:
        for arn, signed in scene.kept["signed"].items():
            if scene.lab.certificates.kept(arn) is signed:
                scene.lab.certificates.sign(arn)


def _days(scene: Scene) -> float:
    try:
        return float(scene.given.get("days", DAYS))
    except (TypeError, ValueError):
        raise BadParameter("the parameter days must be a number") from None


CERTIFICATE_EXPIRED = Fault(
    name="certificate-expired",
    summary="The certificate of the system's name has expired; the load balancer still serves it.",
    notice=(
        "curl over https fails with exit code 60, saying that the certificate has expired; "
        "describe-certificate shows EXPIRED and a NotAfter in the past; tasks and targets are well."
    ),
    inject=inject,
    clear=clear,
    parameters={
        "host": "the name that the certificate is for (the first of the system's load balancer)",
        "days": f"in how many days it ends; less than 0: it has ended ({DAYS:g})",
    },
)
