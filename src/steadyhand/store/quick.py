"""A statement of SQLAlchemy Core in; the same one, written out once and run by the driver itself.

For what is done at every event, where SQLAlchemy's own way takes longer than the database does.
Transactions stay SQLAlchemy's. What the driver raises is not translated: `failures` names it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Dialect, Engine, Executable
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

Row = Mapping[str, object]


class Quick:
    """One statement. `names` are those of a row's values: an INSERT's columns, a text's parameters.

    Without any, what stands in it is written out.
    """

    def __init__(self, statement: Executable, *names: str) -> None:
        self._statement: Any = statement
        self._names = names or None
        self._written: dict[str, str] = {}  # by the kind of database

    def run(self, connection: Connection, row: Row | None = None) -> Any:
        """Run it; the driver's cursor."""
        cursor = connection.connection.cursor()
        cursor.execute(self._text(connection.dialect), row or {})
        return cursor

    def run_each(self, connection: Connection, rows: Sequence[Row]) -> None:
        """Run it for every row."""
        connection.connection.cursor().executemany(self._text(connection.dialect), rows)

    def _text(self, dialect: Dialect) -> str:
        text = self._written.get(dialect.name)
        if text is None:
            # Named, because rows are mappings; psycopg's are that by themselves.
            style = sqlite.dialect(paramstyle="named") if dialect.name == "sqlite" else dialect
            text = str(
                self._statement.compile(
                    dialect=style,
                    column_keys=self._names,
                    compile_kwargs={"literal_binds": self._names is None},
                )
            )
            self._written[dialect.name] = text
        return text


def failures(engine: Engine) -> tuple[tuple[type[Exception], ...], tuple[type[Exception], ...]]:
    """Name what is raised where a row is there already, and where anything else is wrong."""
    driver: Any = engine.dialect.dbapi
    return (IntegrityError, driver.IntegrityError), (SQLAlchemyError, driver.Error)


def said(error: Exception) -> object:
    """Give the database's own words; what is SQLAlchemy's alone, as a pool used up, has its own."""
    return getattr(error, "orig", None) or error
