"""What the check knows: names, models, stored facts; and that it knows them without botocore."""

import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steadyhand.lint.aws import Models, installed
from steadyhand.lint.aws.known import facts, models
from steadyhand.lint.aws.known.names import cli_name, nearest, operation_name
from steadyhand.lint.aws.known.options import Edition, Takes, operation_options
from steadyhand.lint.aws.values import limits, shorthand

SERVICES = "ec2 ecs rds s3 iam lambda storagegateway mturk dynamodb elasticache".split()


def known() -> Models:
    found = installed()
    assert found is not None
    return found


@pytest.mark.parametrize("service", SERVICES)
def test_names_are_spelled_as_botocore_spells_them(service: str) -> None:
    from botocore import xform_name

    found = known().service(service)
    assert found is not None
    for name in found.api["operations"]:
        assert operation_name(name) == xform_name(name, "-")
    for shape in found.api["shapes"].values():
        for name in shape.get("members", ()):
            assert cli_name(name) == xform_name(name, "-")


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("--db-instance-identifiers", "--db-instance-identifier"),
        ("--service", "--services"),
        ("--Cluster", "--cluster"),
        ("--clutser", "--cluster"),
        ("--zone", None),
    ],
)
def test_the_nearest_name(wrong: str, right: str | None) -> None:
    names = ["--db-instance-identifier", "--services", "--cluster", "--include"]
    assert nearest(wrong, names) == right


def test_the_facts_are_those_of_the_installed_cli() -> None:
    import awscli

    stored = facts.facts()
    series = awscli.__version__.rpartition(".")[0]
    assert stored.v1.startswith(f"{series}."), "run steadyhand.lint.aws.known.generate"
    assert stored.commands["logs tail"].edition is Edition.V2
    assert stored.commands["ecr get-login"].edition is Edition.V1
    assert stored.commands["s3 cp"].options["paths"].takes is Takes.TWO
    assert "--no-interactive" in stored.operations["ecs execute-command"].without
    assert stored.operations["eks create-cluster"].options["--kubernetes-version"].member


def test_options_come_from_the_model() -> None:
    ecs = known().service("ecs")
    assert ecs is not None
    options = operation_options("ecs", ecs.operation("UpdateService"))
    assert options["--service"].required
    assert not options["--cluster"].required
    assert options["--force-new-deployment"].takes is Takes.NOTHING
    assert options["--no-force-new-deployment"].member == "forceNewDeployment"
    assert options["--capacity-provider-strategy"].takes is Takes.ANY
    pages = operation_options("ecs", ecs.operation("ListTasks"))
    assert {"--max-items", "--page-size", "--starting-token"} <= set(pages)


def test_models_are_read_packed_or_plain_newest_first_with_their_extras(tmp_path: Path) -> None:
    def write(version: str, operations: list[str], *, packed: bool) -> None:
        folder = tmp_path / "shop" / version
        folder.mkdir(parents=True)
        text = json.dumps({"operations": {name: {} for name in operations}, "shapes": {}})
        if packed:
            (folder / "service-2.json.gz").write_bytes(gzip.compress(text.encode()))
        else:
            (folder / "service-2.json").write_text(text)

    write("2020-01-01", ["ListOld"], packed=False)
    write("2024-01-01", ["ListNew"], packed=True)
    extra: dict[str, object] = {"merge": {"operations": {"ListMore": {}}}}
    (tmp_path / "shop" / "2024-01-01" / "service-2.sdk-extras.json").write_text(json.dumps(extra))
    (tmp_path / "empty").mkdir()
    found = models.at(tmp_path)
    shop = found.service("shop")
    assert shop is not None
    assert set(shop.operations) == {"list-new", "list-more"}
    assert shop.waiters == {}
    assert found.service("empty") is None
    assert found.service("other") is None


def test_botocore_is_read_and_never_imported() -> None:
    program = (
        "import sys\n"
        "from steadyhand.lint.aws import check, installed\n"
        "from steadyhand.model.document.shell import Part, PartKind, Word\n"
        "words = [Word((Part(PartKind.LITERAL, t),)) for t in"
        " 'aws ecs describe-service --query a[]'.split()]\n"
        "print([p.kind.value for p in check(words, installed()).problems])\n"
        "print([name for name in sys.modules if name.split('.')[0] in ('botocore', 'awscli')])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "['unknown-operation']\n[]\n"


@pytest.mark.parametrize(
    ("documentation", "found"),
    [
        ("<p>Constraints: Minimum 20, maximum 100.</p>", (20, 100)),
        ("<p>Default: 100</p> <p>Constraints: minimum 20; maximum 100.</p>", (20, 100)),
        ("<p>Constraints: Must be a value from 0 to 35.</p>", (0, 35)),
        ("<p>Valid values: 1 to 10. Default: 1.</p>", (1, 10)),
        ("<p>Constraints: Minimum 1</p>", None),
        ("<p>Between 20 and 100 is usual.</p>", None),
        (
            "<p>MySQL Constraints: Must be an integer from 5 to 3072.</p>"
            "<p>Oracle Constraints: Must be an integer from 10 to 3072.</p>",
            None,
        ),
    ],
)
def test_a_range_is_read_from_documentation_where_it_says_one(
    documentation: str, found: tuple[int, int] | None
) -> None:
    assert limits._documented_range(documentation) == found


@pytest.mark.parametrize(
    ("value", "choices", "is_one"),
    [
        ("FARGATE", ("EC2", "FARGATE"), True),
        ("FARGAET", ("EC2", "FARGATE"), False),
        ("python3.19", ("python3.9", "nodejs20.x"), True),
        ("python", ("python3.9", "nodejs20.x"), False),
        ("", ("a", "b"), False),
    ],
)
def test_what_differs_in_digits_alone_may_be_newer(
    value: str, choices: tuple[str, ...], is_one: bool
) -> None:
    assert limits.is_choice(value, choices) is is_one


PIECES = st.sampled_from(
    ["Name", "Values", "a", "=", ",", "[", "]", "{", "}", '"x y"', "'q'", " ", "\\,", "\\", "1",
     "true", "*", "-", "|", "tag:Name", '"', "'", "\n", "(", ":/", "~"]
)  # fmt: skip


@settings(max_examples=500, deadline=None)
@given(st.lists(PIECES, max_size=14).map("".join))
def test_shorthand_is_read_as_the_cli_reads_it(text: str) -> None:
    from awscli.shorthand import ShorthandParseError, ShorthandParser

    try:
        theirs = ShorthandParser().parse(text)
    except ShorthandParseError:
        theirs = None
    try:
        ours = shorthand.parse(text)
    except shorthand.ShorthandError:
        ours = None
    assert ours == theirs
