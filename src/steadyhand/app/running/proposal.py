"""A run in, what its runbook should say otherwise out: findings on the lines that it ran.

Findings with a safe fix become a patch. A document that has changed since it was planned gets none:
nobody ran what it says now.
"""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from msgspec import Struct

from steadyhand.app.problem import Problem
from steadyhand.app.runbooks import linting
from steadyhand.app.runbooks.compiled import compiled
from steadyhand.app.runbooks.sources import read_all
from steadyhand.model.document.edit import apply_edits
from steadyhand.model.document.finding import Finding
from steadyhand.model.run.state import Run


class Proposal(Struct, frozen=True):
    """`patch` is "" where nothing can be mended by itself; `reason` says why there is nothing."""

    findings: tuple[Finding, ...] = ()
    patch: str = ""
    reason: str = ""


def proposal(run: Run, today: date) -> Proposal:
    """Look at the lines of the document that a run was made of."""
    path = Path(run.plan.runbook)
    documents, _ = read_all([path]) if path.is_file() else ([], [])
    if not documents:
        return Proposal(reason=f"{path} is not there any more")
    try:
        digest = compiled(documents[0]).runbook.digest
        checked, _ = linting.check(linting.Wanted((path,)), today)
    except Problem as problem:
        return Proposal(reason=str(problem))
    if digest != run.plan.runbook_digest:
        return Proposal(reason=f"{path} has changed since it was planned")
    ran = _lines(run)
    found = tuple(f for f in checked.findings if ran & set(range(f.span.line, f.span.end_line + 1)))
    if not found:
        return Proposal(reason="nothing is known to be wrong with the lines that ran")
    return Proposal(found, _patch(checked.documents[0].text, str(path), found))


def _lines(run: Run) -> set[int]:
    spans = [planned.step.span for planned in run.plan.steps]
    return {line for span in spans for line in range(span.line, span.end_line + 1)}


def _patch(text: str, path: str, found: Sequence[Finding]) -> str:
    edits = [edit for finding in found for edit in finding.fix]
    if not edits:
        return ""
    return linting.Mended(path, text, apply_edits(text, edits), len(edits)).diff()
