"""A request of Parameter Store in; what it refuses of names, values and tiers, out.

https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html
"""

import re
from typing import Any

from steadyhand.lab.cloud.resources import Backends
from steadyhand.lab.cloud.room import Parameters, Refusal

VALIDATION = "ValidationException"
NAME = re.compile(r"[A-Za-z0-9_.:/-]+")
LEVELS, LONGEST = 15, 1011
# https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html
CHARACTERS = {"Standard": 4096, "Advanced": 8192, "Intelligent-Tiering": 8192}
DATA_TYPES = {"text", "aws:ec2:image", "aws:ssm:integration"}


def check(moto: Backends, operation: str, asked: Parameters) -> None:
    """Raises Refusal."""
    if operation == "PutParameter" and asked.get("Name"):
        _check_name(str(asked["Name"]))
        _check_put(moto, asked)
    path = asked.get("Path")
    if operation == "GetParametersByPath" and path and not str(path).startswith("/"):
        raise Refusal(VALIDATION, "The parameter path must begin with a forward slash (/).")


def _check_name(name: str) -> None:
    if not NAME.fullmatch(name):
        raise Refusal(
            VALIDATION,
            'Parameter name: can\'t be prefixed with "ssm" (case-insensitive). If formed as a '
            "path, it can consist of sub-paths divided by slash symbol; each sub-path can be "
            "formed as a mix of letters, numbers and the following 3 symbols .-_",
        )
    levels = [part for part in name.split("/") if part]
    first = levels[0].lower() if levels else ""
    if first in ("aws", "ssm") and "/" in name:
        raise Refusal("AccessDeniedException", f"No access to reserved parameter name: {name}.")
    if first.startswith(("aws", "ssm")):
        raise Refusal(VALIDATION, 'Parameter name: can\'t be prefixed with "aws" or "ssm".')
    if "/" in name and not name.startswith("/"):
        raise Refusal(VALIDATION, "Parameter name must be a fully qualified name.")
    if len(levels) > LEVELS:
        raise Refusal(
            "HierarchyLevelLimitExceededException",
            f"A parameter name has at most {LEVELS} levels.",
        )
    if len(name) > LONGEST:
        raise Refusal(VALIDATION, f"A parameter name has at most {LONGEST} characters.")


def _check_put(moto: Backends, asked: Parameters) -> None:
    versions: list[Any] = moto.ssm._parameters.get(str(asked["Name"]), [])
    before = versions[-1] if versions else None
    value, tier = str(asked.get("Value") or ""), str(asked.get("Tier") or _tier(before))
    if not value:
        raise Refusal(VALIDATION, "Parameter value can't be empty.")
    if asked.get("Overwrite") and asked.get("Tags"):
        raise Refusal(VALIDATION, "Invalid request: tags and overwrite can't be used together.")
    if before is None and not asked.get("Type"):
        raise Refusal(VALIDATION, "A parameter type is required when you create a parameter.")
    if str(asked.get("DataType") or "text") not in DATA_TYPES:
        raise Refusal(VALIDATION, f"The data type {asked['DataType']} is not supported.")
    if before is not None and tier == "Standard" and _tier(before) == "Advanced":
        raise Refusal(VALIDATION, "An advanced parameter can't become a standard one.")
    if tier in CHARACTERS and len(value) > CHARACTERS[tier]:
        raise Refusal(
            VALIDATION,
            f"{tier} tier parameters support a maximum parameter value of {CHARACTERS[tier]} "
            "characters.",
        )
    if asked.get("AllowedPattern"):
        _check_pattern(str(asked["AllowedPattern"]), value)


def _tier(before: Any) -> str:
    return str(before.tier or "Standard") if before is not None else "Standard"


def _check_pattern(pattern: str, value: str) -> None:
    try:
        fits = re.search(pattern, value)
    except re.error:
        raise Refusal(
            "InvalidAllowedPatternException", "The request does not meet the regular expression."
        ) from None
    if not fits:
        raise Refusal(
            "ParameterPatternMismatchException",
            f"Parameter value, cannot be validated against allowedPattern: {pattern}",
        )
