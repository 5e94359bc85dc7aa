"""Modules run side by side, each with its variables; one that fails is named, with its reason."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from steadyhand.lab.migrations import Migrations
from steadyhand.lab.processes import Processes

# They stand in for modules that make schemas: both are run with nothing on their input.
WELL, ILL = "this", "json.tool"
REFUSED = {"DB_HOST": "127.0.0.1", "DB_PORT": "9", "DB_NAME": "x", "DB_USER": "x"}
SCHEMA = "steadyhand.lab.systems.contractorlens.schema"


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    made = Processes(tmp_path / "processes.json")
    yield made
    made.kill_all()


def test_nothing_failed(processes: Processes) -> None:
    migrations = Migrations(processes)
    migrations.begin({"one": (WELL, {}), "other": (WELL, {})})
    assert migrations.failed() == ""
    assert processes.pids() == {}


def test_what_failed_is_named(processes: Processes) -> None:
    migrations = Migrations(processes)
    variables = {**REFUSED, "DB_PASSWORD": "x"}
    migrations.begin({"one": (WELL, {}), "other": (ILL, {}), "third": (SCHEMA, variables)})
    other, third = sorted(migrations.failed().split("; "))
    assert other == "other: Expecting value: line 1 column 1 (char 0)"
    # Its variables are its own: it got as far as to where they lead.
    assert third.startswith("third: OperationalError: ")
    assert 'to server at "127.0.0.1", port 9 failed' in third
