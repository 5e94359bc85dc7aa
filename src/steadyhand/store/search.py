"""A pattern in; the lines of kept outputs that it is found in, out, the oldest first.

Reads a few pieces at a time: an output may be of any size. What a call printed and its statement
passed on is found once.
"""

import re
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from msgspec import Struct
from sqlalchemy import Engine, select
from sqlalchemy.exc import SQLAlchemyError

from steadyhand.store.journal import Unavailable
from steadyhand.store.quick import said
from steadyhand.store.schema import outputs

_AT_ONCE = 64  # pieces of at most 64 KiB
_LONGEST = 1_000_000  # bytes of a line that is looked at in one


class Found(Struct, frozen=True):
    """One line. `number` is the call's, or 0 for what bash itself printed; `line` is from 1."""

    run: str
    step: str
    number: int
    stream: str
    line: int
    text: str


def search(engine: Engine, pattern: re.Pattern[str], run: str = "") -> Iterator[Found]:
    """Give each line in which the pattern is found. Raises Unavailable."""
    step, seen = ("", ""), set[str]()
    for (of, name, number), rows in groupby(_rows(engine, run), lambda row: tuple(row[1:4])):
        if (of, name) != step:
            step, seen = (of, name), set()
        for stream, line, text in _lines(rows):
            if pattern.search(text) is None or (number == 0 and text in seen):
                continue
            seen.add(text)
            yield Found(of, name, number, stream, line, text)


def _lines(rows: Iterator[Any]) -> Iterator[tuple[str, int, str]]:
    """Cut one output into lines; each stream's are counted for themselves."""
    rest: dict[str, bytes] = {}
    count: dict[str, int] = {}
    for _, _, _, _, stream, body in rows:
        *whole, rest[stream] = (rest.get(stream, b"") + bytes(body)).split(b"\n")
        if len(rest[stream]) > _LONGEST:
            whole, rest[stream] = [*whole, rest[stream]], b""
        for line in whole:
            count[stream] = count.get(stream, 0) + 1
            yield stream, count[stream], line.decode(errors="replace").rstrip("\r")
    for stream, line in rest.items():
        if line:
            yield stream, count.get(stream, 0) + 1, line.decode(errors="replace").rstrip("\r")


def _rows(engine: Engine, run: str) -> Iterator[Any]:
    table, last = outputs.c, -1
    query = select(table.position, table.run, table.step, table.number, table.stream, table.body)
    if run:
        query = query.where(table.run == run)
    query = query.order_by(table.position).limit(_AT_ONCE)
    while True:
        try:
            with engine.connect() as connection:
                rows = connection.execute(query.where(table.position > last)).all()
        except SQLAlchemyError as error:
            raise Unavailable(f"the journal cannot be read: {said(error)}") from None
        if not rows:
            return
        yield from rows
        last = rows[-1].position
