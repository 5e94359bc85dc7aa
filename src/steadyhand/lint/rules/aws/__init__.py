"""Rules about commands of the AWS CLI, held against the service models."""

from steadyhand.lint.rule import Rule
from steadyhand.lint.rules.aws import (
    aws_cli_v2_only,
    invalid_aws_value,
    invalid_query,
    missing_aws_option,
    unknown_aws_command,
    unknown_aws_option,
)

RULES: tuple[Rule, ...] = (
    unknown_aws_command.RULE,
    unknown_aws_option.RULE,
    missing_aws_option.RULE,
    invalid_aws_value.RULE,
    invalid_query.RULE,
    aws_cli_v2_only.RULE,
)
