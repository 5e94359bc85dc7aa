"""A request of Secrets Manager in; what it refuses for the state of a secret, or by its rules, out.

https://docs.aws.amazon.com/secretsmanager/latest/apireference/Welcome.html
"""

import json
import re
from typing import Any

from steadyhand.lab.cloud.resources import Backends
from steadyhand.lab.cloud.room import Parameters, Refusal

# https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html
NAME = re.compile(r"[A-Za-z0-9/_+=.@-]{1,512}")
INVALID = "InvalidParameterException"
# What may be asked of a secret that is to be deleted.
OF_THE_DELETED = {"DeleteSecret", "DescribeSecret", "RestoreSecret", "ListSecretVersionIds"}


def check(moto: Backends, operation: str, asked: Parameters) -> None:
    """Raises Refusal."""
    if asked.get("SecretString") is not None and asked.get("SecretBinary") is not None:
        raise Refusal(
            INVALID, "You can't specify both a binary secret value and a string secret value."
        )
    if any(str(tag.get("Key") or "").lower().startswith("aws:") for tag in asked.get("Tags") or []):
        raise Refusal(INVALID, "Tag keys can't begin with aws:.")
    if operation == "CreateSecret":
        _check_new(moto, asked)
    if operation == "PutResourcePolicy" and asked.get("ResourcePolicy") is not None:
        _check_policy(str(asked["ResourcePolicy"]))
    if asked.get("SecretId"):
        _check_state(operation, _find(moto, str(asked["SecretId"])), asked)


def _check_new(moto: Backends, asked: Parameters) -> None:
    name = asked.get("Name")
    if name and len(str(name)) <= 512 and not NAME.fullmatch(str(name)):
        raise Refusal(
            "ValidationException",
            "Invalid name. Must be a valid name containing alphanumeric characters, or any of "
            "the following: -/_+=.@!",
        )
    kept = moto.secrets.secrets.get(str(name)) if name else None
    if kept is not None and kept.is_deleted():
        raise Refusal(
            "InvalidRequestException",
            "You can't create this secret because a secret with this name is already scheduled "
            "for deletion.",
        )


def _check_policy(text: str) -> None:
    try:
        told = json.loads(text)
    except ValueError:
        told = None
    if not isinstance(told, dict) or "Statement" not in told:
        raise Refusal(
            "MalformedPolicyDocumentException", "This resource policy is not a valid policy."
        )


def _find(moto: Backends, given: str) -> Any:
    kept = moto.secrets.secrets.get(given)
    if kept is None:
        raise Refusal(
            "ResourceNotFoundException", "Secrets Manager can't find the specified secret."
        )
    return kept


def _check_state(operation: str, kept: Any, asked: Parameters) -> None:
    if kept.is_deleted() and operation not in OF_THE_DELETED:
        raise Refusal(
            "InvalidRequestException",
            "You can't perform this operation on the secret because it was marked for deletion.",
        )
    if operation == "RotateSecret":
        _check_rotation(kept, asked)


def _check_rotation(kept: Any, asked: Parameters) -> None:
    """The lab has no Lambda functions: whichever is named, none is there."""
    if asked.get("RotationLambdaARN"):
        raise Refusal(
            "ResourceNotFoundException", "Secrets Manager can't find the specified function."
        )
    if not kept.rotation_lambda_arn:
        raise Refusal(
            "InvalidRequestException",
            "No Lambda rotation function ARN is associated with this secret.",
        )
