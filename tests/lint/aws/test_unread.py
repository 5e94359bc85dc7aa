"""A model whose members are read when they are asked for says what the whole text says."""

import gzip
import json
from pathlib import Path

import pytest

from steadyhand.lint.aws.known import models
from steadyhand.lint.aws.known.unread import Unread, read

DATA = models.directory()
TEXT = """{
  "metadata":{"a":"1"},
  "operations":{
    "One":{"name":"One"},
    "Two":{
      "documentation":"\\n    \\"Three\\":{",
      "members":[
        {"shapes":{}}
      ]
    }
  },
  "shapes":{
    "A.b-c":{"type":"string"}
  },
  "documentation":"x"
}
"""


def service(name: str) -> bytes:
    assert DATA is not None
    return gzip.decompress(max(DATA.glob(f"{name}/*/service-2.json.gz")).read_bytes())


@pytest.mark.parametrize("name", ["ec2", "ecs", "rds", "s3", "logs", "iam", "sqs"])
def test_botocore_s_files_say_the_same(name: str) -> None:
    text = service(name)
    found, meant = read(text), json.loads(text)
    assert {key: len(value) for key, value in found.items()} == {
        key: len(value) for key, value in meant.items()
    }
    assert {**found, **{key: dict(found[key]) for key in ("operations", "shapes")}} == meant


def test_members_stay_unread_until_they_are_asked_for() -> None:
    found = read(TEXT.replace('{"type":"string"}', "no JSON").encode())
    assert list(found["operations"]) == ["One", "Two"]
    assert found["operations"]["Two"]["documentation"] == '\n    "Three":{'
    assert list(found["shapes"]) == ["A.b-c"]
    with pytest.raises(ValueError, match="Expecting value"):
        found["shapes"]["A.b-c"]
    with pytest.raises(KeyError):
        found["shapes"]["B"]


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(json.loads(TEXT)),
        json.dumps(json.loads(TEXT), indent=2),
        json.dumps(json.loads(TEXT), indent=4),
        TEXT.replace('"shapes":{\n', '"shapes":{"B":{},\n'),
        TEXT.replace('"shapes"', '"forms"'),
        '{"pagination": {}}',
    ],
)
def test_what_is_laid_out_otherwise_is_read_whole(text: str) -> None:
    found = read(text.encode())
    assert found == json.loads(text)
    assert not any(isinstance(value, Unread) for value in found.values())


@pytest.mark.parametrize("text", ["", "{", TEXT.replace('"metadata":', ""), TEXT[:-30]])
def test_what_is_no_json_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"line|Expecting"):
        read(text.encode())


def test_what_the_client_adds_is_put_into_its_place(tmp_path: Path) -> None:
    version = tmp_path / "thing/2026-01-01"
    version.mkdir(parents=True)
    (version / "service-2.json.gz").write_bytes(gzip.compress(TEXT.encode()))
    more = {"merge": {"shapes": {"A.b-c": {"min": 1}, "New": {"type": "long"}}}}
    (version / "service-2.sdk-extras.json").write_text(json.dumps(more))
    api = models._read(tmp_path / "thing", "service-2")
    assert api is not None
    assert dict(api["shapes"]) == {"A.b-c": {"type": "string", "min": 1}, "New": {"type": "long"}}
    assert dict(api["operations"])["One"] == {"name": "One"}
