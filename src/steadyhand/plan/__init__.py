"""Procedure, arguments and facts read now → a frozen plan."""
