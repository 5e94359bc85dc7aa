"""Known defects of the five original runbooks that the rules about documents report, by line.

A defect that is left out here is one that no rule of these folders can see: see the notes on lint.
"""

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from steadyhand.compile import compile_runbook, parse
from steadyhand.lint.lint import Choice, lint
from steadyhand.lint.subject import Subject

pytestmark = pytest.mark.seeds

TODAY = date(2026, 11, 1)
FILES = ("contractorlens", "arbor-energy", "sleek-coach", "conflicto", "revenue-context")
# The number of the defect, the file, the line, the rule.
DEFECTS = (
    (40, "conflicto", 123, "contradictory-escalation"),
    (41, "sleek-coach", 253, "contradictory-threshold"),
    (41, "sleek-coach", 283, "contradictory-threshold"),
    (42, "revenue-context", 103, "inconsistent-environment-name"),
    (43, "contractorlens", 91, "contradictory-severity"),
    (43, "arbor-energy", 26, "contradictory-severity"),
    (43, "revenue-context", 13, "contradictory-severity"),
    (43, "revenue-context", 14, "missing-severity-in-reference"),
    (46, "contractorlens", 6, "empty-contact"),
    (46, "contractorlens", 7, "empty-contact"),
    (46, "contractorlens", 8, "empty-contact"),
    (46, "contractorlens", 9, "empty-contact"),
    (46, "contractorlens", 450, "empty-contact"),
    (46, "conflicto", 426, "empty-contact"),
    (46, "arbor-energy", 521, "empty-contact"),
    (46, "revenue-context", 380, "empty-contact"),
    (47, "contractorlens", 451, "unevaluated-substitution"),
    (47, "arbor-energy", 527, "stale-date"),
    (47, "sleek-coach", 1, "missing-date"),
    (47, "conflicto", 1, "missing-date"),
    (47, "revenue-context", 1, "missing-date"),
    (47, "arbor-energy", 1, "missing-owner"),
    (47, "sleek-coach", 1, "missing-owner"),
    (47, "revenue-context", 1, "missing-owner"),
    (52, "conflicto", 117, "inconsistent-region"),
    (52, "contractorlens", 23, "region-unstated"),
    (52, "arbor-energy", 124, "region-unstated"),
    (52, "sleek-coach", 90, "region-unstated"),
)
# What else these rules report, each looked at and found to be so.
BESIDE = (
    ("arbor-energy", 183, "two-names-for-one-value"),
    ("arbor-energy", 240, "missing-input-file"),
    ("revenue-context", 8, "empty-contact"),
    ("revenue-context", 9, "empty-contact"),
    ("revenue-context", 282, "two-names-for-one-value"),
    ("revenue-context", 307, "missing-input-file"),
)
RULES = frozenset(
    "duplicate-heading broken-anchor broken-link empty-procedure missing-input-file empty-contact "
    "missing-owner missing-date stale-date unevaluated-substitution contradictory-threshold "
    "contradictory-severity contradictory-escalation missing-severity-in-reference "
    "inconsistent-environment-name near-miss-name two-names-for-one-value inconsistent-region "
    "region-unstated".split()
)


@cache
def found(folder: Path) -> Mapping[str, frozenset[tuple[int, str]]]:
    """Lint the five together; file → (line, rule) of each finding."""
    compiled = {
        name: compile_runbook(parse(f"{name}.md", (folder / f"{name}.md").read_text()))
        for name in FILES
    }
    together = tuple(runbook for runbook, _ in compiled.values())
    choice = Choice(select=RULES)
    return {
        name: frozenset(
            (finding.span.line, finding.rule)
            for finding in lint(Subject(runbook, TODAY, together, tuple(reported)), choice)
        )
        for name, (runbook, reported) in compiled.items()
    }


@pytest.mark.parametrize(("number", "file", "line", "rule"), DEFECTS)
def test_the_defect_is_reported(
    seed_folder: Path, number: int, file: str, line: int, rule: str
) -> None:
    assert (line, rule) in found(seed_folder)[file], f"defect {number} is not reported"


def test_nothing_else_is_reported(seed_folder: Path) -> None:
    known = {(file, line, rule) for _, file, line, rule in DEFECTS} | set(BESIDE)
    said = {(file, *one) for file, every in found(seed_folder).items() for one in every}
    assert said - known == set()
