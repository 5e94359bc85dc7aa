"""Where procedures are expected to stop is there in the documents, and in the table that was made.

Cheap: nothing is run. What came when all were run stands in docs/procedures.md.
"""

import tomllib
from pathlib import Path

import pytest
from tests.conftest import ROOT
from tests.lab.commands.bindings import DOCUMENTS
from tests.lab.commands.lines import read
from tests.lab.procedures.expected import LAB, STOPS, Stop, stop_of

from steadyhand.model.document.runbook import Runbook

pytestmark = pytest.mark.seeds
DEFECTS = ROOT / "tests" / "lint" / "defects.toml"
TABLE = ROOT / "docs" / "procedures.md"


@pytest.fixture(scope="module")
def runbooks(seed_folder: Path) -> dict[str, Runbook]:
    return {name: read(seed_folder / f"{name}.md") for name in DOCUMENTS}


def stops() -> list[tuple[str, str, str, Stop]]:
    found = []
    for key, stop in STOPS.items():
        found += [(*key, one) for one in (stop, stop.instead) if one is not None]
    return found


@pytest.mark.parametrize(("document", "procedure", "part", "stop"), stops(), ids=str)
def test_a_stop_is_at_a_step_of_the_document(
    runbooks: dict[str, Runbook], document: str, procedure: str, part: str, stop: Stop
) -> None:
    steps = runbooks[document].procedure(procedure).steps
    at = [step for step in steps if step.span.line == stop.line]
    assert [bool(step.condition) for step in at] == [bool(part)]
    numbers = [one["number"] for one in tomllib.loads(DEFECTS.read_text())["defect"]]
    assert stop.defect in {LAB, *numbers}


def test_another_line_or_reason_is_another_stop() -> None:
    key = ("conflicto", "emergency-backup-recovery", "")
    known = STOPS[key]
    assert stop_of(*key, known.line, "… Unknown options: --x") is known
    assert stop_of(*key, known.line + 1, "… Unknown options: --x") is None
    assert stop_of(*key, known.line, "AccessDenied") is None
    rotation = ("arbor-energy", "rotate-database-credentials", "")
    instead = STOPS[rotation].instead
    assert instead is not None
    assert stop_of(*rotation, instead.line, "(InvalidParameterValue)") is instead


def test_the_table_has_every_procedure_once(runbooks: dict[str, Runbook]) -> None:
    parts = TABLE.read_text().split("\n## ")[1:]
    for part in parts:
        name, _, rest = part.partition("\n")
        rows = [line.split(" | ")[0].strip("| ") for line in rest.splitlines()[3:]]
        expected = []
        for procedure in runbooks[name].procedures:
            conditional = [bool(step.condition) for step in procedure.steps]
            kinds = (not all(conditional)) + any(conditional)
            expected += [str(procedure.span.line)] * kinds
        assert rows == expected, name
    assert {part.partition("\n")[0] for part in parts} == set(DOCUMENTS)


def test_nothing_stops_in_the_table_for_a_reason_nobody_knows() -> None:
    rows = [line for line in TABLE.read_text().splitlines() if line[:3].strip("| ").isdigit()]
    assert len(rows) > 100
    for row in rows:
        outcome, stops_at, why = (cell.strip() for cell in row.split("|")[5:8])
        assert (outcome == "completed") is (stops_at == "") is (why == ""), row
        assert why == "" or why.startswith(("defect ", "lab: ")), row
