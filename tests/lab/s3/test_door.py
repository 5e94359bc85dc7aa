"""The door of S3: links that end, policies that deny, strangers."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from steadyhand.lab.s3.door import ROOT, Door, Roles, body
from steadyhand.lab.s3.links import judge_link
from steadyhand.lab.s3.policies import Verdict, Wish, judge

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
ROLE = "arn:aws:iam::123456789012:role/photos-task"
HEADER = "AWS4-HMAC-SHA256 Credential={}/20261121/us-east-1/s3/aws4_request, SignedHeaders=host"


def link(expires: object = 300, signed: datetime = NOW) -> dict[str, str]:
    return {
        "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
        "X-Amz-Credential": "lab/20261121/us-east-1/s3/aws4_request",
        "X-Amz-Date": signed.strftime("%Y%m%dT%H%M%SZ"),
        "X-Amz-Expires": str(expires),
        "X-Amz-SignedHeaders": "host",
        "X-Amz-Signature": "00",
    }


def ago(**given: float) -> datetime:
    return NOW - timedelta(**given)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({}, None),
        ({"list-type": "2"}, None),
        (link(), None),
        (link(300, ago(seconds=300)), None),
        (link(300, ago(seconds=301)), "AccessDenied"),
        (link(604_800), None),
        (link(604_801), "AuthorizationQueryParametersError"),
        (link(-1), "AuthorizationQueryParametersError"),
        (link("soon"), "AuthorizationQueryParametersError"),
        (link(signed=ago(hours=-1)), "AccessDenied"),
        ({**link(), "X-Amz-Date": "today"}, "AuthorizationQueryParametersError"),
        ({"X-Amz-Signature": "00"}, "AuthorizationQueryParametersError"),
        ({"AWSAccessKeyId": "lab", "Signature": "x", "Expires": "1"}, "AccessDenied"),
        ({"AWSAccessKeyId": "lab", "Signature": "x", "Expires": "soon"}, "AccessDenied"),
        ({"AWSAccessKeyId": "lab", "Signature": "x", "Expires": "4000000000"}, None),
    ],
)
def test_a_link_is_good_for_as_long_as_it_says(query: dict[str, str], code: str | None) -> None:
    refused = judge_link(query, NOW)
    assert (refused and refused.code) == code


def statement(**given: Any) -> str:
    base = {"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [{**base, **given}]})


@pytest.mark.parametrize(
    ("policy", "denied"),
    [
        (statement(), True),
        (statement(Action=["s3:Put*", "S3:get*"]), True),
        (statement(Action="s3:PutObject"), False),
        (statement(Resource="arn:aws:s3:::photos/members/*"), True),
        (statement(Resource=["arn:aws:s3:::photos", "arn:aws:s3:::other/*"]), False),
        (statement(Principal={"AWS": ROLE}), True),
        (statement(Principal={"AWS": ["123456789012"]}), True),
        (statement(Principal={"AWS": "arn:aws:iam::123456789012:role/other"}), False),
        (statement(Principal={"Service": "logs.amazonaws.com"}), False),
        (statement(Condition={"Bool": {"aws:SecureTransport": "false"}}), False),
        (statement(Condition={"IpAddress": {"aws:SourceIp": ["127.0.0.0/8"]}}), True),
        (statement(Condition={"NotIpAddress": {"aws:SourceIp": "127.0.0.0/8"}}), False),
        (statement(Condition={"StringNotLike": {"aws:PrincipalArn": "*:role/photos-*"}}), False),
        (statement(Condition={"StringEquals": {"aws:Unknown": "x"}}), False),
        (statement(Condition={"StringEqualsIfExists": {"aws:Unknown": "x"}}), True),
        (statement(Condition={"Unheard": {"aws:SourceIp": "x"}}), False),
    ],
)
def test_a_deny_concerns_whom_and_what_it_names(policy: str, denied: bool) -> None:
    context = {
        "aws:SecureTransport": "true",
        "aws:SourceIp": "127.0.0.1",
        "aws:PrincipalArn": ROLE,
    }
    wish = Wish(ROLE, "s3:GetObject", "arn:aws:s3:::photos/members/1/first", context)
    assert (judge(policy, wish) is Verdict.DENIED) is denied


def test_who_is_not_named_by_not_is_meant() -> None:
    given = json.loads(statement())["Statement"][0]
    del given["Principal"]
    given["NotPrincipal"] = {"AWS": ROLE}
    policy = json.dumps({"Statement": given})
    wish = Wish(ROLE, "s3:GetObject", "arn:aws:s3:::photos/x", {})
    assert judge(policy, wish) is Verdict.SILENT
    assert judge(policy, Wish(ROOT, "s3:GetObject", "arn:aws:s3:::photos/x", {})) is Verdict.DENIED


def request(method: str, path: str, query: str = "", key: str = "lab") -> dict[str, Any]:
    given = {"REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": query}
    return {**given, "HTTP_AUTHORIZATION": HEADER.format(key)} if key else given


def test_the_door_knows_tasks_by_the_keys_of_their_role() -> None:
    roles = Roles()
    key = roles.environment(ROLE)["AWS_ACCESS_KEY_ID"]
    policies = {"photos": statement(Principal={"AWS": ROLE}, Action="s3:*").encode(), "open": b""}
    door = Door(policies.get, roles)
    refused = door.refusal(request("HEAD", "/photos/members/1/first", key=key), NOW)
    assert refused is not None
    assert (refused.status, refused.code) == (403, "AccessDenied")
    assert b"<Code>AccessDenied</Code><Message>User: arn:aws:iam" in body(refused)
    for passes in (
        request("GET", "/photos/members/1/first"),  # a person of the account
        request("GET", "/open/x", key=key),
        request("GET", "/nowhere/x", key=""),
        request("GET", "/photos", "policy", key=key),  # to see what is wrong stays possible
        {**request("POST", "/", key=""), "HTTP_X_AMZ_TARGET": "AmazonEC2ContainerService"},
    ):
        assert door.refusal(passes, NOW) is None
    many = door.refusal(request("POST", "/photos", "delete", key=key), NOW)
    assert many is not None
    stranger = door.refusal(request("GET", "/open/x", key=""), NOW)
    assert stranger is not None
    assert stranger.message == "Access Denied"
    listed = statement(Effect="Allow", Action="s3:ListBucket", Resource="arn:aws:s3:::open")
    policies["open"] = listed.encode()
    assert door.refusal(request("GET", "/open", "list-type=2", key=""), NOW) is None
