"""Parameters as they were sent in, checked and typed ones out; or a Refusal in AWS's words.

Types and required names come from AWS's own service model; what it leaves open is checked below.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, TypeVar

import botocore.session
from botocore.model import (
    ServiceModel,
    Shape,
    StructureShape,
)

from steadyhand.lab.cloud.room import Parameters, Refusal

T = TypeVar("T")


@cache
def service() -> ServiceModel:
    return botocore.session.get_session().get_service_model("elasticache")


def typed(operation: str, sent: Parameters) -> Parameters:
    """Give the parameters in their types, without those that were left out. Raises Refusal."""
    shape = service().operation_model(operation).input_shape
    assert isinstance(shape, StructureShape)
    given = {name: value for name, value in sent.items() if value is not None}
    for name in shape.required_members:
        # https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/CommonErrors.html
        if name not in given:
            raise Refusal("MissingParameter", f"The request must contain the parameter {name}")
    members = shape.members
    return {n: _typed(n, value, members[n]) for n, value in given.items() if n in members}


def _typed(name: str, value: Any, shape: Shape) -> Any:
    match shape.type_name, value:
        case "integer", str() if re.fullmatch(r"-?\d+", value):
            return int(value)
        case "boolean", str() if value.lower() in ("true", "false"):
            return value.lower() == "true"
        case "integer", bool():
            raise _no(name, value)
        case ("integer", int()) | ("boolean", bool()) | ("string", str()) | ("list", list()):
            return value
        case "timestamp", datetime() | str():
            return value
        case "structure", dict():
            return value
    raise _no(name, value)


def _no(name: str, value: object) -> Refusal:
    return Refusal("InvalidParameterValue", f"Invalid value '{value}' for parameter {name}.")


def invalid(message: str) -> Refusal:
    return Refusal("InvalidParameterValue", message)


def combination(message: str) -> Refusal:
    return Refusal("InvalidParameterCombination", message)


# https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateReplicationGroup.html
_IDENTIFIER = re.compile(r"[A-Za-z](?:-?[A-Za-z0-9])*")


def identifier(name: str, value: str, longest: int) -> str:
    """Give an identifier as it is stored: in small letters."""
    if not _IDENTIFIER.fullmatch(value):
        raise invalid(
            f"The parameter {name} is not a valid identifier. Identifiers must begin with a "
            "letter; must contain only ASCII letters, digits, and hyphens; and must not end with "
            "a hyphen or contain two consecutive hyphens."
        )
    if len(value) > longest:
        raise invalid(
            f"The parameter {name} must be provided and must not be longer than {longest} "
            "characters."
        )
    return value.lower()


def within(name: str, value: int, lowest: int, highest: int) -> int:
    if not lowest <= value <= highest:
        raise invalid(f"Invalid value '{value}' for {name}. It must be {lowest} to {highest}.")
    return value


DAY = r"(?:sun|mon|tue|wed|thu|fri|sat)"
CLOCK = r"(?:[01]\d|2[0-3]):[0-5]\d"


# https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateCacheCluster.html
def maintenance_window(value: str) -> str:
    """A range of the week, 60 minutes at least."""
    given = value.lower()
    if not re.fullmatch(f"{DAY}:{CLOCK}-{DAY}:{CLOCK}", given):
        raise invalid(f"Invalid maintenance window format: {value}")
    start, _, end = given.partition("-")
    if (_minute(end) - _minute(start)) % (7 * 1440) < 60:
        raise invalid("The maintenance window must be at least 60 minutes.")
    return given


def snapshot_window(value: str) -> str:
    """A range of the day, 60 minutes at least."""
    if not re.fullmatch(f"{CLOCK}-{CLOCK}", value):
        raise invalid(f"Invalid snapshot window format: {value}")
    start, _, end = value.partition("-")
    if (_minute(end) - _minute(start)) % 1440 < 60:
        raise invalid("The snapshot window must be at least 60 minutes.")
    return value


def _minute(moment: str) -> int:
    *day, hour, minute = moment.split(":")
    days = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
    return (days.index(day[0]) * 1440 if day else 0) + int(hour) * 60 + int(minute)


def page(asked: Mapping[str, Any], found: Sequence[T], most: int) -> tuple[list[T], Parameters]:
    """Give one page of what was found, and where the next one begins.

    MaxRecords is 20 at least, as for
    https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_DescribeCacheClusters.html
    """
    size = asked.get("MaxRecords", most)
    if not 20 <= size <= most:
        raise invalid(f"Invalid value {size} for MaxRecords. Must be between 20 and {most}")
    marker = str(asked.get("Marker", "0"))
    if not marker.isdigit() or int(marker) > len(found):
        raise invalid(f"The parameter Marker is invalid: {marker}")
    start = int(marker)
    more = {"Marker": str(start + size)} if start + size < len(found) else {}
    return list(found[start : start + size]), more


def refuse_unknown(asked: Parameters, known: set[str]) -> None:
    """Refuse what AWS would do and the lab does not."""
    words = ", ".join(sorted(set(asked) - known))
    if words:
        raise invalid(f"The lab does not offer {words} here.")
