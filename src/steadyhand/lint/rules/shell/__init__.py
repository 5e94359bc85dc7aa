"""Rules about what bash makes of a statement."""

from steadyhand.lint.rule import Rule
from steadyhand.lint.rules.shell import elided_command, shell_syntax

RULES: tuple[Rule, ...] = (shell_syntax.RULE, elided_command.RULE)
