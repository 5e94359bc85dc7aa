"""SQLite: write-ahead log, every commit on the disk before it counts."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from steadyhand.store.database import Row, Values


class SQLite:
    """A file of this machine. https://www.sqlite.org/wal.html"""

    kind = "sqlite"
    error = sqlite3.Error
    taken = sqlite3.IntegrityError

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()  # `:memory:` and `file:…` are names as any other

    def connect(self) -> sqlite3.Connection:
        # Transactions begin where we say so, and a connection is lent to any thread.
        raw = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False)
        try:
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=10000"):
                raw.execute(f"PRAGMA {pragma}")
        except sqlite3.Error:
            raw.close()
            raise
        return raw

    def alive(self, _raw: sqlite3.Connection) -> bool:
        return True  # a file does not go away as a server does

    def begin(self, raw: sqlite3.Connection, *, writes: bool) -> None:
        # The write lock at once: upgrading a read lock later could only fail.
        raw.execute("BEGIN IMMEDIATE" if writes else "BEGIN")

    def autocommit(self, raw: sqlite3.Connection, on: bool) -> None:
        """Nothing: outside of a transaction that we begin, every statement is one."""

    def written(self, statement: str) -> str:
        return statement

    def stream(
        self, raw: sqlite3.Connection, statement: str, values: Values, _at_once: int
    ) -> Iterator[Row]:
        yield from raw.execute(statement, values)  # SQLite gives row by row

    def as_it_lies(self, raw: sqlite3.Connection) -> None:
        # It takes any bytes for text; they are to be told of, not to stop the telling.
        raw.text_factory = lambda text: text.decode("utf-8", "surrogateescape")
