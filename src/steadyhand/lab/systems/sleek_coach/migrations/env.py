"""A connection from schema.py in, Alembic's migrations run on it out. One migration at a time."""

from alembic import context
from sqlalchemy import text

LOCK = 0x736C6565  # "slee": the key of the advisory lock

connection = context.config.attributes["connection"]
context.configure(connection=connection)
with context.begin_transaction():
    # Two tasks that migrate at once would make each table twice.
    connection.execute(text(f"select pg_advisory_xact_lock({LOCK})"))
    context.run_migrations()
