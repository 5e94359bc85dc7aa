"""Rows that are gone, or wrong."""
