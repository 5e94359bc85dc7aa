"""Findings as workflow commands of GitHub Actions: each becomes a note beside the line."""

from steadyhand.lint.report.checked import Checked
from steadyhand.model.document.finding import Finding, Severity

# https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
_LEVEL = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def as_github(checked: Checked) -> str:
    """Write one command a finding."""
    return "".join(f"{_command(finding)}\n" for finding in checked.findings)


def _command(finding: Finding) -> str:
    span = finding.span
    where = [f"file={_property(span.path)}", f"line={span.line}", f"endLine={span.end_line}"]
    if finding.mark is not None and span.line == span.end_line:
        where += [f"col={finding.mark.column}", f"endColumn={finding.mark.end_column - 1}"]
    where.append(f"title={_property(finding.rule)}")
    text = _data(f"{finding.message}\n{finding.help}".strip())
    return f"::{_LEVEL[finding.severity]} {','.join(where)}::{text}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
