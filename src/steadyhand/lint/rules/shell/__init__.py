"""Rules about the shell's own language."""

from steadyhand.lint.rule import Rule
from steadyhand.lint.rules.shell import (
    carried_directory,
    elided_command,
    expands_here,
    fixed_date,
    gnu_only_date,
    hidden_character,
    look_alike_letter,
    mixed_time_zones,
    shell_syntax,
    space_after_backslash,
    typographic_character,
    unguarded_remove,
    unquoted_variable,
    window_without_time,
    wrong_fence_language,
)

RULES: tuple[Rule, ...] = (
    carried_directory.RULE,
    elided_command.RULE,
    expands_here.RULE,
    fixed_date.RULE,
    gnu_only_date.RULE,
    hidden_character.RULE,
    look_alike_letter.RULE,
    mixed_time_zones.RULE,
    shell_syntax.RULE,
    space_after_backslash.RULE,
    typographic_character.RULE,
    unguarded_remove.RULE,
    unquoted_variable.RULE,
    window_without_time.RULE,
    wrong_fence_language.RULE,
)
