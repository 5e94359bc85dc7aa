"""The five documents: each schedule of theirs is a duty, or is listed with a reason."""

from pathlib import Path

import pytest

from steadyhand.app.oncall import duties
from steadyhand.app.runbooks import documents
from steadyhand.model.duty.events import DutyKind

pytestmark = pytest.mark.seeds


def test_every_schedule_window_and_list_of_boxes_is_accounted_for(seed_folder: Path) -> None:
    files = sorted(seed_folder.glob("*.md"))
    assert len(files) == 5
    for file in files:
        loaded = documents.load(file)
        found = duties.derived(loaded)
        assert all((one.definition is None) is bool(one.reason) for one in found)
        lines = {one.span.line for one in found}
        facts = loaded.runbook.facts
        assert {one.span.line for one in facts.schedules} <= lines, file.name
        assert {one.span.line for one in facts.windows} <= lines, file.name
        signed = {item for one in found if one.definition for item in one.definition.items}
        for boxes in facts.checklists:
            assert boxes.span.line in lines or signed >= {*boxes.items}, boxes.title


def test_what_they_ask_for(seed_folder: Path) -> None:
    """How many duties, of which restore tests, and how many places with a reason."""
    counted = {}
    for file in sorted(seed_folder.glob("*.md")):
        found = duties.derived(documents.load(file))
        made = [one.definition for one in found if one.definition is not None]
        tests = sum(one.kind is DutyKind.RESTORE_TEST for one in made)
        counted[file.stem] = (len(made), tests, len(found) - len(made))
    assert counted == {
        "arbor-energy": (1, 1, 1),
        "conflicto": (7, 1, 2),
        "contractorlens": (1, 1, 2),
        "revenue-context": (0, 0, 0),
        "sleek-coach": (1, 1, 5),
    }


def test_no_duty_of_theirs_is_without_somebody_to_answer_for_it(seed_folder: Path) -> None:
    for file in sorted(seed_folder.glob("*.md")):
        for one in duties.derived(documents.load(file)):
            assert one.definition is None or one.definition.owner, one
