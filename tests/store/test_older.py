"""Journals written by older versions: every thing in them is still read to the same end.

`older/journal-N.jsonl` holds the rows of `events` as that version wrote them; none is ever changed.
"""

import json
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest

from steadyhand.app.control import Control
from steadyhand.app.running import runs
from steadyhand.cli.running.show import run_lines
from steadyhand.main import build
from steadyhand.store.schema import open_store
from tests.rows import put

OLDER = sorted((Path(__file__).parent / "older").glob("*.jsonl"))
ENDS = {
    "run": [
        ("20261121-165613-c7bc91-assess", "completed"),
        ("20261121-165613-c7bc91-remedy", "completed"),
    ],
    "incident": [("20261121-165613-c7bc91", "reviewed")],
    "drill": [("20261121-165602-958522", "passed")],
}


@pytest.fixture(params=OLDER, ids=lambda file: file.stem)
def control(request: pytest.FixtureRequest, tmp_path: Path) -> Control:
    database = open_store(f"sqlite:///{tmp_path}/journal.db")
    rows = [json.loads(line) for line in request.param.read_text().splitlines()]
    put(database, "events", rows)
    database.close()
    return build(tmp_path)


def test_a_journal_of_an_older_version_is_read_to_the_same_end(control: Control) -> None:
    try:
        ended: dict[str, Callable[[Any], StrEnum]] = {
            "run": lambda run: run.outcome,
            "incident": lambda incident: incident.state,
            "drill": lambda drill: drill.verdict,
        }
        for kind, expected in ENDS.items():
            states = ((key, control.engine.turn(kind, key).state) for key, _ in expected)
            assert [(key, ended[kind](state).value) for key, state in states] == expected
        assert [key for key, _, _ in runs.listed(control)] == [key for key, _ in ENDS["run"]]
        key = ENDS["run"][1][0]
        lines = "\n".join(run_lines(control.journal, key, runs.history(control, key)))
        assert "approved by demo (as claimed)" in lines
        assert "sleek-coach-api:" in lines
    finally:
        control.close()
