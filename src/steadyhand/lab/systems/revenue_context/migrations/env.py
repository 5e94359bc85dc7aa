"""A connection from schema.py in, Alembic's migrations run on it out."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
with context.begin_transaction():
    context.run_migrations()
