"""Markdown in, what the rules look at out; for the tests of lint."""

import re
from collections.abc import Mapping
from datetime import date

from steadyhand.compile import compile_runbook, parse
from steadyhand.lint.lint import lint
from steadyhand.lint.subject import Subject
from steadyhand.model.document.finding import Finding

TODAY = date(2026, 11, 1)
_FILE = re.compile(r"^<!-- file: (\S+) -->\n", re.MULTILINE)
_EXISTS = re.compile(r"^<!-- exists: (\S+) -->\n", re.MULTILINE)


def subjects(documents: Mapping[str, str], exists: frozenset[str] = frozenset()) -> list[Subject]:
    """Compile several documents as one folder; only the link targets in `exists` are there."""
    compiled = {path: compile_runbook(parse(path, text)) for path, text in documents.items()}
    folder = tuple(runbook for runbook, _ in compiled.values())
    return [
        Subject(
            runbook,
            TODAY,
            folder,
            tuple(found),
            {link.target: link.target.partition("#")[0] in exists for link in runbook.links},
        )
        for runbook, found in compiled.values()
    ]


def subject(text: str, path: str = "case.md") -> Subject:
    """Compile one document."""
    return subjects({path: text})[0]


def case_subjects(text: str) -> list[Subject]:
    """Compile a case: one document, or several that begin at `<!-- file: NAME -->`.

    `<!-- exists: PATH -->` names a file that a link may point to.
    """
    exists = frozenset(_EXISTS.findall(text))
    first, *rest = _FILE.split(_EXISTS.sub("", text))
    documents = dict(zip(rest[::2], rest[1::2], strict=True))
    if first.strip() or not documents:
        documents = {"case.md": first, **documents}
    return subjects(documents, exists)


def findings(text: str, rule: str = "") -> list[Finding]:
    """Lint a case."""
    found = [f for one in case_subjects(text) for f in lint(one)]
    return [f for f in found if not rule or f.rule == rule]
