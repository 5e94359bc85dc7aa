"""A connection string in, transactions out. Knows no table."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from psycopg import Connection
from psycopg.rows import DictRow, dict_row
from psycopg_pool import ConnectionPool

from steadyhand.lab.systems.pools import lifetime

Pool = ConnectionPool[Connection[DictRow]]


def open_pool(dsn: str) -> Pool:
    """A small pool that opens in the background: a start does not wait for the database."""
    return ConnectionPool(
        dsn,
        connection_class=Connection[DictRow],
        kwargs={
            "row_factory": dict_row,
            "application_name": "conflicto-backend",
            "connect_timeout": 5,
        },
        min_size=1,
        max_size=5,
        timeout=5,
        max_lifetime=lifetime(),
        # An idle connection that the database has dropped is found before a user meets it.
        check=ConnectionPool.check_connection,
        open=False,
    )


class Transaction:
    """What a route does between begin and commit."""

    def __init__(self, connection: Connection[DictRow]) -> None:
        self._connection = connection

    def all(self, query: str, **values: Any) -> list[DictRow]:
        return self._connection.execute(query.encode(), values).fetchall()

    def one(self, query: str, **values: Any) -> DictRow | None:
        return self._connection.execute(query.encode(), values).fetchone()


@contextmanager
def transaction(pool: Pool, timeout: float | None = None) -> Iterator[Transaction]:
    """Commit at the end, roll back where an exception passes. Raises PoolTimeout."""
    with pool.connection(timeout) as connection:
        yield Transaction(connection)
