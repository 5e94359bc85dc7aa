"""What was printed is found again, whatever its size and however it was cut into pieces."""

import re

from steadyhand.store.database import Database
from steadyhand.store.search import Found, search
from tests.rows import put


def written(database: Database, *rows: tuple[str, str, int, str, bytes]) -> None:
    names = ("run", "step", "number", "stream", "body")
    put(database, "outputs", [dict(zip(names, row, strict=True)) for row in rows])


def found(database: Database, text: str, run: str = "") -> list[Found]:
    return list(search(database, re.compile(text), run))


def test_a_line_is_found_over_the_edges_of_pieces(database: Database) -> None:
    written(
        database,
        ("r1", "a/1", 1, "stdout", b"one\ntw"),
        ("r1", "a/1", 1, "stderr", b"err"),
        ("r1", "a/1", 1, "stdout", b"o and three\nfour\r\n"),
        ("r1", "a/1", 1, "stderr", b"or two"),
        ("r2", "a/1", 1, "stdout", b"two"),
    )
    assert found(database, "two") == [
        Found("r1", "a/1", 1, "stdout", 2, "two and three"),
        Found("r1", "a/1", 1, "stderr", 1, "error two"),
        Found("r2", "a/1", 1, "stdout", 1, "two"),
    ]
    assert [one.run for one in found(database, "two", "r2")] == ["r2"]
    assert found(database, "four$") == [Found("r1", "a/1", 1, "stdout", 3, "four")]
    assert found(database, "nothing of the kind") == []


def test_what_a_statement_passed_on_is_found_once(database: Database) -> None:
    written(
        database,
        ("r1", "a/1", 1, "stdout", b"two\n"),
        ("r1", "a/1", 0, "stdout", b"two\nand two of bash\n"),
        ("r1", "a/2", 0, "stdout", b"two\n"),
    )
    assert [(one.step, one.number, one.text) for one in found(database, "two")] == [
        ("a/1", 1, "two"), ("a/1", 0, "and two of bash"), ("a/2", 0, "two"),
    ]  # fmt: skip


def test_many_pieces_and_a_line_without_end(database: Database) -> None:
    long = [("r1", "a/1", 1, "stdout", b"x" * 60_000)] * 40
    written(database, *long, ("r1", "a/1", 1, "stdout", b"\nneedle\n"))
    (one,) = found(database, "needle")
    assert one.text == "needle"
