"""A request to the API in; whether S3 refuses it before anything is done, and how, out.

moto lets everybody in. Here a link may have ended, a bucket's policy may deny, and a stranger has
to be allowed. Knows requests and policies; what lies in a bucket is moto's matter.
"""

import hashlib
import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, unquote
from xml.sax.saxutils import escape

from steadyhand.lab.account import ACCOUNT
from steadyhand.lab.s3.links import Refused, judge_link
from steadyhand.lab.s3.policies import Verdict, Wish, judge
from steadyhand.lab.s3.regions import judge_region

ROOT = f"arn:aws:iam::{ACCOUNT}:root"
HEADER_KEY = re.compile(r"AWS4-HMAC-SHA256 .*Credential=([^/]+)/[^/]+/[^/]+/s3/|AWS ([^:]+):")
OF_OBJECTS = {
    "GET": "s3:GetObject",
    "HEAD": "s3:GetObject",
    "PUT": "s3:PutObject",
    "POST": "s3:PutObject",
    "DELETE": "s3:DeleteObject",
}
# What a bucket is asked for by these is its settings: the owner may always see and mend them.
SETTINGS = (
    "accelerate acl analytics cors encryption intelligent-tiering inventory lifecycle location "
    "logging metrics notification object-lock ownershipControls policy policyStatus "
    "publicAccessBlock replication requestPayment tagging versioning website"
).split()

Environ = Mapping[str, Any]


@dataclass
class Roles:
    """The keys that tasks are given, and whose they are; as ECS gives a task those of its role."""

    _known: dict[str, str] = field(default_factory=dict)

    def environment(self, role: str) -> dict[str, str]:
        """What a task of this role finds among its variables."""
        key = "ASIA" + hashlib.sha256(role.encode()).hexdigest()[:16].upper()
        self._known[key] = role
        return {"AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": "lab"}

    def of(self, key: str) -> str:
        """Whose key it is; all that are not of a task are the account's."""
        return self._known.get(key, ROOT)


@dataclass(frozen=True)
class Door:
    """`policy` gives a bucket's policy, and None where there is no such bucket."""

    policy: Callable[[str], bytes | None]
    roles: Roles
    region: Callable[[str], str | None] = lambda _: None  # a bucket's

    def refusal(self, environ: Environ, now: datetime | None = None) -> Refused | None:
        """Judge a request to the API of any service."""
        query = dict(parse_qsl(str(environ.get("QUERY_STRING", "")), keep_blank_values=True))
        key = _key(environ, query)
        if key is None:
            return None
        refused = judge_link(query, now or datetime.now(UTC))
        if refused is not None:
            return refused
        bucket, _, path = unquote(str(environ.get("PATH_INFO", ""))).lstrip("/").partition("/")
        header = str(environ.get("HTTP_AUTHORIZATION", ""))
        refused = judge_region(header, query, self.region(bucket))
        if refused is not None:
            return refused
        policy = self.policy(bucket) if bucket else None
        action = _action(str(environ.get("REQUEST_METHOD", "GET")), path, query)
        if policy is None or not action:
            return None
        principal = self.roles.of(key) if key else ""
        # Many objects at once are judged as all of them.
        path = path or ("*" if action in OF_OBJECTS.values() else "")
        resource = f"arn:aws:s3:::{bucket}/{path}" if path else f"arn:aws:s3:::{bucket}"
        # AWS is asked by TLS; that the lab is not is no matter of the policy's.
        seen = {"aws:SecureTransport": "true", "aws:PrincipalArn": principal}
        seen["aws:SourceIp"] = str(environ.get("REMOTE_ADDR", "127.0.0.1"))
        verdict = judge(policy, Wish(principal, action, resource, seen))
        if verdict is Verdict.DENIED:
            return Refused(403, "AccessDenied", _denied(principal, action, resource))
        if not principal and verdict is not Verdict.ALLOWED:
            return Refused(403, "AccessDenied", "Access Denied")
        return None


def _key(environ: Environ, query: Mapping[str, str]) -> str | None:
    """The access key of a request to S3, "" where it has none; None: it is no request to S3."""
    header = str(environ.get("HTTP_AUTHORIZATION", ""))
    if header:
        found = HEADER_KEY.match(header)
        return (found.group(1) or found.group(2)) if found else None
    if "X-Amz-Credential" in query:
        return query["X-Amz-Credential"].partition("/")[0]
    if "X-Amz-Algorithm" in query or "X-Amz-Signature" in query:
        return ""
    if "AWSAccessKeyId" in query and "Signature" in query:
        return query["AWSAccessKeyId"]
    # Services other than S3 say in a header, or in the body of a POST to "/", what is wanted.
    other = "HTTP_X_AMZ_TARGET" in environ or str(environ.get("PATH_INFO", "/")) == "/"
    return None if other or "Action" in query else ""


def _action(method: str, path: str, query: Mapping[str, str]) -> str:
    if path:
        return OF_OBJECTS.get(method, "")
    if method == "POST" and "delete" in query:
        return "s3:DeleteObject"
    if method in ("GET", "HEAD") and not any(name in query for name in SETTINGS):
        return "s3:ListBucket"
    return ""


def _denied(principal: str, action: str, resource: str) -> str:
    who = f"User: {principal}" if principal else "User: anonymous"
    return (
        f"{who} is not authorized to perform: {action} on resource: "
        f'"{resource}" with an explicit deny in a resource-based policy'
    )


def body(refused: Refused) -> bytes:
    """The error as S3 writes it. https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html"""
    request = uuid.uuid4().hex[:16].upper()
    told = {"Code": refused.code, "Message": refused.message, **refused.more}
    inner = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in told.items())
    inner += f"<RequestId>{request}</RequestId><HostId>{request}</HostId>"
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<Error>{inner}</Error>'.encode()
