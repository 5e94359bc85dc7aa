"""Rules about the document itself: headings, links, dates, owners, contacts."""

from steadyhand.lint.rule import Rule
from steadyhand.lint.rules.document import (
    allow_without_reason,
    readable_text,
    unclosed_fence,
    unknown_allow,
    unneeded_allow,
)

RULES: tuple[Rule, ...] = (
    readable_text.RULE,
    unclosed_fence.RULE,
    unknown_allow.RULE,
    allow_without_reason.RULE,
    unneeded_allow.RULE,
)
