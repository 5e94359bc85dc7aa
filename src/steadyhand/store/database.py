"""A database, SQLite or PostgreSQL: its connections, lent to one transaction after the other.

Statements are SQL that both understand, with named values (`:name`), and are run by the drivers
themselves. Knows no table.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from threading import BoundedSemaphore, Lock
from typing import Any, Protocol

Values = Mapping[str, object]
Row = tuple[Any, ...]

_NONE: Values = {}
_AT_MOST = 60  # transactions at once: of the workers of one process, and of whoever asks it
_KEPT = 20  # of them, while nobody needs them
_PATIENCE = 30.0  # seconds until one is free


class Unavailable(Exception):
    """The database does not take or give anything now: gone, locked for long, or the disk is full.

    Nothing was written, unless the server went away between its commit and its answer. The message
    says which.
    """


class Taken(Unavailable):
    """A row with that key is there already. Nothing was written."""


class Driver(Protocol):
    """What differs between the two. `Any` is the driver's own connection."""

    kind: str  # "sqlite" or "postgresql"

    @property
    def error(self) -> type[Exception]: ...  # whatever it raises
    @property
    def taken(self) -> type[Exception]: ...  # of those, that a row is there already

    def connect(self) -> Any: ...
    def alive(self, raw: Any, /) -> bool: ...
    def begin(self, raw: Any, /, *, writes: bool) -> None: ...
    def autocommit(self, raw: Any, on: bool, /) -> None: ...
    def written(self, statement: str, /) -> Any: ...
    def stream(
        self, raw: Any, statement: str, values: Values, at_once: int, /
    ) -> Iterator[Row]: ...
    def as_it_lies(self, raw: Any, /) -> None: ...


class Connection:
    """One connection for as long as it is lent. Whatever the driver raises becomes Unavailable."""

    def __init__(self, driver: Driver, raw: Any, doing: str) -> None:
        """`doing` is what is being done with the journal, for messages: "read" or "written"."""
        self._driver = driver
        self._raw = raw
        self._doing = doing
        self.kind = driver.kind

    def all(self, statement: str, values: Values = _NONE) -> list[Row]:
        """Give every row."""
        with self._named():
            rows: list[Row] = self._execute(statement, values).fetchall()
            return rows

    def first(self, statement: str, values: Values = _NONE) -> Row | None:
        """Give the first row; None where there is none."""
        with self._named():
            row: Row | None = self._execute(statement, values).fetchone()
            return row

    def scalar(self, statement: str, values: Values = _NONE) -> Any:
        """Give the first value of the first row; None where there is none."""
        row = self.first(statement, values)
        return row[0] if row else None

    def run(self, statement: str, values: Values = _NONE) -> int:
        """Change something; how many rows."""
        with self._named():
            count: int = self._execute(statement, values).rowcount
            return count

    def run_each(self, statement: str, rows: Sequence[Values]) -> None:
        """Run it for every row."""
        with self._named():
            self._raw.cursor().executemany(self._driver.written(statement), rows)

    def stream(self, statement: str, values: Values = _NONE, at_once: int = 200) -> Iterator[Row]:
        """Give every row, so many in memory at a time."""
        with self._named():
            yield from self._driver.stream(self._raw, statement, values, at_once)

    def close(self) -> None:
        """Close it for good: nobody gets it again."""
        with self._named():
            self._raw.close()

    def _execute(self, statement: str, values: Values) -> Any:
        return self._raw.execute(self._driver.written(statement), values)

    def _named(self) -> "_Named":
        return _Named(self._driver, self._doing)


class _Named:
    """What the driver raises within becomes ours, in its own words.

    So does that a value is none for a database: half of a character, a number beyond all.
    """

    def __init__(self, driver: Driver, doing: str) -> None:
        self._driver = driver
        self._doing = doing

    def __enter__(self) -> None: ...

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, (self._driver.error, UnicodeEncodeError, OverflowError)):
            kind = Taken if isinstance(error, self._driver.taken) else Unavailable
            raise kind(f"the journal cannot be {self._doing}: {error}") from error


class Database:
    """One open database. Safe from several threads."""

    def __init__(self, driver: Driver) -> None:
        self._driver = driver
        self._idle: list[Any] = []  # the one that was used last is lent first
        self._lock = Lock()
        self._room = BoundedSemaphore(_AT_MOST)
        self.kind = driver.kind

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Lend a connection in a transaction; what is written in it is lost. Raises Unavailable."""
        with self._lent("read") as raw, _Named(self._driver, "read"):
            self._driver.begin(raw, writes=False)
            yield Connection(self._driver, raw, "read")

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Lend a connection in a transaction: all that is written in it counts at its end, or none.

        Raises Unavailable, and Taken where a row is there already.
        """
        with self._lent("written") as raw, _Named(self._driver, "written"):
            self._driver.begin(raw, writes=True)
            yield Connection(self._driver, raw, "written")
            raw.commit()

    @contextmanager
    def session(self) -> Iterator[Connection]:
        """Lend a connection without a transaction: it keeps what it locks. Raises Unavailable.

        It may be lent for long, and is none of those that others wait for.
        """
        with self._lent("used", apart=True) as raw:
            with _Named(self._driver, "used"):
                self._driver.autocommit(raw, True)
            try:
                yield Connection(self._driver, raw, "used")
            finally:
                with suppress(self._driver.error):  # of one that is lost; nobody gets it again
                    self._driver.autocommit(raw, False)

    @contextmanager
    def as_it_lies(self) -> Iterator[Connection]:
        """Lend a connection of its own that sees one state of everything, and whatever is there.

        Bytes that somebody has put in, and that are no text, do not stop it. Raises Unavailable.
        """
        with _Named(self._driver, "read"):
            raw = self._driver.connect()
            try:
                self._driver.as_it_lies(raw)
                self._driver.begin(raw, writes=False)
                yield Connection(self._driver, raw, "read")
            finally:
                raw.close()

    def close(self) -> None:
        """Close what is not lent now. Idempotent; whoever asks again gets a new connection."""
        with self._lock:
            idle, self._idle = self._idle, []
        for raw in idle:
            raw.close()

    @contextmanager
    def _lent(self, doing: str, apart: bool = False) -> Iterator[Any]:
        with nullcontext() if apart else self._one_of_all(doing):
            with _Named(self._driver, doing):
                raw = self._taken()
            try:
                yield raw
            finally:
                self._give_back(raw)

    @contextmanager
    def _one_of_all(self, doing: str) -> Iterator[None]:
        if not self._room.acquire(timeout=_PATIENCE):
            raise Unavailable(f"the journal cannot be {doing}: all {_AT_MOST} connections are used")
        try:
            yield
        finally:
            self._room.release()

    def _taken(self) -> Any:
        """Take an idle connection, or a new one. Where one was lost, all are taken to be."""
        with self._lock:
            raw = self._idle.pop() if self._idle else None
        if raw is not None and not self._driver.alive(raw):
            raw.close()
            self.close()
            raw = None
        return raw or self._driver.connect()

    def _give_back(self, raw: Any) -> None:
        try:
            raw.rollback()  # of what was not committed
        except self._driver.error:
            raw.close()
            return
        with self._lock:
            kept = len(self._idle) < _KEPT
            if kept:
                self._idle.append(raw)
        if not kept:
            raw.close()


def inserting(table: str, columns: Sequence[str]) -> str:
    """Write the statement that inserts a row."""
    named = ", ".join(f":{column}" for column in columns)
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({named})"


def among(name: str, values: Sequence[object]) -> tuple[str, dict[str, object]]:
    """Write what stands after IN for some values, and name them; of none, nothing is found."""
    named = {f"{name}{number}": value for number, value in enumerate(values)}
    return f"({', '.join(f':{name}' for name in named) or 'NULL'})", named
