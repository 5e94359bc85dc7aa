"""Findings as JSON: one object for one document, JSON Lines for several."""

import json
from typing import Any

from steadyhand.lint.report.checked import Checked, Document
from steadyhand.model.canonical import plain

SCHEMA = 1


def as_json(checked: Checked) -> str:
    """Write one object a document: `schema`, `path`, `findings`."""
    if len(checked.documents) == 1:
        return _dumps(_object(checked.documents[0]), indent=2) + "\n"
    return "".join(_dumps(_object(document)) + "\n" for document in checked.documents)


def _object(document: Document) -> dict[str, Any]:
    findings = [plain(finding) for finding in document.findings]
    return {"schema": SCHEMA, "path": document.path, "findings": findings}


def _dumps(value: object, indent: int | None = None) -> str:
    return json.dumps(value, ensure_ascii=False, indent=indent)
