"""Rules about changes that hurt: no warning, no check, no way back."""

from steadyhand.lint.rule import Rule
from steadyhand.lint.rules.danger import (
    approval_contradiction,
    delete_of_unnamed_resource,
    everything_stopped_at_once,
    failover_without_check,
    no_way_back,
    scale_to_zero,
    unannounced_destruction,
    unguarded_wildcard_delete,
    unlock_without_owner,
    unverified_change,
)

RULES: tuple[Rule, ...] = (
    unannounced_destruction.RULE,
    unguarded_wildcard_delete.RULE,
    no_way_back.RULE,
    everything_stopped_at_once.RULE,
    scale_to_zero.RULE,
    delete_of_unnamed_resource.RULE,
    failover_without_check.RULE,
    unlock_without_owner.RULE,
    unverified_change.RULE,
    approval_contradiction.RULE,
)
