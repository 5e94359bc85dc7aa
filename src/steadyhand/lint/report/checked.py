"""What a report is made of: documents that were checked, each with its lines and findings."""

from collections import Counter
from collections.abc import Mapping

from msgspec import Struct, field

from steadyhand.model.document.edit import split_lines
from steadyhand.model.document.finding import Finding, Severity
from steadyhand.model.once import once


class Document(Struct, frozen=True, dict=True):
    path: str
    text: str
    findings: tuple[Finding, ...]

    @once
    def lines(self) -> list[str]:
        return [line.rstrip("\r\n") for line in split_lines(self.text)]


class Checked(Struct, frozen=True):
    """`pages` is the page of each rule, for the forms that carry it; `hidden` counts findings that
    a baseline holds back."""

    documents: tuple[Document, ...]
    pages: Mapping[str, str] = field(default_factory=dict)
    hidden: int = 0

    @property
    def findings(self) -> list[Finding]:
        return [finding for document in self.documents for finding in document.findings]

    def counted(self) -> Counter[Severity]:
        return Counter(finding.severity for finding in self.findings)
