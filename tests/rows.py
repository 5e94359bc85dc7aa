"""Rows of a journal's tables, written and read past the program."""

from collections.abc import Sequence

from steadyhand.store.database import Database, Row, Values, inserting


def put(database: Database, table: str, rows: Sequence[Values]) -> None:
    """Insert rows of the same columns."""
    with database.writing() as connection:
        connection.run_each(inserting(table, tuple(rows[0])), rows)


def change(database: Database, *statements: str) -> list[int]:
    """Run statements in one transaction; how many rows each changed."""
    with database.writing() as connection:
        return [connection.run(statement) for statement in statements]


def ask(database: Database, query: str) -> list[Row]:
    """Give every row of a query."""
    with database.reading() as connection:
        return connection.all(query)
