"""Rules about what a document, or a folder of them, says twice and differently."""

from steadyhand.lint.rule import Rule
from steadyhand.lint.rules.agreement import (
    contradictory_escalation,
    contradictory_severity,
    contradictory_threshold,
    inconsistent_environment_name,
    inconsistent_region,
    missing_severity_in_reference,
    near_miss_name,
    region_unstated,
    two_names_for_one_value,
)

RULES: tuple[Rule, ...] = (
    contradictory_threshold.RULE,
    contradictory_severity.RULE,
    contradictory_escalation.RULE,
    missing_severity_in_reference.RULE,
    inconsistent_environment_name.RULE,
    near_miss_name.RULE,
    two_names_for_one_value.RULE,
    inconsistent_region.RULE,
    region_unstated.RULE,
)
