"""The schema's history, by Alembic. schema.py runs it."""
