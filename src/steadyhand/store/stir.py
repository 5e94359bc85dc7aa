"""A database in; whether anything was written to it since the last look, out. Reads no table.

SQLite counts what other connections commit; asking for the count costs next to nothing. Where
nothing is counted, the answer is always yes.
"""

import contextlib
import sqlite3
import time

from sqlalchemy import Engine, PoolProxiedConnection
from sqlalchemy.exc import SQLAlchemyError

_TRUSTED = 2.0  # seconds; a database file may have been put in the place of another


class Stir:
    """Looks again and again at one database. For one thread; keeps a connection of its own."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: PoolProxiedConnection | None = None
        self._count: object = None
        self._felt = 0.0

    def felt(self) -> bool:
        """Tell whether to look: something was written, or it cannot be told without looking."""
        if self._engine.dialect.name != "sqlite":
            return True
        before, now = self._count, time.monotonic()
        try:
            self._count = self._counted()
        except (SQLAlchemyError, sqlite3.Error):
            self._let_go()
        if self._count is not None and self._count == before and now - self._felt < _TRUSTED:
            return False
        self._felt = now
        return True

    def _counted(self) -> object:
        if self._connection is None:
            self._connection = self._engine.raw_connection()
        # https://www.sqlite.org/pragma.html#pragma_data_version
        row: tuple[object] = self._connection.cursor().execute("PRAGMA data_version").fetchone()
        return row[0]

    def _let_go(self) -> None:
        self._count = None
        if self._connection is not None:
            with contextlib.suppress(SQLAlchemyError, sqlite3.Error):
                self._connection.invalidate()
            self._connection = None
