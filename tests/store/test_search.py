"""What was printed is found again, whatever its size and however it was cut into pieces."""

import re

from sqlalchemy import Engine, insert

from steadyhand.store.schema import outputs
from steadyhand.store.search import Found, search


def written(engine: Engine, *rows: tuple[str, str, int, str, bytes]) -> None:
    names = ("run", "step", "number", "stream", "body")
    with engine.begin() as connection:
        connection.execute(insert(outputs), [dict(zip(names, row, strict=True)) for row in rows])


def found(engine: Engine, text: str, run: str = "") -> list[Found]:
    return list(search(engine, re.compile(text), run))


def test_a_line_is_found_over_the_edges_of_pieces(engine: Engine) -> None:
    written(
        engine,
        ("r1", "a/1", 1, "stdout", b"one\ntw"),
        ("r1", "a/1", 1, "stderr", b"err"),
        ("r1", "a/1", 1, "stdout", b"o and three\nfour\r\n"),
        ("r1", "a/1", 1, "stderr", b"or two"),
        ("r2", "a/1", 1, "stdout", b"two"),
    )
    assert found(engine, "two") == [
        Found("r1", "a/1", 1, "stdout", 2, "two and three"),
        Found("r1", "a/1", 1, "stderr", 1, "error two"),
        Found("r2", "a/1", 1, "stdout", 1, "two"),
    ]
    assert [one.run for one in found(engine, "two", "r2")] == ["r2"]
    assert found(engine, "four$") == [Found("r1", "a/1", 1, "stdout", 3, "four")]
    assert found(engine, "nothing of the kind") == []


def test_what_a_statement_passed_on_is_found_once(engine: Engine) -> None:
    written(
        engine,
        ("r1", "a/1", 1, "stdout", b"two\n"),
        ("r1", "a/1", 0, "stdout", b"two\nand two of bash\n"),
        ("r1", "a/2", 0, "stdout", b"two\n"),
    )
    assert [(one.step, one.number, one.text) for one in found(engine, "two")] == [
        ("a/1", 1, "two"), ("a/1", 0, "and two of bash"), ("a/2", 0, "two"),
    ]  # fmt: skip


def test_many_pieces_and_a_line_without_end(engine: Engine) -> None:
    long = [("r1", "a/1", 1, "stdout", b"x" * 60_000)] * 40
    written(engine, *long, ("r1", "a/1", 1, "stdout", b"\nneedle\n"))
    (one,) = found(engine, "needle")
    assert one.text == "needle"
