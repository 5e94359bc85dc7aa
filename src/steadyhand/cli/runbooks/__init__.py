"""Documents: compiled, drafted settings for, linted."""
