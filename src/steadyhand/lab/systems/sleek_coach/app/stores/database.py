"""SQL in, rows out. Knows the pool, and no table."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from psycopg import Connection
from psycopg.rows import DictRow, dict_row
from psycopg_pool import ConnectionPool

from steadyhand.lab.systems.pools import lifetime

Pool = ConnectionPool[Connection[DictRow]]


def open_pool(dsn: str, size: int = 5) -> Pool:
    """A small pool that opens in the background: a start does not wait for the database."""
    return ConnectionPool(
        dsn,
        connection_class=Connection[DictRow],
        kwargs={"row_factory": dict_row},
        min_size=1,
        max_size=size,
        timeout=5,
        max_lifetime=lifetime(),
        # Attempts are spaced wider and wider; soon giving up means soon starting anew.
        reconnect_timeout=5,
        # An idle connection that the database has dropped is found before a user meets it.
        check=ConnectionPool.check_connection,
        open=False,
    )


class Database:
    """All of it raises psycopg.Error; OperationalError where there is no connection."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def rows(self, query: str, **values: Any) -> list[DictRow]:
        """Run one statement that gives rows."""
        with self._pool.connection() as connection:
            return connection.execute(query.encode(), values).fetchall()

    def row(self, query: str, **values: Any) -> DictRow | None:
        """Run one statement that gives a row, or none."""
        return next(iter(self.rows(query, **values)), None)

    @contextmanager
    def together(self) -> Iterator[Connection[DictRow]]:
        """Several statements, all or none."""
        with self._pool.connection() as connection:
            yield connection
