"""Rules about secrets: where they show, and how they are changed."""

from steadyhand.lint.rule import Rule

RULES: tuple[Rule, ...] = ()
