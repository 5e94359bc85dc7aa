"""Findings as SARIF 2.1.0, for code scanning and editors.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

import json
from typing import Any
from urllib.parse import quote

from steadyhand.lint.report.checked import Checked
from steadyhand.model.document.edit import Edit
from steadyhand.model.document.finding import Finding, Severity

_LEVEL = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "note"}


def as_sarif(checked: Checked) -> str:
    """Write one log with one run; each rule that found something brings its page."""
    names = sorted({finding.rule for finding in checked.findings})
    index = {name: at for at, name in enumerate(names)}
    driver = {
        "name": "Steadyhand",
        "rules": [_rule(name, checked.pages.get(name, "")) for name in names],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, index[finding.rule]) for finding in checked.findings],
    }
    log = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [run],
    }
    return json.dumps(log, ensure_ascii=False, indent=2) + "\n"


def _rule(name: str, page: str) -> dict[str, Any]:
    rule: dict[str, Any] = {"id": name, "name": "".join(p.capitalize() for p in name.split("-"))}
    if page:
        rule["shortDescription"] = {"text": summary(page)}
        rule["help"] = {"text": page, "markdown": page}
    return rule


def summary(page: str) -> str:
    """Give the first sentence of what a rule's page says that it does."""
    body = page.partition("\n## What it does\n")[2].strip().split("\n\n")[0]
    return " ".join(body.split()).partition(". ")[0].rstrip(".") + "."


def _result(finding: Finding, rule: int) -> dict[str, Any]:
    span = finding.span
    region: dict[str, int] = {"startLine": span.line, "endLine": span.end_line}
    if (mark := finding.mark) is not None:
        region = {
            "startLine": mark.line,
            "startColumn": mark.column,
            "endLine": mark.line,
            "endColumn": mark.end_column,
        }
    place = {"artifactLocation": {"uri": _uri(span.path)}, "region": region}
    text = f"{finding.message}. {finding.help[:1].upper()}{finding.help[1:]}".strip()
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": rule,
        "level": _LEVEL[finding.severity],
        "message": {"text": text},
        "locations": [{"physicalLocation": place}],
        "partialFingerprints": {"steadyhand/v1": finding.fingerprint},
        "properties": {"confidence": finding.confidence.value},
    }
    if finding.fix:
        result["fixes"] = [_fix(finding)]
    return result


def _fix(finding: Finding) -> dict[str, Any]:
    change = {
        "artifactLocation": {"uri": _uri(finding.span.path)},
        "replacements": [_replacement(edit) for edit in sorted(finding.fix)],
    }
    return {"description": {"text": finding.help}, "artifactChanges": [change]}


def _replacement(edit: Edit) -> dict[str, Any]:
    return {
        "deletedRegion": {
            "startLine": edit.line,
            "startColumn": edit.column,
            "endLine": edit.line,
            "endColumn": edit.end_column,
        },
        "insertedContent": {"text": edit.text},
    }


def _uri(path: str) -> str:
    return quote(path.replace("\\", "/"))
