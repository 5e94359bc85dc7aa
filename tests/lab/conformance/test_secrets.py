"""Secrets Manager: what it refuses; versions and their stages; deletion and its recovery window."""

from datetime import UTC, datetime
from typing import Any

import pytest
from tests.lab.conformance.asking import Case, Ground, named

pytestmark = pytest.mark.lab

API = "https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_"
GUIDE = "https://docs.aws.amazon.com/secretsmanager/latest/userguide/"
NOT_FOUND, EXISTS = "ResourceNotFoundException", "ResourceExistsException"
INVALID, REQUEST = "InvalidParameterException", "InvalidRequestException"
VALIDATION = "ValidationException"

ABSENT = {"SecretId": "conformance/absent"}
TOKEN = "11111111-2222-3333-4444-555555555555"

CASES: list[Case] = [
    ("CreateSecret", {"SecretString": "x"}, VALIDATION, API + "CreateSecret.html"),
    ("CreateSecret", {"Name": "", "SecretString": "x"}, VALIDATION, API + "CreateSecret.html"),
    ("CreateSecret", {"Name": "x" * 513, "SecretString": "x"}, VALIDATION,
     API + "CreateSecret.html"),
    ("CreateSecret", {"Name": "two words", "SecretString": "x"}, VALIDATION,
     API + "CreateSecret.html"),
    ("CreateSecret", {"Name": "umläut", "SecretString": "x"}, VALIDATION,
     API + "CreateSecret.html"),
    ("CreateSecret", {"Name": "c/both", "SecretString": "x", "SecretBinary": b"x"}, INVALID,
     API + "CreateSecret.html"),
    ("CreateSecret", {"Name": "c/large", "SecretString": "x" * 65537}, VALIDATION,
     API + "CreateSecret.html"),
    ("CreateSecret", {"Name": "c/token", "SecretString": "x", "ClientRequestToken": "short"},
     VALIDATION, API + "CreateSecret.html"),
    ("CreateSecret", {"Name": "c/words", "SecretString": "x", "Description": "d" * 2049},
     VALIDATION, API + "CreateSecret.html"),
    ("CreateSecret", {"Name": "c/tag", "SecretString": "x",
                      "Tags": [{"Key": "aws:x", "Value": "y"}]}, INVALID, API + "Tag.html"),
    ("CreateSecret", {"Name": "c/empty"}, "", API + "CreateSecret.html"),
    ("CreateSecret", {"Name": "c/empty"}, EXISTS, API + "CreateSecret.html"),
    ("GetSecretValue", {"SecretId": "c/empty"}, NOT_FOUND, API + "GetSecretValue.html"),
    ("GetSecretValue", ABSENT, NOT_FOUND, API + "GetSecretValue.html"),
    ("GetSecretValue", {}, VALIDATION, API + "GetSecretValue.html"),
    ("GetSecretValue", {"SecretId": "c/standing", "VersionStage": "NOSUCH"}, NOT_FOUND,
     API + "GetSecretValue.html"),
    ("GetSecretValue", {"SecretId": "c/standing", "VersionStage": "AWSPREVIOUS"}, NOT_FOUND,
     API + "GetSecretValue.html"),
    ("GetSecretValue", {"SecretId": "c/standing", "VersionId": TOKEN}, NOT_FOUND,
     API + "GetSecretValue.html"),
    ("GetSecretValue", {"SecretId": "c/standing", "VersionId": "short"}, VALIDATION,
     API + "GetSecretValue.html"),
    ("GetSecretValue", {"SecretId": "c/standing", "VersionStage": "x" * 257}, VALIDATION,
     API + "GetSecretValue.html"),
    ("PutSecretValue", {**ABSENT, "SecretString": "x"}, NOT_FOUND, API + "PutSecretValue.html"),
    ("PutSecretValue", {"SecretId": "c/standing"}, REQUEST, API + "PutSecretValue.html"),
    ("PutSecretValue", {"SecretId": "c/standing", "SecretString": "x", "SecretBinary": b"x"},
     INVALID, API + "PutSecretValue.html"),
    ("PutSecretValue", {"SecretId": "c/standing", "SecretString": "x", "VersionStages": []},
     VALIDATION, API + "PutSecretValue.html"),
    ("PutSecretValue", {"SecretId": "c/standing", "SecretString": "x",
                        "VersionStages": [f"S{n}" for n in range(21)]}, VALIDATION,
     API + "PutSecretValue.html"),
    ("PutSecretValue", {"SecretId": "c/standing", "SecretString": "y" * 65537}, VALIDATION,
     API + "PutSecretValue.html"),
    ("UpdateSecret", {**ABSENT, "SecretString": "x"}, NOT_FOUND, API + "UpdateSecret.html"),
    ("UpdateSecret", {"SecretId": "c/standing", "SecretString": "x", "SecretBinary": b"x"},
     INVALID, API + "UpdateSecret.html"),
    ("UpdateSecret", {"SecretId": "c/standing", "Description": "d" * 2049}, VALIDATION,
     API + "UpdateSecret.html"),
    ("DescribeSecret", ABSENT, NOT_FOUND, API + "DescribeSecret.html"),
    ("DescribeSecret", {"SecretId": "c/standing"}, "", API + "DescribeSecret.html"),
    ("ListSecretVersionIds", ABSENT, NOT_FOUND, API + "ListSecretVersionIds.html"),
    ("ListSecrets", {"MaxResults": 101}, VALIDATION, API + "ListSecrets.html"),
    ("ListSecrets", {"MaxResults": 0}, VALIDATION, API + "ListSecrets.html"),
    ("ListSecrets", {"Filters": [{"Key": "colour", "Values": ["red"]}]}, VALIDATION,
     API + "Filter.html"),
    ("ListSecrets", {"Filters": [{"Key": "name", "Values": ["c/"]}]}, "", API + "Filter.html"),
    ("UpdateSecretVersionStage", {"SecretId": "c/standing", "VersionStage": "AWSCURRENT"}, INVALID,
     API + "UpdateSecretVersionStage.html"),
    ("RotateSecret", ABSENT, NOT_FOUND, API + "RotateSecret.html"),
    ("RotateSecret", {"SecretId": "c/standing"}, REQUEST, API + "RotateSecret.html"),
    ("RotateSecret", {"SecretId": "c/standing", "RotationLambdaARN":
                      "arn:aws:lambda:us-east-1:123456789012:function:absent",
                      "RotationRules": {"AutomaticallyAfterDays": 30}}, NOT_FOUND,
     API + "RotateSecret.html"),
    ("RotateSecret", {"SecretId": "c/standing",
                      "RotationRules": {"AutomaticallyAfterDays": 1001}}, VALIDATION,
     API + "RotationRulesType.html"),
    ("CancelRotateSecret", ABSENT, NOT_FOUND, API + "CancelRotateSecret.html"),
    ("DeleteSecret", ABSENT, NOT_FOUND, API + "DeleteSecret.html"),
    ("DeleteSecret", {"SecretId": "c/standing", "RecoveryWindowInDays": 6}, INVALID,
     API + "DeleteSecret.html"),
    ("DeleteSecret", {"SecretId": "c/standing", "RecoveryWindowInDays": 31}, INVALID,
     API + "DeleteSecret.html"),
    ("DeleteSecret", {"SecretId": "c/standing", "RecoveryWindowInDays": 7,
                      "ForceDeleteWithoutRecovery": True}, INVALID, API + "DeleteSecret.html"),
    ("RestoreSecret", ABSENT, NOT_FOUND, API + "RestoreSecret.html"),
    ("TagResource", {"SecretId": "c/standing", "Tags": [{"Key": "aws:x", "Value": "y"}]}, INVALID,
     API + "Tag.html"),
    ("GetRandomPassword", {"PasswordLength": 4097}, VALIDATION, API + "GetRandomPassword.html"),
    ("GetRandomPassword", {"PasswordLength": 0}, VALIDATION, API + "GetRandomPassword.html"),
    ("GetRandomPassword", {}, "", API + "GetRandomPassword.html"),
    ("PutResourcePolicy", {"SecretId": "c/standing", "ResourcePolicy": "no JSON"},
     "MalformedPolicyDocumentException", API + "PutResourcePolicy.html"),
]  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def standing(ground: Ground) -> None:
    ground.answer("secretsmanager", "CreateSecret", Name="c/standing", SecretString="first")


@pytest.mark.parametrize(("operation", "asked", "code", "page"), named(CASES))
def test_it_answers_as_secrets_manager_does(
    ground: Ground, operation: str, asked: dict[str, Any], code: str, page: str
) -> None:
    ground.judge("secretsmanager", (operation, asked, code, page))


def value(ground: Ground, name: str, stage: str = "AWSCURRENT") -> str:
    answer = ground.answer("secretsmanager", "GetSecretValue", SecretId=name, VersionStage=stage)
    return str(answer["SecretString"])


def stages(ground: Ground, name: str) -> dict[str, list[str]]:
    answer = ground.answer("secretsmanager", "DescribeSecret", SecretId=name)
    return {key: sorted(kept) for key, kept in answer["VersionIdsToStages"].items()}


def test_a_new_value_moves_the_stages_along(ground: Ground) -> None:
    """https://docs.aws.amazon.com/secretsmanager/latest/userguide/whats-in-a-secret.html"""
    name = "c/stages"
    first = ground.answer("secretsmanager", "CreateSecret", Name=name, SecretString="one")
    second = ground.answer("secretsmanager", "PutSecretValue", SecretId=name, SecretString="two")
    assert second["VersionStages"] == ["AWSCURRENT"]
    assert (value(ground, name), value(ground, name, "AWSPREVIOUS")) == ("two", "one")
    third = ground.answer("secretsmanager", "UpdateSecret", SecretId=name, SecretString="three")
    assert (value(ground, name), value(ground, name, "AWSPREVIOUS")) == ("three", "two")
    assert stages(ground, name) == {
        third["VersionId"]: ["AWSCURRENT"],
        second["VersionId"]: ["AWSPREVIOUS"],
    }
    listed = ground.answer("secretsmanager", "ListSecretVersionIds", SecretId=name)
    assert first["VersionId"] not in {one["VersionId"] for one in listed["Versions"]}
    everything = ground.answer(
        "secretsmanager", "ListSecretVersionIds", SecretId=name, IncludeDeprecated=True
    )
    assert first["VersionId"] in {one["VersionId"] for one in everything["Versions"]}


def test_a_token_that_was_used_gives_the_same_version_or_is_refused(ground: Ground) -> None:
    """https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html"""
    name = "c/tokens"
    ground.answer("secretsmanager", "CreateSecret", Name=name, SecretString="one")
    token = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"
    asked = {"SecretId": name, "SecretString": "two", "ClientRequestToken": token}
    made = ground.answer("secretsmanager", "PutSecretValue", **asked)
    assert made["VersionId"] == token
    assert ground.answer("secretsmanager", "PutSecretValue", **asked)["VersionId"] == token
    other = {**asked, "SecretString": "three"}
    assert ground.refusal("secretsmanager", "PutSecretValue", **other) == EXISTS
    assert value(ground, name) == "two"


def test_a_pending_value_is_nobodys_until_it_is_moved(ground: Ground) -> None:
    """https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecretVersionStage.html"""
    name = "c/pending"
    first = ground.answer("secretsmanager", "CreateSecret", Name=name, SecretString="one")
    second = ground.answer(
        "secretsmanager", "PutSecretValue", SecretId=name, SecretString="two",
        VersionStages=["AWSPENDING"],
    )  # fmt: skip
    assert (value(ground, name), value(ground, name, "AWSPENDING")) == ("one", "two")
    moved = {
        "SecretId": name,
        "VersionStage": "AWSCURRENT",
        "MoveToVersionId": second["VersionId"],
    }
    assert ground.refusal("secretsmanager", "UpdateSecretVersionStage", **moved) == INVALID
    removed = {**moved, "RemoveFromVersionId": first["VersionId"]}
    ground.answer("secretsmanager", "UpdateSecretVersionStage", **removed)
    assert (value(ground, name), value(ground, name, "AWSPREVIOUS")) == ("two", "one")


def test_a_secret_that_is_to_be_deleted_gives_nothing_and_can_be_restored(ground: Ground) -> None:
    """https://docs.aws.amazon.com/secretsmanager/latest/userguide/manage_delete-secret.html"""
    name = "c/deleted"
    ground.answer("secretsmanager", "CreateSecret", Name=name, SecretString="kept")
    gone = ground.answer("secretsmanager", "DeleteSecret", SecretId=name)
    days = (gone["DeletionDate"] - datetime.now(UTC)).days
    assert 29 <= days <= 30  # the default window
    for operation, more in (
        ("GetSecretValue", {}),
        ("PutSecretValue", {"SecretString": "x"}),
        ("UpdateSecret", {"SecretString": "x"}),
        ("RotateSecret", {}),
    ):
        code = ground.refusal("secretsmanager", operation, SecretId=name, **more)
        assert code == REQUEST, operation
    again = {"Name": name, "SecretString": "x"}
    assert ground.refusal("secretsmanager", "CreateSecret", **again) == REQUEST
    listed = ground.answer("secretsmanager", "ListSecrets")["SecretList"]
    assert name not in {one["Name"] for one in listed}
    planned = ground.answer("secretsmanager", "ListSecrets", IncludePlannedDeletion=True)
    assert name in {one["Name"] for one in planned["SecretList"]}
    assert "DeletedDate" in ground.answer("secretsmanager", "DescribeSecret", SecretId=name)
    ground.answer("secretsmanager", "RestoreSecret", SecretId=name)
    assert value(ground, name) == "kept"


def test_a_secret_deleted_at_once_is_gone(ground: Ground) -> None:
    """https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DeleteSecret.html"""
    name = "c/gone"
    ground.answer("secretsmanager", "CreateSecret", Name=name, SecretString="x")
    ground.answer("secretsmanager", "DeleteSecret", SecretId=name, ForceDeleteWithoutRecovery=True)
    assert ground.refusal("secretsmanager", "RestoreSecret", SecretId=name) == NOT_FOUND
    ground.answer("secretsmanager", "CreateSecret", Name=name, SecretString="y")


@pytest.mark.parametrize("way", ["name", "arn", "partial"])
def test_a_secret_has_three_names(ground: Ground, way: str) -> None:
    """https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html"""
    told = ground.answer("secretsmanager", "DescribeSecret", SecretId="c/standing")
    arn = told["ARN"]
    assert arn.startswith("arn:aws:secretsmanager:us-east-1:123456789012:secret:c/standing-")
    ways = {"name": "c/standing", "arn": arn, "partial": arn.rpartition("-")[0]}
    assert value(ground, ways[way]) == "first"
