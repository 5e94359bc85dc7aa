"""The audit chain: an event's row and what it printed in, its link out, in the same transaction.

A link is a MAC over the link before it and everything of one event, so nothing can be changed,
dropped or moved without the key (docs/adr on the audit chain; audit.py recomputes). Does not know
what an event means.
"""

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import Connection, Engine, func, insert, select, type_coerce
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.types import NullType

from steadyhand.store import keyfile
from steadyhand.store.audit.head import Anchor, BadHead, Head, canonical, mac
from steadyhand.store.quick import Quick, said
from steadyhand.store.schema import events, links, outputs

FORMAT = "steadyhand-link-1"
EVENT = ("position", "kind", "id", "seq", "at", "type", "version", "body")
PRINTED = ("run", "step", "number", "stream")
LINK = ("number", "position", "outputs", "printed", "link")
_LAST = Quick(select(*(links.c[name] for name in LINK)).order_by(links.c.number.desc()).limit(1))
_LAST_OUTPUT = Quick(select(func.max(outputs.c.position)))
_INSERT = Quick(insert(links), *LINK)
_LOCK = 0x57EAD1  # of PostgreSQL's advisory locks: whoever appends holds it until the commit


class Unkeyed(Exception):
    """The chain cannot be gone on with, because its key is not there. The message says where."""


class Link(Struct, frozen=True):
    """One row of `links`."""

    number: int
    position: int
    outputs: int
    printed: str
    link: str


def first_link(key: bytes, position: int, outputs: int, before: str) -> Link:
    """Begin a chain after what an older version wrote; `before` is its digest."""
    link = mac(key, FORMAT, 0, position, outputs, before)
    return Link(0, position, outputs, before, link)


def next_link(
    key: bytes, before: str, number: int, row: Sequence[object], outputs: int, printed: str
) -> Link:
    """Link one event (its columns as in EVENT) to the link before it."""
    link = mac(key, FORMAT, before, number, *row, outputs, printed)
    position: Any = row[0]
    return Link(number, position, outputs, printed, link)


def printed_line(row: Sequence[object], body: object) -> bytes:
    """Give what of an output (its columns as in PRINTED) goes into a digest."""
    hashed = sha256(body).hexdigest() if isinstance(body, bytes) else None  # no body of ours
    return canonical([*row, hashed]) + b"\n"


def digest(lines: Iterable[bytes]) -> str:
    """Hash lines in their order; hex sha256."""
    whole = sha256()
    for line in lines:
        whole.update(line)
    return whole.hexdigest()


def digest_of(rows: Iterable[Mapping[str, Any]]) -> str:
    """Hash rows of `outputs` that are about to be written."""
    return digest(printed_line([row[name] for name in PRINTED], row["body"]) for row in rows)


def lines_before(connection: Connection, position: int, upto: int) -> Iterable[bytes]:
    """Give every event and output that was there before the chain began, as lines."""
    columns = (events.c[name] for name in EVENT)
    query = select(*columns).where(events.c.position <= position).order_by(events.c.position)
    for row in connection.execute(query.execution_options(yield_per=500)):
        yield canonical(list(row)) + b"\n"
    yield from printed_between(connection, None, upto)


def printed_between(connection: Connection, after: int | None, upto: int) -> Iterable[bytes]:
    """Give the outputs in a range of positions, as lines; None begins with the very first."""
    if after == upto:
        return
    body = type_coerce(outputs.c.body, NullType())  # as it lies there, whatever that is
    query = (
        select(*(outputs.c[name] for name in PRINTED), body)
        .where(outputs.c.position <= upto)
        .order_by(outputs.c.position)
    )
    if after is not None:
        query = query.where(outputs.c.position > after)
    for *row, there in connection.execute(query.execution_options(yield_per=20)):
        yield printed_line(row, bytes(there) if isinstance(there, memoryview) else there)


def last_link(connection: Connection) -> Link | None:
    """Read the last row of `links`."""
    row = _LAST.run(connection).fetchone()
    return Link(*row) if row else None


def read_key(path: Path) -> bytes | None:
    """Read the chain's key; None where there is no file. Raises Unkeyed for anything else."""
    try:
        key = bytes.fromhex(path.read_text().strip())
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Unkeyed(f"cannot read the audit key {path}: {error.strerror}") from None
    except ValueError:
        key = b""
    if len(key) != 32:
        raise Unkeyed(f"{path} is not an audit key: it holds 64 hexadecimal digits")
    return key


def _make_key(path: Path) -> bytes:
    """Make the chain's key where there is none. Raises Unkeyed."""
    try:
        keyfile.make(path, f"{secrets.token_hex(32)}\n".encode())
    except OSError as error:
        raise Unkeyed(f"cannot make the audit key {path}: {error.strerror}") from None
    if (key := read_key(path)) is None:  # as behind a link that leads nowhere
        raise Unkeyed(f"cannot make the audit key {path}: it cannot be found again")
    return key


NOTHING = digest(())  # printed


class Chain:
    """The chain of one journal, as its writers see it. Safe from several threads and processes.

    `troubles` are the reasons why heads were not moved on; a person has to look at them.
    """

    def __init__(self, engine: Engine, key_file: Path, anchors: Sequence[Anchor]) -> None:
        self.engine = engine
        self.key_file = key_file
        self.anchors = tuple(anchors)
        self.troubles: dict[str, None] = {}
        self._key: bytes | None = None

    def key(self) -> bytes | None:
        """Read the key once; None where there is none. Raises Unkeyed."""
        self._key = self._key or read_key(self.key_file)
        return self._key

    def take(self, connection: Connection) -> Link:
        """Wait for the end of the chain and hold it until the transaction's end.

        On SQLite the transaction that writes holds it already. Raises Unkeyed.
        """
        if connection.dialect.name == "postgresql":
            connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
        there = last_link(connection)
        if there is None:
            return self._begin(connection)
        if self.key() is None:
            raise Unkeyed(
                f"the audit key {self.key_file} is missing, and this journal is chained with it;"
                " put it back (it is never made anew)"
            )
        return there

    def _begin(self, connection: Connection) -> Link:
        known = self.key()
        key = self._key = known or _make_key(self.key_file)
        position = connection.execute(select(func.max(events.c.position))).scalar() or 0
        upto = connection.execute(select(func.max(outputs.c.position))).scalar() or 0
        first = first_link(key, position, upto, digest(lines_before(connection, position, upto)))
        self.add(connection, [first])
        # Before the commit: after it, a crash would leave a chain that never had a head. Where a
        # key was there already, a chain was, too: whoever dropped it gets no new heads for that.
        for anchor in self.anchors:
            self._try(anchor.begin, key, Head(0, first.link, ""), known is None)
        return first

    def after(
        self, connection: Connection, before: Link, row: Mapping[str, object], printed: str | None
    ) -> Link:
        """Make the link of an event, now in the database with its outputs; `add` writes it.

        `printed` is None without any outputs.
        """
        key = self.key()
        assert key is not None, "taken before"
        upto = before.outputs
        if printed is not None:
            (upto,) = _LAST_OUTPUT.run(connection).fetchone()
        fields = [row[name] for name in EVENT]
        return next_link(key, before.link, before.number + 1, fields, upto, printed or NOTHING)

    def add(self, connection: Connection, made: Sequence[Link]) -> None:
        """Write links."""
        _INSERT.run_each(connection, [asdict(link) for link in made])

    def advance(self, before: Link, link: Link, at: str) -> None:
        """Move every head on, after the commit. What goes wrong is kept in `troubles`."""
        key = self.key()
        assert key is not None, "taken before"
        was, now = Head(before.number, before.link, ""), Head(link.number, link.link, at)
        for anchor in self.anchors:
            self._try(anchor.advance, key, was, now, self.linked)

    def renew(self, at: str) -> None:
        """Write every head anew, as a person wants it. Raises Unkeyed where nothing is chained."""
        with self.engine.connect() as connection:
            last = last_link(connection)
        if last is None or (key := self.key()) is None:
            raise Unkeyed("there is no chain, or its key is missing")
        self.troubles.clear()
        for anchor in self.anchors:
            self._try(anchor.renew, key, Head(last.number, last.link, at))

    def linked(self, number: int) -> str | None:
        """Read one link of the journal; None where there is none of that number."""
        with self.engine.connect() as connection:
            query = select(links.c.link).where(links.c.number == number)
            return connection.execute(query).scalar()

    def _try(self, change: Callable[..., None], *words: object) -> None:
        """Change a head. The event is written all the same, and its writer has to be told so."""
        try:
            change(*words)
        except BadHead as error:
            self.troubles[str(error)] = None
        except SQLAlchemyError as error:
            self.troubles[f"a head was not moved on: {said(error)}"] = None
