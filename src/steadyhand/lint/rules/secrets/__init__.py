"""Rules about secrets: where they show, and how they are changed."""

from steadyhand.lint.rule import Rule
from steadyhand.lint.rules.secrets import (
    generated_secret_refused,
    literal_secret,
    secret_before_target,
    secret_changed_in_one_place,
    secret_on_command_line,
    secret_printed,
    whole_secret_overwritten,
)

RULES: tuple[Rule, ...] = (
    generated_secret_refused.RULE,
    literal_secret.RULE,
    secret_before_target.RULE,
    secret_changed_in_one_place.RULE,
    secret_on_command_line.RULE,
    secret_printed.RULE,
    whole_secret_overwritten.RULE,
)
