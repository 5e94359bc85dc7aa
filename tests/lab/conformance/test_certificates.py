"""Certificate Manager: what it refuses; a certificate's states from the request on."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.lab.conformance.asking import Case, Ground, named
from tests.lab.running_lab import eventually

pytestmark = pytest.mark.lab

API = "https://docs.aws.amazon.com/acm/latest/APIReference/API_"
VALIDATION, NOT_FOUND = "ValidationException", "ResourceNotFoundException"
ACM = "arn:aws:acm:us-east-1:123456789012:certificate/"
ABSENT = {"CertificateArn": ACM + "00000000-0000-0000-0000-000000000000"}

CASES: list[Case] = [
    ("RequestCertificate", {}, VALIDATION, API + "RequestCertificate.html"),
    ("RequestCertificate", {"DomainName": ""}, VALIDATION, API + "RequestCertificate.html"),
    ("RequestCertificate", {"DomainName": "two words"}, VALIDATION,
     API + "RequestCertificate.html"),
    ("RequestCertificate", {"DomainName": "x" * 254}, VALIDATION, API + "RequestCertificate.html"),
    ("RequestCertificate", {"DomainName": "https://a.example"}, VALIDATION,
     API + "RequestCertificate.html"),
    ("RequestCertificate", {"DomainName": "a.*.example"}, VALIDATION,
     API + "RequestCertificate.html"),
    ("RequestCertificate", {"DomainName": "a.example", "ValidationMethod": "PHONE"}, VALIDATION,
     API + "RequestCertificate.html"),
    ("RequestCertificate", {"DomainName": "a.example", "IdempotencyToken": "two words"},
     VALIDATION, API + "RequestCertificate.html"),
    ("RequestCertificate", {"DomainName": "a.example", "IdempotencyToken": "x" * 33}, VALIDATION,
     API + "RequestCertificate.html"),
    ("RequestCertificate", {"DomainName": "a.example", "SubjectAlternativeNames": []}, VALIDATION,
     API + "RequestCertificate.html"),
    ("RequestCertificate", {"DomainName": "a.example", "KeyAlgorithm": "RSA_512"}, VALIDATION,
     API + "RequestCertificate.html"),
    ("DescribeCertificate", ABSENT, NOT_FOUND, API + "DescribeCertificate.html"),
    ("DescribeCertificate", {}, VALIDATION, API + "DescribeCertificate.html"),
    ("DescribeCertificate", {"CertificateArn": "nonsense"}, VALIDATION,
     API + "DescribeCertificate.html"),
    ("GetCertificate", ABSENT, NOT_FOUND, API + "GetCertificate.html"),
    ("DeleteCertificate", ABSENT, NOT_FOUND, API + "DeleteCertificate.html"),
    ("RenewCertificate", ABSENT, NOT_FOUND, API + "RenewCertificate.html"),
    ("ListCertificates", {"MaxItems": 0}, VALIDATION, API + "ListCertificates.html"),
    ("ListCertificates", {"MaxItems": 1001}, VALIDATION, API + "ListCertificates.html"),
    ("ListCertificates", {"CertificateStatuses": ["LOST"]}, VALIDATION,
     API + "ListCertificates.html"),
    ("ListCertificates", {}, "", API + "ListCertificates.html"),
    ("ListTagsForCertificate", ABSENT, NOT_FOUND, API + "ListTagsForCertificate.html"),
    ("AddTagsToCertificate", {**ABSENT, "Tags": [{"Key": "a"}]}, NOT_FOUND,
     API + "AddTagsToCertificate.html"),
    ("ImportCertificate", {"Certificate": b"no PEM", "PrivateKey": b"no PEM"}, VALIDATION,
     API + "ImportCertificate.html"),
]  # fmt: skip


@pytest.mark.parametrize(("operation", "asked", "code", "page"), named(CASES))
def test_it_answers_as_certificate_manager_does(
    ground: Ground, operation: str, asked: dict[str, Any], code: str, page: str
) -> None:
    ground.judge("acm", (operation, asked, code, page))


def described(ground: Ground, arn: str) -> dict[str, Any]:
    answer = ground.answer("acm", "DescribeCertificate", CertificateArn=arn)
    described: dict[str, Any] = answer["Certificate"]
    return described


def test_a_certificate_waits_for_its_validation_and_is_then_issued(ground: Ground) -> None:
    """https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html"""
    asked = {"DomainName": "waits.example", "ValidationMethod": "DNS"}
    arn = ground.answer("acm", "RequestCertificate", **asked)["CertificateArn"]
    assert arn.startswith(ACM)
    pending = described(ground, arn)
    assert pending["Status"] == "PENDING_VALIDATION"
    (option,) = pending["DomainValidationOptions"]
    assert option["ValidationMethod"] == "DNS"
    assert option["ResourceRecord"]["Type"] == "CNAME"
    assert "NotAfter" not in pending
    # It cannot be served yet.
    # https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateListener.html
    served = {
        "LoadBalancerArn": "{balancer}",
        "Protocol": "HTTPS",
        "Port": 8443,
        "Certificates": [{"CertificateArn": arn}],
        "DefaultActions": [{"Type": "forward", "TargetGroupArn": "{group}"}],
    }
    assert ground.refusal("elbv2", "CreateListener", **served) == "UnsupportedCertificate"
    eventually(lambda: described(ground, arn)["Status"] == "ISSUED", 30)
    issued = described(ground, arn)
    assert issued["NotAfter"] - issued["NotBefore"] > timedelta(days=300)
    assert issued["NotAfter"] > datetime.now(UTC)
    assert (issued["DomainName"], issued["Type"]) == ("waits.example", "AMAZON_ISSUED")
    ground.answer("acm", "DeleteCertificate", CertificateArn=arn)
    assert ground.refusal("acm", "DescribeCertificate", CertificateArn=arn) == NOT_FOUND


def test_the_same_token_is_the_same_request(ground: Ground) -> None:
    """https://docs.aws.amazon.com/acm/latest/APIReference/API_RequestCertificate.html"""
    asked = {"DomainName": "token.example", "IdempotencyToken": "once"}
    first = ground.answer("acm", "RequestCertificate", **asked)["CertificateArn"]
    assert ground.answer("acm", "RequestCertificate", **asked)["CertificateArn"] == first


def test_a_certificate_in_use_stays(ground: Ground) -> None:
    """https://docs.aws.amazon.com/acm/latest/APIReference/API_DeleteCertificate.html"""
    listeners = ground.answer("elbv2", "DescribeListeners", LoadBalancerArn="{balancer}")
    secure = next(one for one in listeners["Listeners"] if one["Protocol"] == "HTTPS")
    arn = secure["Certificates"][0]["CertificateArn"]
    assert described(ground, arn)["Status"] == "ISSUED"
    refused = ground.refusal("acm", "DeleteCertificate", CertificateArn=arn)
    assert refused == "ResourceInUseException"
