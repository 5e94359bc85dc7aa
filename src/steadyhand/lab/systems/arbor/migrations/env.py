"""Alembic's entry: DB_HOST and the others in, the steps run. One migration at a time."""

from alembic import context
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from steadyhand.lab.systems.schemas import address

LOCK = 0x6172626F  # "arbo": the key of the advisory lock


def main() -> None:
    engine = create_engine(address(), poolclass=NullPool, connect_args={"connect_timeout": 10})
    with engine.connect() as connection:
        context.configure(connection=connection, target_metadata=None)
        with context.begin_transaction():
            # Two tasks that migrate at once would make each table twice.
            connection.execute(text(f"select pg_advisory_xact_lock({LOCK})"))
            context.run_migrations()


main()
