"""Rules about releasing, restoring and replacing what runs."""

from steadyhand.lint.rule import Rule

RULES: tuple[Rule, ...] = ()
