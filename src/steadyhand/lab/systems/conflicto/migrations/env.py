"""Alembic's entry: a connection in (handed over, or opened from DATABASE_URL), the steps run.

Takes no lock itself, so that `alembic current` answers while a migration is stuck.
"""

from alembic import context

from steadyhand.lab.systems.conflicto.migrate import engine, url_from_environment


def main() -> None:
    given = context.config.attributes.get("connection")
    if given is not None:
        context.configure(connection=given, target_metadata=None)
        with context.begin_transaction():
            context.run_migrations()
        return
    with engine(url_from_environment()).connect() as connection:
        context.configure(connection=connection, target_metadata=None)
        with context.begin_transaction():
            context.run_migrations()


main()
