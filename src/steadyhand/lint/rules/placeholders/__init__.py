"""Rules about values that somebody has to fill in."""

from steadyhand.lint.rule import Rule
from steadyhand.lint.rules.placeholders import unresolved_placeholder

RULES: tuple[Rule, ...] = (unresolved_placeholder.RULE,)
