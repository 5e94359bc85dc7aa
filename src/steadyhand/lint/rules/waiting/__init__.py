"""Rules about commands that do not end by themselves, or wait for somebody."""

from steadyhand.lint.rule import Rule
from steadyhand.lint.rules.waiting import endless_command, needs_terminal, unreachable_command

RULES: tuple[Rule, ...] = (endless_command.RULE, unreachable_command.RULE, needs_terminal.RULE)
