"""Rules about looking: log searches, metrics, and what is taken out of an answer."""

from steadyhand.lint.rule import Rule

RULES: tuple[Rule, ...] = ()
