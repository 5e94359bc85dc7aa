"""What a rule is: a name, how bad and how sure it is, and a check over one document."""

import sys
from collections.abc import Callable, Iterator

from msgspec import Struct

from steadyhand.lint.subject import Subject
from steadyhand.model.document.edit import Edit
from steadyhand.model.document.finding import Confidence, Finding, Mark, Severity
from steadyhand.model.document.span import Span

Check = Callable[[Subject], Iterator[Finding]]


class Rule(Struct, frozen=True):
    """`name` reads well after "allow". The docstring of the check's module is the rule's page."""

    name: str
    severity: Severity
    confidence: Confidence
    check: Check

    @property
    def page(self) -> str:
        return sys.modules[self.check.__module__].__doc__ or ""

    def finding(
        self,
        span: Span,
        message: str,
        help: str,
        *,
        mark: Mark | None = None,
        fix: tuple[Edit, ...] = (),
    ) -> Finding:
        """Make a finding of this rule; where a mark is given, its line is the finding's."""
        if mark is not None:
            span = Span(span.path, mark.line, max(mark.line, span.end_line))
        return Finding(self.name, self.severity, message, span, help, self.confidence, mark, fix)
