"""A person in a folder of their own."""

import json
from pathlib import Path

import pytest

from tests.cli.terminal import Person
from tests.run.shop import DOCUMENT, TARGET


@pytest.fixture
def person(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Person:
    (tmp_path / "shop.md").write_text(DOCUMENT)
    here = "http://127.0.0.1:1"
    aws = {"region": TARGET.region, "account": TARGET.account, "endpoint": here}
    lab = {"aws": aws, "system": {"folder": ""}, "factor": TARGET.factor, "pid": 1}
    (tmp_path / "lab.json").write_text(
        json.dumps({**lab, **dict.fromkeys(("control", "webhook", "url"), here)})
    )
    return Person(tmp_path, capsys)
