"""A pattern in; the lines of kept outputs that it is found in, out, the oldest first.

Reads a few pieces at a time: an output may be of any size. What a call printed and its statement
passed on is found once.
"""

import re
from collections.abc import Iterator
from itertools import groupby

from msgspec import Struct

from steadyhand.store.database import Database, Row

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


def search(database: Database, pattern: re.Pattern[str], run: str = "") -> Iterator[Found]:
    """Give each line in which the pattern is found. Raises Unavailable."""
    step, seen = ("", ""), set[str]()
    for (of, name, number), rows in groupby(_rows(database, run), lambda row: tuple(row[1:4])):
        if (of, name) != step:
            step, seen = (of, name), set()
        for stream, line, text in _lines(rows):
            if pattern.search(text) is None or (number == 0 and text in seen):
                continue
            seen.add(text)
            yield Found(of, name, number, stream, line, text)


def _lines(rows: Iterator[Row]) -> Iterator[tuple[str, int, str]]:
    """Cut one output into lines; each stream's are counted for themselves."""
    rest: dict[str, bytes] = {}
    count: dict[str, int] = {}
    for _, _, _, _, stream, body in rows:
        *whole, rest[stream] = (rest.get(stream, b"") + body).split(b"\n")
        if len(rest[stream]) > _LONGEST:
            whole, rest[stream] = [*whole, rest[stream]], b""
        for line in whole:
            count[stream] = count.get(stream, 0) + 1
            yield stream, count[stream], line.decode(errors="replace").rstrip("\r")
    for stream, line in rest.items():
        if line:
            yield stream, count.get(stream, 0) + 1, line.decode(errors="replace").rstrip("\r")


def _rows(database: Database, run: str) -> Iterator[Row]:
    of = "run = :run AND " if run else ""
    query = (
        "SELECT position, run, step, number, stream, body FROM outputs"
        f" WHERE {of}position > :last ORDER BY position LIMIT {_AT_ONCE}"
    )
    last = -1
    while True:
        with database.reading() as connection:
            rows = connection.all(query, {"run": run, "last": last})
        if not rows:
            return
        yield from rows
        last = rows[-1][0]
