"""A runbook in, the findings of every rule out, in the order of the document.

A rule is a function; its module's docstring is its page. Knows nothing of Markdown.
"""

from collections.abc import Callable, Iterator

from steadyhand.lint.rules import unresolved_placeholder
from steadyhand.model.finding import Finding
from steadyhand.model.runbook import Runbook

Rule = Callable[[Runbook], Iterator[Finding]]

RULES: dict[str, Rule] = {
    "unresolved-placeholder": unresolved_placeholder.check,
}


def lint(runbook: Runbook) -> list[Finding]:
    """Check a runbook against every rule. Equal runbooks give equal findings. Pure."""
    found = [finding for rule in RULES.values() for finding in rule(runbook)]
    return sorted(found, key=lambda f: (f.span, f.rule, f.message))
