"""Calls of the API in, the log files of each CloudTrail trail that is logging, in S3, out.

Management events only, as a trail has by default: what is done to an object in S3 is none.
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
"""

import gzip
import json
import re
import secrets
import string
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from steadyhand.lab.account import ACCOUNT, REGION
from steadyhand.lab.cloud.calls import READS
from steadyhand.lab.delivery.files import Buckets, Log
from steadyhand.lab.durations import Durations
from steadyhand.lab.loopback import LOOPBACK
from steadyhand.lab.s3.door import SETTINGS
from steadyhand.lab.systems.parts import Trail

INTERVAL = 300.0  # seconds, "on average"
FOLDER = f"AWSLogs/{ACCOUNT}/CloudTrail/{REGION}/"
ALPHABET = string.ascii_letters + string.digits
VERSION = "1.11"
# moto's names of services, where they are not the ones of the endpoint.
SOURCES = {"cloudwatch": "monitoring", "elbv2": "elasticloadbalancing", "stepfunctions": "states"}
# Data events, which no trail has that was not told to.
# https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-data-events-with-cloudtrail.html
DATA = {
    "PutLogEvents",
    "FilterLogEvents",
    "GetLogEvents",
    "PutMetricData",
    "GetMetricData",
    "GetMetricStatistics",
    "ListMetrics",
}
CREDENTIAL = re.compile(r"Credential=([^/,]+)/")
OF_BUCKETS = {"PUT": "Put", "GET": "Get", "DELETE": "Delete"}


@dataclass(frozen=True)
class Made:
    """A call that was made. `refused`: the error's code and message."""

    service: str
    operation: str
    parameters: Mapping[str, Any]
    refused: tuple[str, str] | None = None
    agent: str = ""
    authorization: str = ""  # the request's header


def of_bucket(method: str, query: Mapping[str, str]) -> str:
    """What a request that names a bucket and no object asks for; "" where it is no management
    event, as to list the objects is none."""
    of = next((name for name in SETTINGS if name in query), "")
    if of:
        return f"{OF_BUCKETS[method]}Bucket{of[0].upper()}{of[1:]}" if method in OF_BUCKETS else ""
    return {"PUT": "CreateBucket", "DELETE": "DeleteBucket", "HEAD": "HeadBucket"}.get(method, "")


@dataclass
class Trails:
    """`trails` are moto's, which keeps what the API says of them; `owner` knows whose an access key
    is."""

    durations: Durations
    buckets: Buckets
    trails: Mapping[str, Any]
    owner: Callable[[str], str]
    _logs: dict[str, Log] = field(default_factory=dict)  # by the trail's name

    def made(self, call: Made) -> None:
        """Write a call down, where a trail wants to know. The API's lock is held."""
        wanted = [name for name, trail in self.trails.items() if trail.status.is_logging]
        if not wanted or call.operation in DATA:
            return
        piece = json.dumps(self._record(call, datetime.now(UTC)), default=str).encode()
        for name in wanted:
            self._log(name).add(piece)

    def _record(self, call: Made, now: datetime) -> dict[str, Any]:
        """One event as CloudTrail writes it."""
        found = CREDENTIAL.search(call.authorization)
        key = found.group(1) if found else ""
        told: dict[str, Any] = {
            "eventVersion": VERSION,
            "userIdentity": _identity(key, self.owner(key)),
            "eventTime": f"{now:%Y-%m-%dT%H:%M:%SZ}",
            "eventSource": f"{_source(call.service)}.amazonaws.com",
            "eventName": call.operation,
            "awsRegion": REGION,
            "sourceIPAddress": LOOPBACK,
            "userAgent": call.agent,
            "requestParameters": dict(call.parameters) or None,
            "responseElements": None,
            "requestID": str(uuid.uuid4()),
            "eventID": str(uuid.uuid4()),
            "readOnly": call.operation.startswith(READS),
            "eventType": "AwsApiCall",
            "managementEvent": True,
            "recipientAccountId": ACCOUNT,
            "eventCategory": "Management",
        }
        if call.refused is not None:
            told["errorCode"], told["errorMessage"] = call.refused
        return told

    def _log(self, name: str) -> Log:
        if name not in self._logs:
            self._logs[name] = Log(self.buckets, self.durations.shortened(INTERVAL, 5.0), _packed)
        return self._logs[name]

    def due(self) -> list[tuple[str, Log, bytes]]:
        """Pack what is to be delivered now; it takes a moment, and no lock."""
        found = [(name, log, log.due()) for name, log in list(self._logs.items())]
        return [(name, log, content) for name, log, content in found if content is not None]

    def deliver(self, name: str, log: Log, content: bytes) -> None:
        """Put a file where the trail says now. The API's lock is held."""
        trail = self.trails.get(name)
        if trail is None:
            self._logs.pop(name, None)
            return
        now = datetime.now(UTC)
        folder = f"{trail.s3_key_prefix.strip('/')}/{FOLDER}" if trail.s3_key_prefix else FOLDER
        log.deliver(trail.bucket_name, folder, _name(now), content)
        trail.status.latest_delivery_time = int(now.timestamp())
        trail.status.latest_delivery_attempt = f"{now:%Y-%m-%dT%H:%M:%SZ}"


def create_trail(cloudtrail: Any, trail: Trail) -> None:
    """Create a trail of a system in moto's store, and have it log."""
    bucket, _, prefix = trail.place.partition("/")
    flags = {"is_global": True, "is_multi_region": False, "log_validation": False}
    nothing = {"cw_log_group_arn": "", "cw_role_arn": "", "kms_key_id": "", "sns_topic_name": ""}
    cloudtrail.create_trail(
        trail.name, bucket, prefix, is_org_trail=False, tags_list=[], **flags, **nothing
    ).start_logging()


def _identity(key: str, owner: str) -> dict[str, Any]:
    """https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html"""
    role = owner.partition(":role/")[2]
    if not role:
        arn = f"arn:aws:iam::{ACCOUNT}:user/lab"
        known = {"type": "IAMUser", "principalId": "AIDALABLABLABLABLABLA", "userName": "lab"}
        return {**known, "arn": arn, "accountId": ACCOUNT, "accessKeyId": key}
    arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/task"
    known = {"type": "AssumedRole", "principalId": f"AROALABLABLABLABLABLA:{role}"}
    issuer = {"type": "Role", "arn": owner, "accountId": ACCOUNT, "userName": role}
    session = {"sessionContext": {"sessionIssuer": issuer}}
    return {**known, "arn": arn, "accountId": ACCOUNT, "accessKeyId": key, **session}


def _source(service: str) -> str:
    return SOURCES.get(service, service)


def _packed(pieces: list[bytes]) -> bytes:
    return gzip.compress(b'{"Records":[' + b",".join(pieces) + b"]}", compresslevel=1)


# https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html
def _name(now: datetime) -> str:
    drawn = "".join(secrets.choice(ALPHABET) for _ in range(16))
    name = f"{ACCOUNT}_CloudTrail_{REGION}_{now:%Y%m%dT%H%MZ}_{drawn}.json.gz"
    return f"{now:%Y/%m/%d}/{name}"
