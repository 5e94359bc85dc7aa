"""Findings in, a report out: text for a person, other forms for programs. Pure.

`FORMATS` is what `steadyhand lint --format` offers. Each is a function of a `Checked`.
"""

from collections.abc import Callable

from steadyhand.lint.report.checked import Checked, Document
from steadyhand.lint.report.github import as_github
from steadyhand.lint.report.json import as_json
from steadyhand.lint.report.junit import as_junit
from steadyhand.lint.report.sarif import as_sarif
from steadyhand.lint.report.text import as_text

FORMATS: dict[str, Callable[[Checked], str]] = {
    "text": as_text,
    "json": as_json,
    "sarif": as_sarif,
    "github": as_github,
    "junit": as_junit,
}

__all__ = ["FORMATS", "Checked", "Document", "as_text"]
