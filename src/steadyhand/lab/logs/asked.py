"""What the operations of CloudWatch Logs have in common: the group they name, their page."""

import base64
import binascii
import json
import zlib
from dataclasses import dataclass
from typing import Any

from steadyhand.lab.cloud.room import Parameters, Refusal
from steadyhand.lab.logs.store import Group, LogStore

Shape = dict[str, Any]
NOT_OF_THE_REQUEST = ("nextToken", "limit", "startFromHead")


@dataclass(frozen=True)
class Place:
    """Whose logs these are, and what time it is, in milliseconds."""

    account: str
    region: str
    now: int

    def group_arn(self, name: str) -> str:
        return f"arn:aws:logs:{self.region}:{self.account}:log-group:{name}"


def invalid(message: str) -> Refusal:
    return Refusal("InvalidParameterException", message)


def not_found(what: str) -> Refusal:
    return Refusal("ResourceNotFoundException", f"The specified {what} does not exist.")


def group_named(store: LogStore, name: str) -> Group:
    if name not in store.groups:
        raise not_found("log group")
    return store.groups[name]


def group_asked(store: LogStore, asked: Parameters) -> Group:
    """Find the group of a request, by its name or its identifier. Raises Refusal.

    https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html
    """
    name, identifier = asked.get("logGroupName"), asked.get("logGroupIdentifier")
    if name and identifier:
        raise invalid("LogGroup name and LogGroup ARN are mutually exclusive parameters.")
    if not name and not identifier:
        raise invalid("Please specify logGroupName or logGroupIdentifier.")
    return group_named(store, name or plain_name(str(identifier)))


def plain_name(identifier: str) -> str:
    """Give the name of a group that may be named by its ARN."""
    if not identifier.startswith("arn:"):
        return identifier
    return identifier.partition(":log-group:")[2].removesuffix(":*")


def digest(asked: Parameters) -> int:
    """A number for all of a request but its page: a token goes with the request it came from."""
    rest = {key: value for key, value in asked.items() if key not in NOT_OF_THE_REQUEST}
    return zlib.crc32(json.dumps(rest, sort_keys=True, default=str).encode())


def write_token(asked: Parameters, *place: int) -> str:
    return base64.urlsafe_b64encode(json.dumps([digest(asked), *place]).encode()).decode()


def read_token(asked: Parameters, size: int) -> list[int] | None:
    """Read the token of a request, None where it has none. Raises Refusal for a foreign one."""
    if not asked.get("nextToken"):
        return None
    try:
        whose, *place = json.loads(base64.urlsafe_b64decode(str(asked["nextToken"])))
        if whose == digest(asked) and len(place) == size:
            return [int(one) for one in place]
    except (ValueError, TypeError, binascii.Error):
        pass
    raise invalid("The specified nextToken is invalid.")


def paged(rows: list[Shape], key: str, asked: Parameters, most: int = 50) -> Shape:
    """Cut a list to the page that is asked for."""
    (first,) = read_token(asked, 1) or [0]
    size = int(asked.get("limit") or most)
    shape: Shape = {key: rows[first : first + size]}
    if first + size < len(rows):
        shape["nextToken"] = write_token(asked, first + size)
    return shape
