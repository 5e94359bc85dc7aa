"""A database in; whether anything was written to it since the last look, out. Reads no table.

SQLite counts what other connections commit; asking for the count costs next to nothing. Where
nothing is counted, the answer is always yes.
"""

import contextlib
import time

from steadyhand.store.database import Connection, Database, Unavailable

_TRUSTED = 2.0  # seconds; a database file may have been put in the place of another


class Stir:
    """Looks again and again at one database. For one thread; keeps a connection of its own."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._connection: Connection | None = None
        self._borrowed = contextlib.ExitStack()  # the connection, given back
        self._count: object = None
        self._felt = 0.0

    def felt(self) -> bool:
        """Tell whether to look: something was written, or it cannot be told without looking."""
        if self._database.kind != "sqlite":
            return True
        before, now = self._count, time.monotonic()
        try:
            self._count = self._counted()
        except Unavailable:
            self._let_go()
        if self._count is not None and self._count == before and now - self._felt < _TRUSTED:
            return False
        self._felt = now
        return True

    def _counted(self) -> object:
        if self._connection is None:
            self._connection = self._borrowed.enter_context(self._database.session())
        # https://www.sqlite.org/pragma.html#pragma_data_version
        return self._connection.scalar("PRAGMA data_version")

    def _let_go(self) -> None:
        self._count = None
        if self._connection is not None:
            with contextlib.suppress(Unavailable):
                self._connection.close()
            self._connection = None
        with contextlib.suppress(Unavailable):
            self._borrowed.close()
