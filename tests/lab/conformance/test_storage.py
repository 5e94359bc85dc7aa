"""S3: what it refuses; links that end, policies that deny, CORS, versions."""

import json
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.lab.conformance.asking import Case, Ground, named

pytestmark = pytest.mark.lab

API = "https://docs.aws.amazon.com/AmazonS3/latest/API/API_"
ERRORS = "https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html"
NAMES = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html"
IN = {"Bucket": "c-standing"}
AT = {**IN, "Key": "there.txt"}
NOWHERE = {"Bucket": "c-nobody-has-this"}
RULE = {"AllowedMethods": ["GET"], "AllowedOrigins": ["https://app.example"]}

CASES: list[Case] = [
    ("CreateBucket", {"Bucket": "ab"}, "InvalidBucketName", NAMES),
    ("CreateBucket", {"Bucket": "x" * 64}, "InvalidBucketName", NAMES),
    ("CreateBucket", {"Bucket": "Upper-Case"}, "InvalidBucketName", NAMES),
    ("CreateBucket", {"Bucket": "two..dots"}, "InvalidBucketName", NAMES),
    ("CreateBucket", {"Bucket": "192.168.5.4"}, "InvalidBucketName", NAMES),
    ("CreateBucket", {"Bucket": "xn--bucket"}, "InvalidBucketName", NAMES),
    ("CreateBucket", {"Bucket": "under_score"}, "InvalidBucketName", NAMES),
    ("CreateBucket", {"Bucket": "-leading"}, "InvalidBucketName", NAMES),
    ("CreateBucket", {"Bucket": "bucket-s3alias"}, "InvalidBucketName", NAMES),
    # In us-east-1, and there alone, one's own bucket may be made again.
    ("CreateBucket", IN, "", API + "CreateBucket.html"),
    ("CreateBucket", {"Bucket": "c-elsewhere", "CreateBucketConfiguration": {
        "LocationConstraint": "us-east-1"}}, "InvalidLocationConstraint",
     API + "CreateBucket.html"),
    ("HeadBucket", NOWHERE, "404", API + "HeadBucket.html"),
    ("HeadBucket", IN, "", API + "HeadBucket.html"),
    ("GetObject", {**NOWHERE, "Key": "x"}, "NoSuchBucket", API + "GetObject.html"),
    ("GetObject", {**IN, "Key": "absent"}, "NoSuchKey", API + "GetObject.html"),
    ("GetObject", {**AT, "Range": "bytes=100-200"}, "InvalidRange", ERRORS),
    ("GetObject", {**AT, "IfMatch": '"0123"'}, "PreconditionFailed", API + "GetObject.html"),
    ("GetObject", {**AT, "VersionId": "nosuchversion"}, "NoSuchVersion", ERRORS),
    ("HeadObject", {**IN, "Key": "absent"}, "404", API + "HeadObject.html"),
    ("HeadObject", AT, "", API + "HeadObject.html"),
    ("PutObject", {**NOWHERE, "Key": "x", "Body": b"x"}, "NoSuchBucket", API + "PutObject.html"),
    ("PutObject", {**IN, "Key": "x" * 1025, "Body": b"x"}, "KeyTooLongError", ERRORS),
    ("PutObject", {**IN, "Key": "sum", "Body": b"x", "ContentMD5": "nonsense"}, "InvalidDigest",
     ERRORS),
    ("PutObject", {**IN, "Key": "class", "Body": b"x", "StorageClass": "WARM"},
     "InvalidStorageClass", ERRORS),
    ("PutObject", {**IN, "Key": "folder/with spaces & ümlauts", "Body": b"x"}, "",
     API + "PutObject.html"),
    ("CopyObject", {**IN, "Key": "copy", "CopySource": "c-standing/absent"}, "NoSuchKey",
     API + "CopyObject.html"),
    ("CopyObject", {**IN, "Key": "copy", "CopySource": "c-nobody-has-this/x"}, "NoSuchBucket",
     API + "CopyObject.html"),
    ("CopyObject", {**AT, "CopySource": "c-standing/there.txt"}, "InvalidRequest",
     API + "CopyObject.html"),
    ("DeleteObject", {**IN, "Key": "absent"}, "", API + "DeleteObject.html"),
    ("DeleteObject", {**NOWHERE, "Key": "x"}, "NoSuchBucket", API + "DeleteObject.html"),
    ("ListObjectsV2", NOWHERE, "NoSuchBucket", API + "ListObjectsV2.html"),
    ("ListObjectsV2", {**IN, "MaxKeys": -1}, "InvalidArgument", API + "ListObjectsV2.html"),
    ("DeleteBucket", NOWHERE, "NoSuchBucket", API + "DeleteBucket.html"),
    ("DeleteBucket", IN, "BucketNotEmpty", API + "DeleteBucket.html"),
    ("GetBucketPolicy", IN, "NoSuchBucketPolicy", API + "GetBucketPolicy.html"),
    ("GetBucketPolicy", NOWHERE, "NoSuchBucket", API + "GetBucketPolicy.html"),
    ("PutBucketPolicy", {**IN, "Policy": "no JSON"}, "MalformedPolicy",
     API + "PutBucketPolicy.html"),
    ("PutBucketPolicy", {**IN, "Policy": '{"Version": "2012-10-17"}'}, "MalformedPolicy",
     API + "PutBucketPolicy.html"),
    ("PutBucketPolicy", {**IN, "Policy": json.dumps({"Version": "2012-10-17", "Statement": [{
        "Effect": "Deny", "Principal": "*", "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::another-bucket/*"}]})}, "MalformedPolicy",
     API + "PutBucketPolicy.html"),
    ("PutBucketPolicy", {**IN, "Policy": json.dumps({"Version": "2012-10-17", "Statement": [{
        "Effect": "Forbid", "Principal": "*", "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::c-standing/*"}]})}, "MalformedPolicy",
     API + "PutBucketPolicy.html"),
    ("GetBucketCors", IN, "NoSuchCORSConfiguration", API + "GetBucketCors.html"),
    ("PutBucketCors", {**IN, "CORSConfiguration": {"CORSRules": [
        {**RULE, "AllowedMethods": ["PATCH"]}]}}, "InvalidRequest", API + "PutBucketCors.html"),
    ("PutBucketCors", {**IN, "CORSConfiguration": {"CORSRules": [RULE] * 101}}, "MalformedXML",
     API + "PutBucketCors.html"),
    ("PutBucketVersioning", {**IN, "VersioningConfiguration": {"Status": "On"}}, "MalformedXML",
     API + "PutBucketVersioning.html"),
    ("GetBucketVersioning", IN, "", API + "GetBucketVersioning.html"),
    ("GetBucketLocation", IN, "", API + "GetBucketLocation.html"),
    ("GetBucketLifecycleConfiguration", IN, "NoSuchLifecycleConfiguration",
     API + "GetBucketLifecycleConfiguration.html"),
    ("GetBucketTagging", IN, "NoSuchTagSet", API + "GetBucketTagging.html"),
    ("GetBucketWebsite", IN, "NoSuchWebsiteConfiguration", API + "GetBucketWebsite.html"),
    ("UploadPart", {**IN, "Key": "part", "UploadId": "absent", "PartNumber": 1, "Body": b"x"},
     "NoSuchUpload", API + "UploadPart.html"),
    ("AbortMultipartUpload", {**IN, "Key": "part", "UploadId": "absent"}, "NoSuchUpload",
     API + "AbortMultipartUpload.html"),
]  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def standing(ground: Ground) -> None:
    ground.answer("s3", "CreateBucket", **IN)
    ground.answer("s3", "PutObject", **AT, Body=b"hello")


@pytest.mark.parametrize(("operation", "asked", "code", "page"), named(CASES))
def test_it_answers_as_s3_does(
    ground: Ground, operation: str, asked: dict[str, Any], code: str, page: str
) -> None:
    ground.judge("s3", (operation, asked, code, page))


def fetch(url: str, method: str = "GET", body: bytes | None = None, **headers: Any) -> Any:
    """The status, the headers and the body of an answer that may be a refusal."""
    named_so = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(url, body, named_so, method=method)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, dict(answer.headers), answer.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, dict(refused.headers), refused.read().decode()


def link(ground: Ground, operation: str, seconds: int, version: str = "s3v4", **asked: str) -> str:
    if version not in ground.clients:
        ground.clients[version] = ground.lab.client("s3", signature_version=version)
    url: str = ground.clients[version].generate_presigned_url(operation, asked, ExpiresIn=seconds)
    return url


@pytest.mark.parametrize("version", ["s3v4", "s3"])
def test_a_link_is_good_until_it_ends(ground: Ground, version: str) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-presigned-url.html"""
    url = link(ground, "get_object", 1, version, **AT)
    assert fetch(url)[::2] == (200, "hello")
    time.sleep(1.2)
    status, _, body = fetch(url)
    assert status == 403
    assert "<Code>AccessDenied</Code><Message>Request has expired</Message>" in body
    assert "<ServerTime>" in body


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"X-Amz-Expires": "604801"}, "AuthorizationQueryParametersError"),
        ({"X-Amz-Expires": "-1"}, "AuthorizationQueryParametersError"),
        ({"X-Amz-Expires": "soon"}, "AuthorizationQueryParametersError"),
        ({"X-Amz-Date": "yesterday"}, "AuthorizationQueryParametersError"),
        ({"X-Amz-Date": "20200101T000000Z"}, "AccessDenied"),
        ({"X-Amz-Date": (datetime.now(UTC) + timedelta(hours=2)).strftime("%Y%m%dT%H%M%SZ")},
         "AccessDenied"),
    ],
)  # fmt: skip
def test_a_link_that_was_altered_is_refused(
    ground: Ground, changed: dict[str, str], code: str
) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html"""
    url = link(ground, "get_object", 300, **AT)
    head, _, query = url.partition("?")
    pairs = dict(pair.split("=", 1) for pair in query.split("&"))
    altered = "&".join(f"{key}={value}" for key, value in {**pairs, **changed}.items())
    status, _, body = fetch(f"{head}?{altered}")
    assert status in (400, 403)
    assert f"<Code>{code}</Code>" in body


def test_a_link_to_put_takes_what_is_sent(ground: Ground) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/PresignedUrlUploadObject.html"""
    url = link(ground, "put_object", 300, **{**IN, "Key": "photo"})
    assert fetch(url, "PUT", b"pixels", Content_Type="image/jpeg")[0] == 200
    assert ground.answer("s3", "GetObject", **IN, Key="photo")["Body"].read() == b"pixels"


def test_a_link_to_nothing_is_made_but_finds_nothing(ground: Ground) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-presigned-url.html"""
    status, _, body = fetch(link(ground, "get_object", 300, **{**IN, "Key": "test.txt"}))
    assert (status, "<Code>NoSuchKey</Code>" in body) == (404, True)


def test_a_stranger_without_a_link_gets_nothing(ground: Ground) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-overview.html"""
    endpoint = ground.lab.contract["aws"]["endpoint"]
    status, _, body = fetch(f"{endpoint}/c-standing/there.txt")
    assert (status, "<Code>AccessDenied</Code>" in body) == (403, True)


def denying(bucket: str, *actions: str) -> str:
    statement = {
        "Sid": "Closed",
        "Effect": "Deny",
        "Principal": "*",
        "Action": list(actions),
        "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def test_a_policy_that_denies_denies_everybody_and_only_that(ground: Ground) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/example-bucket-policies.html"""
    bucket = {"Bucket": "c-denied"}
    at = {**bucket, "Key": "x"}
    ground.answer("s3", "CreateBucket", **bucket)
    ground.answer("s3", "PutObject", **at, Body=b"kept")
    url = link(ground, "get_object", 300, **at)
    policy = denying("c-denied", "s3:GetObject", "s3:DeleteObject")
    ground.answer("s3", "PutBucketPolicy", **bucket, Policy=policy)
    assert ground.answer("s3", "GetBucketPolicy", **bucket)["Policy"] == policy
    assert ground.refusal("s3", "GetObject", **at) == "AccessDenied"
    assert ground.refusal("s3", "HeadObject", **at) == "403"
    assert ground.refusal("s3", "DeleteObject", **at) == "AccessDenied"
    assert fetch(url)[0] == 403
    ground.answer("s3", "PutObject", **at, Body=b"new")
    assert ground.answer("s3", "ListObjectsV2", **bucket)["KeyCount"] == 1
    ground.answer("s3", "DeleteBucketPolicy", **bucket)
    assert ground.answer("s3", "GetObject", **at)["Body"].read() == b"new"
    assert ground.refusal("s3", "GetBucketPolicy", **bucket) == "NoSuchBucketPolicy"


def test_a_policy_that_denies_listing_leaves_the_objects(ground: Ground) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html"""
    bucket = {"Bucket": "c-unlisted"}
    ground.answer("s3", "CreateBucket", **bucket)
    ground.answer("s3", "PutObject", **bucket, Key="x", Body=b"kept")
    policy = denying("c-unlisted", "s3:ListBucket")
    ground.answer("s3", "PutBucketPolicy", **bucket, Policy=policy)
    assert ground.refusal("s3", "ListObjectsV2", **bucket) == "AccessDenied"
    assert ground.answer("s3", "GetObject", **bucket, Key="x")["Body"].read() == b"kept"


def test_cors_answers_the_origins_it_names_and_no_other(ground: Ground) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/cors.html"""
    bucket = {"Bucket": "c-cors"}
    ground.answer("s3", "CreateBucket", **bucket)
    ground.answer("s3", "PutObject", **bucket, Key="x", Body=b"kept")
    url = link(ground, "get_object", 300, **bucket, Key="x")
    origin, method = "https://app.example", "Access_Control_Request_Method"
    asked: dict[str, Any] = {"Origin": origin, method: "GET"}
    assert "Access-Control-Allow-Origin" not in fetch(url, Origin=origin)[1]
    assert fetch(url, "OPTIONS", **asked)[0] == 403
    ground.answer("s3", "PutBucketCors", **bucket, CORSConfiguration={"CORSRules": [RULE]})
    status, headers, _ = fetch(url, "OPTIONS", **asked)
    assert (status, headers["Access-Control-Allow-Origin"]) == (200, origin)
    assert fetch(url, "OPTIONS", **{**asked, "Origin": "https://evil.example"})[0] == 403
    assert fetch(url, "OPTIONS", **{**asked, method: "PUT"})[0] == 403
    assert fetch(url, Origin=origin)[1]["Access-Control-Allow-Origin"] == origin
    assert "Access-Control-Allow-Origin" not in fetch(url, Origin="https://evil.example")[1]


def test_versions_keep_what_was_overwritten_and_deleted(ground: Ground) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/versioning-workflows.html"""
    bucket = {"Bucket": "c-versions"}
    at = {**bucket, "Key": "x"}
    ground.answer("s3", "CreateBucket", **bucket)
    assert "Status" not in ground.answer("s3", "GetBucketVersioning", **bucket)
    enabled = {"VersioningConfiguration": {"Status": "Enabled"}}
    ground.answer("s3", "PutBucketVersioning", **bucket, **enabled)
    assert ground.answer("s3", "GetBucketVersioning", **bucket)["Status"] == "Enabled"
    first = ground.answer("s3", "PutObject", **at, Body=b"one")["VersionId"]
    second = ground.answer("s3", "PutObject", **at, Body=b"two")["VersionId"]
    assert first != second
    assert ground.answer("s3", "GetObject", **at)["Body"].read() == b"two"
    assert ground.answer("s3", "GetObject", **at, VersionId=first)["Body"].read() == b"one"
    marker = ground.answer("s3", "DeleteObject", **at)
    assert marker["DeleteMarker"] is True
    assert ground.refusal("s3", "GetObject", **at) == "NoSuchKey"
    ground.answer("s3", "DeleteObject", **at, VersionId=marker["VersionId"])
    assert ground.answer("s3", "GetObject", **at)["Body"].read() == b"two"
    assert ground.refusal("s3", "DeleteBucket", **bucket) == "BucketNotEmpty"
