"""Rules about values that somebody has to fill in."""

from steadyhand.lint.rule import Rule
from steadyhand.lint.rules.placeholders import (
    literal_variable,
    placeholder_as_redirection,
    stub_value,
    unresolved_placeholder,
)

RULES: tuple[Rule, ...] = (
    unresolved_placeholder.RULE,
    placeholder_as_redirection.RULE,
    literal_variable.RULE,
    stub_value.RULE,
)
