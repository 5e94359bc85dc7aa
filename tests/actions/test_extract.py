"""`previous-revision`: the highest revision of exactly that family below the one in use."""

import json

import pytest

from steadyhand.actions import EXTRACTIONS, CannotExtract, facts_for

ARN = "arn:aws:ecs:us-east-1:123456789012:task-definition/"


def listing(*names: str) -> str:
    return json.dumps({"taskDefinitionArns": [ARN + name for name in names]}, indent=4)


def now(name: str) -> dict[str, str]:
    return {"current": json.dumps({"services": [{"taskDefinition": ARN + name}]})}


@pytest.mark.parametrize(
    ("printed", "current", "value"),
    [
        (listing("api:12", "api:11", "api:10"), "api:12", "11"),
        (listing("api:10", "api:11", "api:12"), "api:12", "11"),
        (listing("api:12", "api:9", "api:10"), "api:11", "10"),  # not the newest in use; as numbers
        (listing("api-blue:11", "api_x:11", "my-api:11", "api:3"), "api:12", "3"),
        (listing("api:12", "api:7"), "api:12", "7"),  # revisions between are gone
        (f"TASKDEFINITIONARNS\t{ARN}api:12\nTASKDEFINITIONARNS\t{ARN}api:11\n", "api:12", "11"),
        (f"{ARN}api:12\t{ARN}api:11\tapi:99x", "api:12", "11"),
        (f"|  {ARN}api:11  |\n|  {ARN}api:12  |\n", "api:12", "11"),
        (json.dumps(["api:12", "api:11"]), "api:12", "11"),
    ],
)
def test_the_revision_before(printed: str, current: str, value: str) -> None:
    found = EXTRACTIONS["previous-revision"].extract(printed, "api", now(current))
    assert found.value == value
    assert f"api:{value}" in found.how
    assert current in found.how


@pytest.mark.parametrize(
    ("printed", "facts", "why"),
    [
        (listing("api:12", "api:13"), now("api:12"), "below api:12"),
        (listing("api-blue:11"), now("api:12"), "none of it"),
        (listing("api:11"), {}, "cannot be read"),
        (listing("api:11"), {"current": '{"services": []}'}, "cannot be read"),
        (listing("api:11"), {"current": "null"}, "cannot be read"),
        (listing("api:11"), now("web:12"), "web:12"),
        ("", now("api:12"), "none of it"),
    ],
)
def test_no_revision_before(printed: str, facts: dict[str, str], why: str) -> None:
    with pytest.raises(CannotExtract, match=why):
        EXTRACTIONS["previous-revision"].extract(printed, "api", facts)


def test_a_plain_name_is_taken_as_the_current_one() -> None:
    extract = EXTRACTIONS["previous-revision"].extract
    for text in (f"{ARN}api:5\n", "api:5", '"api:5"'):
        assert extract(listing("api:4"), "api", {"current": text}).value == "4"


def test_the_fact_is_read_from_the_consumers_service() -> None:
    update = ("aws", "ecs", "update-service", "--cluster", "c", "--service", "s")
    assert facts_for("previous-revision", update) == {
        "current": (
            *("aws", "ecs", "describe-services", "--cluster", "c", "--services", "s"),
            *("--output", "json"),
        )
    }
    assert facts_for("previous-revision", ()) == {}


TASK = "arn:aws:ecs:us-east-1:123456789012:task/shop/0a1b"


@pytest.mark.parametrize(
    ("rule", "scope", "printed", "value"),
    [
        ("started-task", "", {"tasks": [{"taskArn": TASK}], "failures": []}, TASK),
        (
            "registered-revision",
            "api",
            {"taskDefinition": {"taskDefinitionArn": ARN + "api:8"}},
            "8",
        ),
        ("revision-in-service", "api", {"services": [{"taskDefinition": ARN + "api:7"}]}, "7"),
        ("revision-in-service", "", {"services": [{"taskDefinition": ARN + "api:7"}]}, "7"),
        (
            "one-endpoint",
            "",
            {"DBInstances": [{"Endpoint": {"Address": "db.example"}}]},
            "db.example",
        ),
    ],
)
def test_the_one_that_is_printed(rule: str, scope: str, printed: object, value: str) -> None:
    assert EXTRACTIONS[rule].reads(("aws",)) == {}
    assert EXTRACTIONS[rule].extract(json.dumps(printed), scope, {}).value == value


@pytest.mark.parametrize(
    ("rule", "printed", "why"),
    [
        ("started-task", {"tasks": [], "failures": [{"reason": "AGENT"}]}, "0 are printed"),
        ("started-task", {"tasks": [{"taskArn": TASK}, {"taskArn": TASK + "2"}]}, "2 are printed"),
        ("registered-revision", {"taskDefinition": {"taskDefinitionArn": ARN + "web:8"}}, "web:8"),
        ("registered-revision", {}, "0 are printed"),
        ("revision-in-service", {"services": [{"taskDefinition": ARN + "api"}]}, "is no revision"),
        ("one-endpoint", {"DBInstances": [{"Endpoint": {"Address": n}} for n in "ab"]}, "chooses"),
        ("one-endpoint", {"DBInstances": [{"DBInstanceStatus": "creating"}]}, "0 are printed"),
    ],
)
def test_none_or_several_are_no_value(rule: str, printed: object, why: str) -> None:
    with pytest.raises(CannotExtract, match=why):
        EXTRACTIONS[rule].extract(json.dumps(printed), "api", {})


def test_a_word_alone_is_the_value() -> None:
    assert EXTRACTIONS["started-task"].extract(TASK + "\n", "", {}).value == TASK
