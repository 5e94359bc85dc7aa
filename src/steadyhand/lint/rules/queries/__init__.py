"""Rules about looking: log searches, metrics, and what is taken out of an answer."""

from steadyhand.lint.rule import Rule
from steadyhand.lint.rules.queries import (
    invalid_filter_pattern,
    log_search_without_start,
    metric_without_statistics,
    misread_filter_pattern,
)

RULES: tuple[Rule, ...] = (
    invalid_filter_pattern.RULE,
    log_search_without_start.RULE,
    metric_without_statistics.RULE,
    misread_filter_pattern.RULE,
)
