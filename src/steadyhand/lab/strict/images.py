"""A request of ECR in; what it refuses of an image, out.

https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_PutImage.html
"""

import json

from moto.ecr.models import ecr_backends

from steadyhand.lab.account import ACCOUNT, REGION
from steadyhand.lab.cloud.resources import Backends
from steadyhand.lab.cloud.room import Parameters, Refusal


def check(_: Backends, operation: str, asked: Parameters) -> None:
    """Raises Refusal."""
    if operation != "PutImage":
        return
    name = str(asked.get("repositoryName") or "")
    if name not in ecr_backends[ACCOUNT][REGION].repositories:
        raise Refusal(
            "RepositoryNotFoundException",
            f"The repository with name '{name}' does not exist in the registry with id '{ACCOUNT}'",
        )
    try:
        json.loads(str(asked.get("imageManifest") or ""))
    except ValueError:
        raise Refusal(
            "InvalidParameterException",
            "Invalid parameter at 'ImageManifest' failed to satisfy constraint: 'Invalid JSON "
            "syntax'",
        ) from None
