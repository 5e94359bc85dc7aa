"""The alternatives of the five original runbooks: all of them, and no others."""

from pathlib import Path

import pytest

from steadyhand.compile import compile_runbook, parse
from steadyhand.plan.alternatives import alternatives

pytestmark = pytest.mark.seeds

# Judged by hand, procedure by procedure: document → procedure → the first line of each way.
EXPECTED: dict[str, dict[str, list[int]]] = {
    "contractorlens": {
        "quick-commands": [23, 26],
        "common-causes--solutions": [122, 133, 145],
        "scaling-operations": [236, 239],
        "application-recovery": [339, 342, 345],
        "database-recovery": [353, 359],
    },
    "arbor-energy": {"clear-cache": [320, 323], "warm-up-cache": [330, 334]},
    "sleek-coach": {},
    "conflicto": {
        "critical-database-connection-failures": [150, 151, 152],
        "database-migration-stuck-or-failed": [273, 274, 275],
    },
    "revenue-context": {},
}


@pytest.mark.parametrize("name", EXPECTED)
def test_every_alternative_and_no_other(seed_folder: Path, name: str) -> None:
    path = seed_folder / f"{name}.md"
    runbook, _ = compile_runbook(parse(str(path), path.read_text()))
    found = {
        procedure.id: [option.span.line for option in group.options]
        for procedure in runbook.procedures
        for group in alternatives(procedure)
    }
    assert found == EXPECTED[name]
