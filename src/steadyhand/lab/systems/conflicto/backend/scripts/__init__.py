"""Programs for operators: `poetry run python scripts/…`."""
