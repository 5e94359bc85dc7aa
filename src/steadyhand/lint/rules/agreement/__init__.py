"""Rules about what a document, or a folder of them, says twice and differently."""

from steadyhand.lint.rule import Rule

RULES: tuple[Rule, ...] = ()
