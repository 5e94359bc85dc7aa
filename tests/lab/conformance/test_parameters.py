"""Parameter Store: what it refuses; overwriting, versions, labels, paths."""

from typing import Any

import pytest
from tests.lab.conformance.asking import Case, Ground, named

pytestmark = pytest.mark.lab

API = "https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_"
GUIDE = "https://docs.aws.amazon.com/systems-manager/latest/userguide/"
PUT, GET = API + "PutParameter.html", API + "GetParameter.html"
NOT_FOUND, EXISTS = "ParameterNotFound", "ParameterAlreadyExists"
VALIDATION = "ValidationException"

NEW = {"Name": "/c/new", "Value": "x", "Type": "String"}

CASES: list[Case] = [
    ("PutParameter", {**NEW, "Name": ""}, VALIDATION, PUT),
    ("PutParameter", {**NEW, "Name": None}, VALIDATION, PUT),
    ("PutParameter", {**NEW, "Name": "/c/two words"}, VALIDATION, PUT),
    ("PutParameter", {**NEW, "Name": "/c/under$core"}, VALIDATION, PUT),
    ("PutParameter", {**NEW, "Name": "aws-mine"}, VALIDATION, PUT),
    ("PutParameter", {**NEW, "Name": "ssm-mine"}, VALIDATION, PUT),
    ("PutParameter", {**NEW, "Name": "/aws/mine"}, "AccessDeniedException", PUT),
    ("PutParameter", {**NEW, "Name": "/c/" + "/".join("x" * 15)}, "HierarchyLevelLimitExceeded"
     "Exception", PUT),
    ("PutParameter", {**NEW, "Name": "c/relative"}, VALIDATION, PUT),
    ("PutParameter", {**NEW, "Name": "/c/" + "x" * 1009}, VALIDATION, PUT),
    ("PutParameter", {**NEW, "Value": ""}, VALIDATION, PUT),
    ("PutParameter", {**NEW, "Value": None}, VALIDATION, PUT),
    ("PutParameter", {**NEW, "Type": None}, VALIDATION, PUT),
    ("PutParameter", {**NEW, "Type": "Secret"}, VALIDATION, PUT),
    ("PutParameter", {**NEW, "Value": "x" * 4097}, VALIDATION,
     GUIDE + "parameter-store-advanced-parameters.html"),
    ("PutParameter", {**NEW, "Value": "x" * 8193, "Tier": "Advanced"}, VALIDATION,
     GUIDE + "parameter-store-advanced-parameters.html"),
    ("PutParameter", {**NEW, "Tier": "Premium"}, VALIDATION, PUT),
    ("PutParameter", {**NEW, "DataType": "number"}, VALIDATION, PUT),
    ("PutParameter", {**NEW, "Description": "d" * 1025}, VALIDATION, PUT),
    ("PutParameter", {**NEW, "AllowedPattern": r"^\d+$"}, "ParameterPatternMismatchException", PUT),
    ("PutParameter", {**NEW, "AllowedPattern": "("}, "InvalidAllowedPatternException", PUT),
    ("PutParameter", {**NEW, "Overwrite": True, "Tags": [{"Key": "a", "Value": "b"}]}, VALIDATION,
     PUT),
    ("PutParameter", NEW, "", PUT),
    ("PutParameter", NEW, EXISTS, PUT),
    ("PutParameter", {"Name": "/c/new", "Value": "y", "Overwrite": True}, "", PUT),
    ("PutParameter", {"Name": "/c/never", "Value": "y", "Overwrite": True}, VALIDATION, PUT),
    ("PutParameter", {**NEW, "Name": "/c/large", "Value": "x" * 4097, "Tier": "Advanced"}, "",
     GUIDE + "parameter-store-advanced-parameters.html"),
    ("PutParameter", {**NEW, "Name": "/c/large", "Value": "x", "Tier": "Standard",
                      "Overwrite": True}, VALIDATION,
     GUIDE + "parameter-store-advanced-parameters.html"),
    ("GetParameter", {"Name": "/c/absent"}, NOT_FOUND, GET),
    ("GetParameter", {}, VALIDATION, GET),
    ("GetParameter", {"Name": "/c/standing:99"}, "ParameterVersionNotFound", GET),
    ("GetParameters", {"Names": ["/c/standing"] * 11}, VALIDATION, API + "GetParameters.html"),
    ("GetParameters", {"Names": []}, VALIDATION, API + "GetParameters.html"),
    ("GetParameters", {"Names": ["/c/standing", "/c/absent"]}, "", API + "GetParameters.html"),
    ("GetParametersByPath", {"Path": "c"}, VALIDATION, API + "GetParametersByPath.html"),
    ("GetParametersByPath", {"Path": "/c", "MaxResults": 11}, VALIDATION,
     API + "GetParametersByPath.html"),
    ("GetParametersByPath", {"Path": "/nowhere"}, "", API + "GetParametersByPath.html"),
    ("GetParameterHistory", {"Name": "/c/absent"}, NOT_FOUND, API + "GetParameterHistory.html"),
    ("GetParameterHistory", {"Name": "/c/standing", "MaxResults": 51}, VALIDATION,
     API + "GetParameterHistory.html"),
    ("DescribeParameters", {"MaxResults": 51}, VALIDATION, API + "DescribeParameters.html"),
    ("DescribeParameters", {"ParameterFilters": [{"Key": "Colour", "Values": ["red"]}]},
     VALIDATION, API + "ParameterStringFilter.html"),
    ("DescribeParameters", {"ParameterFilters": [{"Key": "Type", "Values": ["String"]}]}, "",
     API + "ParameterStringFilter.html"),
    ("DeleteParameter", {"Name": "/c/absent"}, NOT_FOUND, API + "DeleteParameter.html"),
    ("DeleteParameters", {"Names": ["x"] * 11}, VALIDATION, API + "DeleteParameters.html"),
    ("LabelParameterVersion", {"Name": "/c/absent", "Labels": ["good"]}, NOT_FOUND,
     API + "LabelParameterVersion.html"),
    ("LabelParameterVersion", {"Name": "/c/standing", "ParameterVersion": 99, "Labels": ["good"]},
     "ParameterVersionNotFound", API + "LabelParameterVersion.html"),
]  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def standing(ground: Ground) -> None:
    ground.answer("ssm", "PutParameter", Name="/c/standing", Value="one", Type="String")


@pytest.mark.parametrize(("operation", "asked", "code", "page"), named(CASES))
def test_it_answers_as_parameter_store_does(
    ground: Ground, operation: str, asked: dict[str, Any], code: str, page: str
) -> None:
    ground.judge("ssm", (operation, asked, code, page))


def got(ground: Ground, name: str, **more: Any) -> dict[str, Any]:
    answer: dict[str, Any] = ground.answer("ssm", "GetParameter", Name=name, **more)["Parameter"]
    return answer


def test_each_value_is_a_version_and_each_can_be_read(ground: Ground) -> None:
    """https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-versions.html"""
    name = "/c/versions"
    made = ground.answer("ssm", "PutParameter", Name=name, Value="one", Type="String")
    assert (made["Version"], made["Tier"]) == (1, "Standard")
    for value in ("two", "three"):
        made = ground.answer("ssm", "PutParameter", Name=name, Value=value, Overwrite=True)
    assert made["Version"] == 3
    assert (got(ground, name)["Value"], got(ground, name)["Type"]) == ("three", "String")
    assert got(ground, f"{name}:1")["Value"] == "one"
    ground.answer("ssm", "LabelParameterVersion", Name=name, ParameterVersion=2, Labels=["good"])
    assert got(ground, f"{name}:good")["Value"] == "two"
    history = ground.answer("ssm", "GetParameterHistory", Name=name)["Parameters"]
    assert [one["Version"] for one in history] == [1, 2, 3]


def test_a_secure_string_is_readable_only_when_it_is_asked_for(ground: Ground) -> None:
    """https://docs.aws.amazon.com/systems-manager/latest/userguide/secure-string-parameter-kms-encryption.html"""
    name = "/c/secure"
    ground.answer("ssm", "PutParameter", Name=name, Value="hidden", Type="SecureString")
    closed, opened = got(ground, name), got(ground, name, WithDecryption=True)
    assert closed["Type"] == "SecureString"
    assert "hidden" not in closed["Value"] or closed["Value"] != "hidden"
    assert opened["Value"] == "hidden"


def test_what_is_not_there_is_told_beside_what_is(ground: Ground) -> None:
    """https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameters.html"""
    answer = ground.answer("ssm", "GetParameters", Names=["/c/standing", "/c/absent"])
    assert [one["Name"] for one in answer["Parameters"]] == ["/c/standing"]
    assert answer["InvalidParameters"] == ["/c/absent"]


def test_a_path_has_its_own_level_or_all_below(ground: Ground) -> None:
    """https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParametersByPath.html"""
    for name in ("/tree/leaf", "/tree/branch/leaf"):
        ground.answer("ssm", "PutParameter", Name=name, Value="x", Type="String")

    def names(**more: Any) -> list[str]:
        answer = ground.answer("ssm", "GetParametersByPath", Path="/tree", **more)
        return sorted(one["Name"] for one in answer["Parameters"])

    assert names() == ["/tree/leaf"]
    assert names(Recursive=True) == ["/tree/branch/leaf", "/tree/leaf"]


def test_a_string_list_is_a_string_with_commas(ground: Ground) -> None:
    """https://docs.aws.amazon.com/systems-manager/latest/userguide/param-create-cli.html"""
    ground.answer("ssm", "PutParameter", Name="/c/list", Value="a,b", Type="StringList")
    assert got(ground, "/c/list")["Value"] == "a,b"


def test_what_was_deleted_is_gone(ground: Ground) -> None:
    """https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DeleteParameter.html"""
    ground.answer("ssm", "PutParameter", Name="/c/short", Value="x", Type="String")
    ground.answer("ssm", "DeleteParameter", Name="/c/short")
    assert ground.refusal("ssm", "GetParameter", Name="/c/short") == NOT_FOUND
    answer = ground.answer("ssm", "DeleteParameters", Names=["/c/short"])
    assert answer["InvalidParameters"] == ["/c/short"]
