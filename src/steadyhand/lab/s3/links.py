"""A presigned link's query in, why S3 refuses it out; nothing for one that is good. Pure.

Signatures are not worked out again: the lab takes any credentials, so it knows no secret keys.
https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

LONGEST = 604_800  # seconds: a week
SKEW = timedelta(minutes=15)


@dataclass(frozen=True)
class Refused:
    """As S3 answers; `more` are further elements of the error."""

    status: int
    code: str
    message: str
    more: Mapping[str, str] = field(default_factory=dict)


def judge_link(query: Mapping[str, str], now: datetime) -> Refused | None:
    """Judge the query of any request; one that is not presigned is none of its business."""
    if "X-Amz-Signature" in query or "X-Amz-Algorithm" in query:
        return _version_4(query, now)
    if "Signature" in query and "AWSAccessKeyId" in query:
        return _version_2(query, now)
    return None


def _version_4(query: Mapping[str, str], now: datetime) -> Refused | None:
    wanted = ("Algorithm", "Credential", "Signature", "Date", "SignedHeaders", "Expires")
    if any(f"X-Amz-{name}" not in query for name in wanted):
        return _malformed(
            "Query-string authentication version 4 requires the X-Amz-Algorithm, "
            "X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and "
            "X-Amz-Expires parameters."
        )
    given = query["X-Amz-Expires"]
    if not given.lstrip("-").isdigit():
        return _malformed("X-Amz-Expires should be a number")
    seconds = int(given)
    if seconds < 0:
        return _malformed("X-Amz-Expires must be non-negative")
    if seconds > LONGEST:
        return _malformed(
            "X-Amz-Expires must be less than a week (in seconds); that is, the given "
            f"X-Amz-Expires must be less than {LONGEST} seconds"
        )
    try:
        signed = datetime.strptime(query["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return _malformed("X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"")
    if signed > now + SKEW:
        return Refused(403, "AccessDenied", "Request is not yet valid")
    ends = signed + timedelta(seconds=seconds)
    return _expired(ends, now, {"X-Amz-Expires": given}) if now > ends else None


def _version_2(query: Mapping[str, str], now: datetime) -> Refused | None:
    try:
        ends = datetime.fromtimestamp(int(query.get("Expires", "")), UTC)
    except (ValueError, OverflowError, OSError):
        said = f"Invalid date (should be seconds since epoch): {query.get('Expires', '')}"
        return Refused(403, "AccessDenied", said)
    return _expired(ends, now, {}) if now > ends else None


def _expired(ends: datetime, now: datetime, more: Mapping[str, str]) -> Refused:
    times = {"Expires": _written(ends), "ServerTime": _written(now)}
    return Refused(403, "AccessDenied", "Request has expired", {**more, **times})


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _malformed(message: str) -> Refused:
    return Refused(400, "AuthorizationQueryParametersError", message)
