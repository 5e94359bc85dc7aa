"""Every procedure of the five runbooks, run in the lab; docs/procedures.md is what came of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.conftest import ROOT
from tests.lab.commands.bindings import DOCUMENTS
from tests.lab.procedures import table
from tests.lab.procedures.driving import Ran
from tests.lab.procedures.expected import STOPS
from tests.lab.procedures.suite import Suite

from steadyhand.run import gate

pytestmark = [
    pytest.mark.soak,
    pytest.mark.seeds,
    pytest.mark.lab,
    pytest.mark.timeout(1200),
]

# Procedures, those of them that hold a command, and the parts that are conditional.
COUNTS = {
    "contractorlens": (24, 22, 3),
    "arbor-energy": (28, 28, 7),
    "sleek-coach": (15, 14, 2),
    "conflicto": (20, 17, 9),
    "revenue-context": (15, 14, 4),
}


@pytest.fixture(scope="module")
def seen() -> Iterator[dict[str, list[Ran]]]:
    """What came of each document, by its name; the page is written where all five were run."""
    found: dict[str, list[Ran]] = {}
    yield found
    if found.keys() == set(DOCUMENTS):
        (ROOT / "docs" / "procedures.md").write_text(table.write(found))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_procedure_completes_or_stops_at_its_own_defect(
    name: str,
    seed_folder: Path,
    tmp_path: Path,
    seen: dict[str, list[Ran]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(gate, "_ENDLESS_SECONDS", 5.0)  # how long one looks proves nothing
    suite = Suite(name, seed_folder, tmp_path / "labs", "60", monkeypatch.setenv)
    try:
        found = seen[name] = list(suite.everything())
    finally:
        suite.close()
    troubles = [trouble for ran in found if (trouble := _trouble(name, ran))]
    assert not troubles, "\n".join(troubles)
    procedures = {ran.procedure.id: ran.procedure for ran in found}
    commands = sum(map(table.has_commands, procedures.values()))
    assert (len(procedures), commands, sum(bool(ran.part) for ran in found)) == COUNTS[name]


def _trouble(name: str, ran: Ran) -> str:
    told = f"{name}: {ran.procedure.id} {ran.part}: {ran.outcome} at {ran.line}: {ran.reason}"
    if ran.outcome == "completed":
        known = STOPS.get((name, ran.procedure.id, ran.part))
        return f"{told}; it was expected to stop" if known is not None and known.always else ""
    return "" if table.stop(name, ran) is not None else f"{told}\n{ran.said}"
