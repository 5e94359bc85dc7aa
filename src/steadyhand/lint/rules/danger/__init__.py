"""Rules about changes that hurt: no warning, no check, no way back."""

from steadyhand.lint.rule import Rule

RULES: tuple[Rule, ...] = ()
