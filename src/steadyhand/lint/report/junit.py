"""Findings as JUnit's XML: a suite a document, a failed case an error or a warning.

Notes do not fail: they are the output of a case that passes.
"""

import re
from xml.etree import ElementTree

from steadyhand.lint.report.checked import Checked, Document
from steadyhand.model.document.finding import Finding, Severity


def as_junit(checked: Checked) -> str:
    """Write one XML document."""
    suites = ElementTree.Element("testsuites", name="steadyhand lint")
    for document in checked.documents:
        _suite(suites, document)
    ElementTree.indent(suites)
    body = ElementTree.tostring(suites, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}\n'


def _suite(suites: ElementTree.Element, document: Document) -> None:
    findings = document.findings
    failed = sum(finding.severity is not Severity.NOTE for finding in findings)
    suite = ElementTree.SubElement(
        suites,
        "testsuite",
        name=_clean(document.path),
        tests=str(max(1, len(findings))),
        failures=str(failed),
        errors="0",
    )
    if not findings:
        ElementTree.SubElement(suite, "testcase", name="lint", classname=_clean(document.path))
    for finding in findings:
        _case(suite, finding)


def _case(suite: ElementTree.Element, finding: Finding) -> None:
    name = f"{finding.rule} line {finding.span.line}"
    path = _clean(finding.span.path)
    case = ElementTree.SubElement(suite, "testcase", name=name, classname=path)
    text = _clean(f"{finding.span}: {finding.message}\n{finding.help}".strip())
    if finding.severity is Severity.NOTE:
        ElementTree.SubElement(case, "system-out").text = text
        return
    message = _clean(finding.message)
    failure = ElementTree.SubElement(case, "failure", type=finding.severity.value, message=message)
    failure.text = text


def _clean(text: str) -> str:
    """Drop what XML 1.0 cannot hold: https://www.w3.org/TR/xml/#charsets."""
    return re.sub(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "�", text)
