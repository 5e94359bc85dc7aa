"""Rules about commands of the AWS CLI, held against the service models."""

from steadyhand.lint.rule import Rule

RULES: tuple[Rule, ...] = ()
