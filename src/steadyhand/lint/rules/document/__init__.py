"""Rules about the document itself: headings, links, text, files it speaks of, comments for lint."""

from steadyhand.lint.rule import Rule
from steadyhand.lint.rules.document import (
    allow_without_reason,
    broken_anchor,
    broken_link,
    duplicate_heading,
    empty_procedure,
    missing_input_file,
    readable_text,
    unclosed_fence,
    unknown_allow,
    unneeded_allow,
)

RULES: tuple[Rule, ...] = (
    readable_text.RULE,
    unclosed_fence.RULE,
    duplicate_heading.RULE,
    broken_anchor.RULE,
    broken_link.RULE,
    empty_procedure.RULE,
    missing_input_file.RULE,
    unknown_allow.RULE,
    allow_without_reason.RULE,
    unneeded_allow.RULE,
)
