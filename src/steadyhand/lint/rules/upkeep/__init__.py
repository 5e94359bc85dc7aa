"""Rules about the care a document gets: who owns it, how old it is, whom it says to call."""

from steadyhand.lint.rule import Rule
from steadyhand.lint.rules.upkeep import (
    empty_contact,
    missing_date,
    missing_owner,
    stale_date,
    unevaluated_substitution,
)

RULES: tuple[Rule, ...] = (
    empty_contact.RULE,
    missing_owner.RULE,
    missing_date.RULE,
    stale_date.RULE,
    unevaluated_substitution.RULE,
)
