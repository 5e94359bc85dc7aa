"""Every command line of the five runbooks, run in the lab; docs/lab-commands.md is what came."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.conftest import ROOT
from tests.lab.commands import table
from tests.lab.commands.bindings import DOCUMENTS
from tests.lab.commands.desk import sitting
from tests.lab.commands.expected import REFUSED
from tests.lab.commands.running import commands_of, rows
from tests.lab.commands.verdicts import Row, Verdict
from tests.lab.running_lab import start_lab

pytestmark = [
    pytest.mark.soak,
    pytest.mark.seeds,
    pytest.mark.lab,
    pytest.mark.timeout(1200),
]

# Lines of the document and those inside `$( )`: shared/systems.md counts 263 and 70.
COUNTS = {
    "contractorlens": (64, 33),
    "arbor-energy": (63, 7),
    "sleek-coach": (40, 14),
    "conflicto": (51, 8),
    "revenue-context": (49, 8),  # 4 of them are SQL
}


@pytest.fixture(scope="module")
def seen() -> Iterator[dict[str, list[Row]]]:
    """What came of each document, by its name; the page is written where all five were run."""
    found: dict[str, list[Row]] = {}
    yield found
    if found.keys() == set(DOCUMENTS):
        (ROOT / "docs" / "lab-commands.md").write_text(table.write(found))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_line_is_answered_or_refused_as_in_production(
    name: str, seed_folder: Path, tmp_path: Path, seen: dict[str, list[Row]]
) -> None:
    bound = DOCUMENTS[name]
    file = seed_folder / f"{name}.md"
    lab = start_lab(tmp_path / "lab", system=bound.system)
    try:
        system = lab.contract["systems"][0]
        with sitting(lab.contract, system, commands_of(file)) as desk:
            found = seen[name] = list(rows(file, bound, desk))
    finally:
        lab.stop()
    nested = sum(row.line.nested for row in found)
    assert (len(found) - nested, nested) == COUNTS[name]
    troubles = [trouble for row in found if (trouble := _trouble(name, row))]
    assert not troubles, "\n".join(troubles)


def _trouble(name: str, row: Row) -> str:
    told = f"{name}:{row.line.number} {row.line.shown}: {row.verdict} {row.code} {row.evidence}"
    refusal = REFUSED.get((name, row.line.number))
    match row.verdict:
        case Verdict.ANSWERED:
            expected = refusal is None or not refusal.always or row.line.nested
        case Verdict.REFUSED:
            expected = refusal is not None and re.search(refusal.says, row.evidence) is not None
        case _:
            expected = False
    return "" if expected else told
