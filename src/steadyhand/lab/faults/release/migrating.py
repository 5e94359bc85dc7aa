"""The migration of a release that is to come, as a task runs it: the environment in, a schema out.

DB_HOST DB_PORT DB_NAME DB_USER DB_PASSWORD say where, TABLE what is changed, HALF how far it comes:
with it, a second step fails after the first has been committed. Steps run by Alembic's own runtime,
on top of whatever revision the schema is at.
"""

import os
import sys

from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import URL, Column, Integer, create_engine, text
from sqlalchemy.pool import NullPool

from steadyhand.lab.faults.release.step import COLUMN, SUFFIX, index_of
from steadyhand.lab.systems.schemas import address


def upgrade(url: URL, table: str, half: bool) -> None:
    """Add a column; Alembic's version moves on with it, unless the migration ends half-way."""
    program = {"connect_timeout": 10, "application_name": "alembic"}
    with create_engine(url, poolclass=NullPool, connect_args=program).connect() as connection:
        context = MigrationContext.configure(connection)
        steps, before = Operations(context), context.get_current_revision()
        connection.commit()
        _say(f"Running upgrade {before} -> {before}{SUFFIX}, add {table}.{COLUMN}")
        steps.add_column(table, Column(COLUMN, Integer, nullable=False, server_default="0"))
        if half:
            connection.commit()
            _say(f"Creating index {index_of(table)}")
            connection.execution_options(isolation_level="AUTOCOMMIT")
            # All rows have the same batch, so that one of each cannot be.
            steps.create_index(
                index_of(table), table, [COLUMN], unique=True, postgresql_concurrently=True
            )
        if before is not None:
            values = {"now": f"{before}{SUFFIX}"}
            connection.execute(text("update alembic_version set version_num = :now"), values)
        connection.commit()
        _say("done")


def _say(line: str) -> None:
    print(f"INFO  [alembic.runtime.migration] {line}", flush=True)


def main() -> None:
    given = os.environ
    try:
        upgrade(address(), given["TABLE"], bool(given.get("HALF")))
    except Exception as error:  # whatever it is: the task has to end with it in its log
        print(f"ERROR [alembic] migration failed: {' '.join(str(error).split())}", flush=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
