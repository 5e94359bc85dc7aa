"""What looks like a finding and is right: a page of it, and our own runbooks. Nothing is found.

`hard_negatives.md` has a near miss for every rule. Where one cries wolf here, the rule is wrong.
"""

from pathlib import Path

import pytest

import steadyhand
from steadyhand.compile import compile_runbook, parse
from steadyhand.lint.lint import lint
from steadyhand.lint.subject import Subject
from steadyhand.model.document.finding import Finding
from steadyhand.model.document.runbook import Runbook, StepKind
from tests.lint.subjects import TODAY, case_subjects

PAGE = Path(__file__).with_name("hard_negatives.md")
OWN = sorted(Path(steadyhand.__file__).parent.glob("lab/systems/*/RUNBOOK.md"))


def shown(found: list[Finding]) -> list[str]:
    return [f"{f.span.path}:{f.span.line}: {f.rule}: {f.message}" for f in found]


def commands(runbook: Runbook) -> int:
    return sum(step.kind in {StepKind.COMMAND, StepKind.SQL} for step in runbook.steps())


def test_the_page_has_no_finding() -> None:
    (subject,) = case_subjects(PAGE.read_text())
    assert commands(subject.runbook) >= 300  # it is the page, and it has been read
    assert shown(lint(subject)) == []


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.parent.name)
def test_our_own_runbooks_have_no_finding(path: Path) -> None:
    """Each on its own: they belong to systems that have nothing to do with each other."""
    runbook, found = compile_runbook(parse(path.name, path.read_text(encoding="utf-8")))
    targets = {link.target: _exists(path, link.target) for link in runbook.links}
    assert commands(runbook) > 10
    assert shown(lint(Subject(runbook, TODAY, (runbook,), tuple(found), targets))) == []


def test_there_are_runbooks_of_our_own() -> None:
    assert OWN


def _exists(path: Path, target: str) -> bool:
    return (path.parent / target.partition("#")[0]).exists()


@pytest.mark.parametrize(
    ("value", "rules"), [("${VERSION}", []), ("$(date)", ["unevaluated-substitution"])]
)
def test_a_publisher_fills_in_variables_and_runs_no_shell(value: str, rules: list[str]) -> None:
    """Cases of a rule are split at `---`, so that none of them can have front matter."""
    (subject,) = case_subjects(f"---\nversion: {value}\n---\n\n# Notes\n\nText.\n")
    assert [f.rule for f in lint(subject)] == rules
