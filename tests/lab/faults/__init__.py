"""Faults: each felt through a runbook's own commands, and gone when it is cleared."""
