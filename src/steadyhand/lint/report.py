"""Findings in, a report out: text for a person, a JSON object for a program.

The exit code of a check: 0, clean (notes do not count); 1, a finding of severity error or warning;
2, the input cannot be used (no such file, not text, settings that are not valid).
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from steadyhand.model.canonical import plain
from steadyhand.model.finding import Finding

SCHEMA = 1


def as_text(findings: Iterable[Finding], sources: Mapping[str, str]) -> str:
    """Write findings for a person, each with its line; `sources` is path → text. Pure."""
    lines = {path: re.split(r"\r\n?|\n", text) for path, text in sources.items()}
    return "".join(f"{line}\n" for finding in findings for line in _one(finding, lines))


def as_json(findings: Iterable[Finding]) -> dict[str, Any]:
    """Write findings as one JSON object. Pure."""
    return {"schema": SCHEMA, "findings": [plain(finding) for finding in findings]}


def _one(finding: Finding, lines: Mapping[str, list[str]]) -> Iterator[str]:
    yield f"{finding.span}: {finding.severity.value} {finding.rule}: {finding.message}"
    number = finding.span.line
    there = lines.get(finding.span.path, [])
    if 0 < number <= len(there):
        yield f"  {number} | {there[number - 1].strip()}"
    if finding.help:
        yield f"  help: {finding.help}"
