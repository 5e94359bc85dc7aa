"""A compiled document in, findings out. Deterministic and offline; rules read no clock."""

from steadyhand.lint.lint import ALL, RULES, Choice, lint
from steadyhand.lint.rule import Rule
from steadyhand.lint.subject import Subject, Used

__all__ = ["ALL", "RULES", "Choice", "Rule", "Subject", "Used", "lint"]
