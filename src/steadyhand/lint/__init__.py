"""A runbook in, findings out. Deterministic and offline; rules do no I/O and read no clock."""

from steadyhand.lint.lint import RULES, Rule, lint

__all__ = ["RULES", "Rule", "lint"]
