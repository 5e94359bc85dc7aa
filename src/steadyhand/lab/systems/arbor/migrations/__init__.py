"""Arbor's schema, one step a file."""
