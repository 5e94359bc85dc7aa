"""Rules about looking: log searches, metrics, and what is taken out of an answer."""

from steadyhand.lint.rule import Rule
from steadyhand.lint.rules.queries import (
    first_of_empty_list,
    invalid_filter_pattern,
    log_search_without_start,
    metric_dimensions,
    metric_without_statistics,
    misread_filter_pattern,
    newest_of_list_assumed,
)

RULES: tuple[Rule, ...] = (
    first_of_empty_list.RULE,
    invalid_filter_pattern.RULE,
    log_search_without_start.RULE,
    metric_dimensions.RULE,
    metric_without_statistics.RULE,
    misread_filter_pattern.RULE,
    newest_of_list_assumed.RULE,
)
