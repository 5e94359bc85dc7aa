"""The JSON of `steadyhand compile --json` and its schema say the same."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from steadyhand.compile import compile_runbook, parse
from steadyhand.compile.outline import as_json
from steadyhand.compile.schema import schema, text
from steadyhand.model.document.runbook import SCHEMA
from tests.compile.test_any_input import PIECES

FILE = Path(__file__).parents[2] / "docs" / "schema" / f"compile-{SCHEMA}.schema.json"
CASES = sorted(Path(__file__).parent.glob("*.md"))
VALIDATOR = Draft202012Validator(schema())


def compiled(path: str, document: str) -> dict[str, Any]:
    runbook, findings = compile_runbook(parse(path, document))
    return dict(json.loads(json.dumps(as_json(runbook, findings))))


def problems(data: object) -> list[str]:
    return [f"{error.json_path}: {error.message}" for error in VALIDATOR.iter_errors(data)]


def test_the_file_is_what_the_code_says() -> None:
    """`python -m steadyhand.compile.schema > docs/schema/…` writes it anew."""
    assert FILE.read_text() == text()


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_cases_are_valid(case: Path) -> None:
    assert problems(compiled(case.name, case.read_text())) == []


@pytest.mark.seeds
def test_the_five_are_valid(seed_folder: Path) -> None:
    files = sorted(seed_folder.glob("*.md"))
    assert len(files) == 5
    for file in files:
        assert problems(compiled(str(file), file.read_text())) == []


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join))
def test_strange_documents_are_valid(document: str) -> None:
    assert problems(compiled("x.md", document)) == []


def test_every_object_is_closed_and_whole() -> None:
    objects = list(_objects(schema()))
    assert len(objects) > 40
    for shape in objects:
        assert shape["additionalProperties"] is False
        assert shape["required"] == list(shape["properties"])


def _objects(part: Any) -> list[dict[str, Any]]:
    found = [part] if isinstance(part, dict) and isinstance(part.get("properties"), dict) else []
    inner = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
    return [*found, *(shape for one in inner for shape in _objects(one))]


def whole() -> dict[str, Any]:
    return compiled("facts.md", (Path(__file__).parent / "facts.md").read_text())


@pytest.mark.parametrize(
    "place",
    [(), ("facts",), ("facts", "limits", 0), ("facts", "limits", 0, "threshold"),
     ("inventory", 0), ("procedures", 0), ("procedures", 0, "steps", 0), ("account", 0),
     ("account", 0, "outcome"), ("headings", 0), ("procedures", 0, "steps", 0, "span")],
)  # fmt: skip
def test_a_key_that_nobody_has_documented_is_not_valid(place: tuple[str | int, ...]) -> None:
    data = whole()
    assert problems(data) == []
    part: Any = data
    for key in place:
        part = part[key]
    part["colour"] = "red"
    assert problems(data)


@pytest.mark.parametrize("key", ["schema", "facts", "aliases", "inventory", "account"])
def test_every_key_is_there(key: str) -> None:
    data = whole()
    del data[key]
    assert problems(data)


def test_what_is_new_is_in_the_json() -> None:
    document = (
        "**Owner**: Ops\n\n```bash\n"
        "watch 'redis-cli info'\n"
        "redis-cli -h <cache> ping https://shop.net\nredis-cli -h <cache-host> info\n```\n"
    )
    data = compiled("x.md", document)
    assert [one["names"] for one in data["aliases"]] == [["<cache>", "<cache-host>"]]
    assert data["facts"]["metadata"][0]["key"] == "owner"
    assert [len(one["spans"]) for one in data["inventory"]] == [1, 1]
    command = data["procedures"][0]["steps"][0]["statement"]["commands"][0]
    assert [len(inner["words"]) for inner in command["inner"]] == [2]
