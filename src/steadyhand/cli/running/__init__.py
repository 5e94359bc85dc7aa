"""Runs: planned, driven, shown, written out as a record; and what was changed."""
