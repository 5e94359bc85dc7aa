"""What every operation of every AWS service may do, and what to know before it is done."""

from steadyhand.actions.aws.effects.classify import classify_aws
from steadyhand.actions.aws.effects.operations import (
    ASPECTS,
    NOT_WRITES,
    OPERATIONS,
    SECRET_OUTPUT,
)

__all__ = ["ASPECTS", "NOT_WRITES", "OPERATIONS", "SECRET_OUTPUT", "classify_aws"]
