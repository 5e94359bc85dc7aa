"""Settings in, rows out. Knows the pool and why it may fail, and no table."""

from typing import Any

from psycopg import Connection
from psycopg.rows import DictRow, dict_row
from psycopg_pool import ConnectionPool, PoolTimeout

from steadyhand.lab.systems.arbor.app.settings import Settings
from steadyhand.lab.systems.pools import lifetime

Pool = ConnectionPool[Connection[DictRow]]


class Unavailable(Exception):
    """No connection could be had; the message says whether the pool or the database is why."""


def open_pool(settings: Settings) -> Pool:
    """A small pool that opens in the background: a start does not wait for the database."""
    return ConnectionPool(
        settings.dsn,
        connection_class=Connection[DictRow],
        kwargs={"row_factory": dict_row},
        min_size=1,
        max_size=settings.pool_size,
        timeout=5,
        max_lifetime=lifetime(),
        # Attempts are spaced wider and wider; soon giving up means soon starting anew.
        reconnect_timeout=5,
        # An idle connection that the database has dropped is found before a user meets it.
        check=ConnectionPool.check_connection,
        open=False,
    )


class Database:
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def rows(self, query: str, **values: Any) -> list[DictRow]:
        """Run one statement that gives rows. Raises Unavailable, psycopg.Error."""
        try:
            with self._pool.connection() as connection:
                return connection.execute(query.encode(), values).fetchall()
        except PoolTimeout:
            raise Unavailable(self._why()) from None

    def many(self, query: str, values: list[dict[str, Any]]) -> None:
        """Run one statement for each set of values, all or none. Raises as `rows` does."""
        try:
            with self._pool.connection() as connection:
                connection.cursor().executemany(query.encode(), values)
        except PoolTimeout:
            raise Unavailable(self._why()) from None

    def answers(self) -> bool:
        """See whether a query goes through within a second."""
        try:
            with self._pool.connection(timeout=1) as connection:
                connection.execute("select 1")
        except Exception:  # whatever it is, the database cannot be used
            return False
        return True

    def _why(self) -> str:
        stats = self._pool.get_stats()
        full = stats.get("pool_size", 0) >= stats.get("pool_max", 0)
        return "Connection pool exhausted" if full else "Database unreachable"
