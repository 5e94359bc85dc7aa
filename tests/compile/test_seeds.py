"""The five original runbooks, by count and by the things that must be right in them."""

import re
from pathlib import Path

import pytest

from steadyhand.compile import compile_runbook, parse
from steadyhand.model.document.runbook import (
    BlockKind,
    ParameterKind,
    Procedure,
    Runbook,
    SourceKind,
    Step,
    StepKind,
)
from steadyhand.model.document.shell import PartKind
from steadyhand.model.effect import Effect

pytestmark = pytest.mark.seeds

# Procedures that own at least one command or SQL statement, code blocks, checkboxes.
COUNTS = {
    "contractorlens": (22, 27, 12),
    "arbor-energy": (28, 31, 0),
    "sleek-coach": (14, 19, 0),
    "conflicto": (17, 19, 16),
    "revenue-context": (14, 32, 0),
}


def load(folder: Path, name: str) -> Runbook:
    path = folder / f"{name}.md"
    return compile_runbook(parse(str(path), path.read_text()))[0]


def count(runbook: Runbook, kind: BlockKind) -> int:
    return sum(entry.kind is kind for entry in runbook.account)


@pytest.mark.parametrize("name", COUNTS)
def test_counts(seed_folder: Path, name: str) -> None:
    runbook = load(seed_folder, name)
    commanding = [
        p for p in runbook.procedures
        if any(s.kind in {StepKind.COMMAND, StepKind.SQL} for s in p.steps)
    ]  # fmt: skip
    found = (
        len(commanding),
        count(runbook, BlockKind.FENCE),
        count(runbook, BlockKind.CHECKBOX),
    )
    assert found == COUNTS[name]
    checks = [s for s in runbook.steps() if s.kind is StepKind.CHECK]
    assert len(checks) == COUNTS[name][2]


def test_totals() -> None:
    assert [sum(each) for each in zip(*COUNTS.values(), strict=True)] == [95, 128, 28]


@pytest.mark.parametrize("name", COUNTS)
def test_every_line_is_accounted(seed_folder: Path, name: str) -> None:
    runbook = load(seed_folder, name)
    lines = (seed_folder / f"{name}.md").read_text().split("\n")
    covered = {
        n for e in runbook.account for n in range(e.span.line, e.span.end_line + 1)
    }  # fmt: skip
    assert [n for n, line in enumerate(lines, 1) if line.strip() and n not in covered] == []


@pytest.mark.parametrize("name", COUNTS)
def test_no_placeholder_reaches_bash_unseen(seed_folder: Path, name: str) -> None:
    """Every `<x>` of a command is a parameter's occurrence, and none became a redirection."""
    for step in load(seed_folder, name).steps():
        if step.kind is not StepKind.COMMAND:
            continue
        places = {(o.start, o.end) for o in step.parameters}
        for match in re.finditer(r"<[a-z][\w -]*>", step.text):
            assert match.span() in places
        assert not [r for c in step.commands for r in c.redirects if r.operator in {"<", ">"}]


def steps_at(runbook: Runbook, line: int) -> Step:
    return next(s for s in runbook.steps() if s.span.line <= line <= s.span.end_line)


def owner(runbook: Runbook, line: int) -> Procedure:
    return next(p for p in runbook.procedures if p.span.line <= line <= p.span.end_line)


@pytest.mark.parametrize("line", [92, 340])
def test_the_previous_revision_comes_from_the_listing(seed_folder: Path, line: int) -> None:
    runbook = load(seed_folder, "sleek-coach")
    procedure = owner(runbook, line)
    parameter = next(p for p in procedure.parameters if p.name == "previous-revision")
    assert parameter.kind is ParameterKind.REVISION
    assert parameter.source.kind is SourceKind.STEP
    assert parameter.source.rule == "previous-revision"
    assert parameter.source.scope == "sleek-coach-api"
    listing = procedure.step(parameter.source.step)
    assert "list-task-definitions" in listing.text
    assert listing.effect is Effect.READ
    rollback = steps_at(runbook, line)
    assert rollback.section == "Rollback Procedure"
    assert not rollback.condition
    assert [part.kind for part in rollback.commands[0].words[-1].parts] == [
        PartKind.LITERAL,
        PartKind.PARAMETER,
    ]


def test_conditions_are_questions(seed_folder: Path) -> None:
    runbook = load(seed_folder, "sleek-coach")
    assert steps_at(runbook, 343).condition
    assert steps_at(load(seed_folder, "contractorlens"), 53).condition
    assert steps_at(load(seed_folder, "revenue-context"), 47).condition


def test_alarms(seed_folder: Path) -> None:
    alarms = load(seed_folder, "sleek-coach").facts.alarms
    said = [(a.threshold.value, a.threshold.unit, a.threshold.for_seconds) for a in alarms]
    assert said == [
        (5.0, "%", 300.0),
        (2.0, "s", 300.0),
        (85.0, "%", 600.0),
        (80.0, "%", 900.0),
        (80.0, "% max", 300.0),
        (80.0, "%", 600.0),
        (100.0, "/min", None),
    ]
    assert {a.threshold.operator for a in alarms} == {">"}
    assert alarms[1].threshold.statistic == "p95"
    assert alarms[0].action == "Page on-call"


def test_escalation(seed_folder: Path) -> None:
    levels = load(seed_folder, "sleek-coach").facts.escalation
    assert [(e.name, e.after_seconds) for e in levels] == [
        ("L1", 0.0),
        ("L2", 1800.0),
        ("L3", None),
    ]
    levels = load(seed_folder, "conflicto").facts.escalation
    assert [e.after_seconds for e in levels] == [0.0, 900.0, 1800.0]


def test_causes_and_symptoms(seed_folder: Path) -> None:
    runbook = load(seed_folder, "sleek-coach")
    assert len(runbook.facts.causes) == 23
    incident = owner(runbook, 48)
    assert len(incident.causes) == 4
    assert len(incident.symptoms) == 3


def test_severities(seed_folder: Path) -> None:
    levels = load(seed_folder, "arbor-energy").facts.severities
    assert [s.response_seconds for s in levels] == [900.0, 3600.0, 14400.0, 86400.0]
    levels = load(seed_folder, "contractorlens").facts.severities
    assert [(s.name, s.response_seconds) for s in levels] == [
        ("P0", 0.0),
        ("P1", 900.0),
        ("P2", 3600.0),
    ]


def test_sql_and_answers_inside_shell_blocks(seed_folder: Path) -> None:
    sql = [s for s in load(seed_folder, "revenue-context").steps() if s.kind is StepKind.SQL]
    assert [s.span.line for s in sql] == [65, 117, 365, 368]
    assert steps_at(load(seed_folder, "conflicto"), 51).expects.endswith("}")


def test_steps_without_a_command(seed_folder: Path) -> None:
    recovery = owner(load(seed_folder, "sleek-coach"), 495)
    assert [s.kind for s in recovery.steps] == [StepKind.COMMAND, *[StepKind.MANUAL] * 5]
    recovery = owner(load(seed_folder, "conflicto"), 344)
    assert [s.kind for s in recovery.steps] == [*[StepKind.COMMAND] * 2, *[StepKind.MANUAL] * 3]


def test_what_is_left_out_may_not_run(seed_folder: Path) -> None:
    step = steps_at(load(seed_folder, "arbor-energy"), 382)
    assert step.statement is not None
    assert "left out" in step.statement.problem


def test_contacts_that_nobody_filled_in(seed_folder: Path) -> None:
    assert len(load(seed_folder, "contractorlens").parameters) == 5
    assert len(load(seed_folder, "conflicto").parameters) == 1
