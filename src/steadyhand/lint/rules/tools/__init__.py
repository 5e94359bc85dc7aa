"""Rules about the other tools: psql, redis-cli, curl, jq, and programs that never end."""

from steadyhand.lint.rule import Rule

RULES: tuple[Rule, ...] = ()
