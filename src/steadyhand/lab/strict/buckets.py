"""A request of S3 in; what it refuses of names, policies and numbers, out.

Who may do what is the door's matter (s3/door.py).
https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
"""

import base64
import binascii
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Any

from steadyhand.lab.cloud.room import Refusal

# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
NAME = re.compile(r"[a-z0-9](?:[a-z0-9.-]{1,61})[a-z0-9]")
PREFIXES = ("xn--", "sthree-", "amzn-s3-demo-")
SUFFIXES = ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3")
LONGEST_KEY = 1024  # bytes
POLICY = 20_480  # bytes


@dataclass(frozen=True)
class Request:
    """`query` has what follows the question mark, `headers` are in small letters."""

    method: str
    bucket: str
    key: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes


def check(request: Request) -> None:
    """Raises Refusal."""
    if len(request.key.encode()) > LONGEST_KEY:
        raise Refusal("KeyTooLongError", "Your key is too long")
    if request.headers.get("content-md5") is not None:
        _check_digest(request.headers["content-md5"])
    most = request.query.get("max-keys")
    if most is not None and not most.isdigit():
        raise Refusal(
            "InvalidArgument", "Argument maxKeys must be an integer between 0 and 2147483647"
        )
    if request.method != "PUT" or request.key:
        return
    rule = next((RULES[name] for name in RULES if name in request.query), None)
    if rule is not None:
        rule(request)
    elif not request.query:
        _check_name(request.bucket)


def _check_name(name: str) -> None:
    refused = (
        not NAME.fullmatch(name)
        or ".." in name
        or name.startswith(PREFIXES)
        or name.endswith(SUFFIXES)
        or _is_address(name)
    )
    if refused:
        raise Refusal("InvalidBucketName", "The specified bucket is not valid.")


def _is_address(name: str) -> bool:
    try:
        IPv4Address(name)
    except ValueError:
        return False
    return True


def _check_digest(given: str) -> None:
    try:
        good = len(base64.b64decode(given, validate=True)) == 16
    except (binascii.Error, ValueError):
        good = False
    if not good:
        raise Refusal("InvalidDigest", "The Content-MD5 you specified was invalid.")


def _check_versioning(request: Request) -> None:
    status = re.search(rb"<Status>(.*?)</Status>", request.body)
    if status is None or status[1] not in (b"Enabled", b"Suspended"):
        raise Refusal(
            "MalformedXML",
            "The XML you provided was not well-formed or did not validate against our published "
            "schema",
        )


def _check_policy(request: Request) -> None:
    if len(request.body) > POLICY:
        raise _malformed("Policy exceeds the maximum allowed document size.")
    try:
        told = json.loads(request.body)
    except ValueError:
        raise _malformed("Policies must be valid JSON and the first byte must be '{'") from None
    if not isinstance(told, dict) or not told.get("Statement"):
        raise _malformed("Missing required field Statement")
    if told.get("Version", "2012-10-17") not in ("2012-10-17", "2008-10-17"):
        raise _malformed("The policy must contain a valid version string")
    statements = told["Statement"]
    for one in statements if isinstance(statements, list) else [statements]:
        for wrong in _wrong(one, request.bucket):
            raise _malformed(wrong)


def _wrong(statement: Any, bucket: str) -> Iterator[str]:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html"""
    if not isinstance(statement, dict):
        yield "Syntax errors in policy"
        return
    if statement.get("Effect") not in ("Allow", "Deny"):
        yield f"Invalid effect: {statement.get('Effect')}"
    for name in ("Principal", "Action", "Resource"):
        if name not in statement and f"Not{name}" not in statement:
            yield f"Missing required field {name}"
    resources = statement.get("Resource", statement.get("NotResource", []))
    for resource in resources if isinstance(resources, list) else [resources]:
        named = str(resource).removeprefix("arn:aws:s3:::").partition("/")[0]
        if named != bucket and resource != "*":
            yield "Policy has invalid resource"


def _malformed(message: str) -> Refusal:
    return Refusal("MalformedPolicy", message)


RULES: dict[str, Callable[[Request], None]] = {
    "policy": _check_policy,
    "versioning": _check_versioning,
}
