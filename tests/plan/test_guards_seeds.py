"""The safety rules of the five original runbooks, and what a plan does about each of them."""

from pathlib import Path

import pytest

from steadyhand.compile import compile_runbook, parse
from steadyhand.model.run.plan import Kept, Plan
from steadyhand.plan.choosing import Selection, choose
from steadyhand.plan.make import Argument, Given, make_plan
from tests.run.shop import TARGET

pytestmark = pytest.mark.seeds


def plan(folder: Path, name: str, procedure: str, only: tuple[str, ...] = ()) -> Plan:
    path = folder / f"{name}.md"
    runbook, _ = compile_runbook(parse(str(path), path.read_text()))
    found = runbook.procedure(procedure)
    arguments = {parameter.name: Argument("x", "") for parameter in found.parameters}
    chosen = choose(found, Selection(only=only))
    return make_plan(runbook, found, *chosen, Given(TARGET, arguments))


def lines(made: Plan, kept: Kept) -> list[int]:
    return [guard.span.line for guard in made.guards if guard.kept is kept]


def test_a_deployment_by_hand_has_its_own_boxes(seed_folder: Path) -> None:
    made = plan(seed_folder, "conflicto", "production-deployment-process")
    assert lines(made, Kept.OWN) == [17, 18, 19, 20, 23, 24, 25, 26, 27]
    assert lines(made, Kept.SIGNED) == [370]
    assert lines(made, Kept.ENFORCED) == [407]
    assert lines(made, Kept.IDLE) == [16]
    assert lines(made, Kept.NOT) == []


def test_a_migration_wants_a_backup_and_another_approver(seed_folder: Path) -> None:
    made = plan(seed_folder, "conflicto", "database-migration-stuck-or-failed", ("11",))
    assert lines(made, Kept.SIGNED) == [16, 16, 20, 24, 27, 370]
    assert lines(made, Kept.APPROVED) == [23]
    assert lines(made, Kept.NOT) == [259]
    assert [p.step.id.rpartition("/")[2] for p in made.steps] == ["safety", "11"]


def test_writes_are_stopped_before_anything_is_signed(seed_folder: Path) -> None:
    made = plan(seed_folder, "conflicto", "critical-data-loss-or-corruption")
    assert lines(made, Kept.ENFORCED) == [155, 407]
    assert [p.step.id.rpartition("/")[2] for p in made.steps[:2]] == ["1", "safety"]


def test_a_release_needs_another_approver_and_its_way_back_does_not(seed_folder: Path) -> None:
    release = plan(seed_folder, "sleek-coach", "manual-deployment")
    assert lines(release, Kept.APPROVED) == [306]
    another = [p.step.span.line for p in release.steps if not p.approvals.starter_may]
    assert another == [316, 324]
    back = plan(seed_folder, "sleek-coach", "rollback-procedure")
    assert lines(back, Kept.IDLE) == [306]


def test_boxes_for_before_a_deployment(seed_folder: Path) -> None:
    made = plan(seed_folder, "contractorlens", "deployment")
    assert lines(made, Kept.SIGNED) == [432, 433, 434, 435, 436, 437]
    assert plan(seed_folder, "contractorlens", "secret-rotation").guards == ()


@pytest.mark.parametrize("name", ["arbor-energy", "revenue-context"])
def test_a_document_without_rules_adds_nothing(seed_folder: Path, name: str) -> None:
    path = seed_folder / f"{name}.md"
    assert compile_runbook(parse(str(path), path.read_text()))[0].facts.safety == ()
