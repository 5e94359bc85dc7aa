"""Alembic's entry: DB_HOST and the others in, the steps run. One migration at a time."""

import os

from alembic import context
from sqlalchemy import URL, create_engine, text
from sqlalchemy.pool import NullPool

LOCK = 0x6172626F  # "arbo": the key of the advisory lock


def url() -> URL:
    given = os.environ
    return URL.create(
        "postgresql+psycopg",
        given["DB_USER"],
        given["DB_PASSWORD"],
        given["DB_HOST"],
        int(given["DB_PORT"]),
        given["DB_NAME"],
    )


def main() -> None:
    engine = create_engine(url(), poolclass=NullPool, connect_args={"connect_timeout": 10})
    with engine.connect() as connection:
        context.configure(connection=connection, target_metadata=None)
        with context.begin_transaction():
            # Two tasks that migrate at once would make each table twice.
            connection.execute(text(f"select pg_advisory_xact_lock({LOCK})"))
            context.run_migrations()


main()
