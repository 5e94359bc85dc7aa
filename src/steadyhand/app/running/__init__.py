"""Runs: planned, started, approved, settled by hand, undone; and what they and others changed."""
