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

from steadyhand.store import keyfile
from steadyhand.store.audit.head import Anchor, BadHead, Head, canonical, mac
from steadyhand.store.database import Connection, Database, Unavailable, inserting

FORMAT = "steadyhand-link-1"
EVENT = ("position", "kind", "id", "seq", "at", "type", "version", "body")
PRINTED = ("run", "step", "number", "stream")
LINK = ("number", "position", "outputs", "printed", "link")
_LAST = f"SELECT {', '.join(LINK)} FROM links ORDER BY number DESC LIMIT 1"
_LAST_EVENT = "SELECT max(position) FROM events"
_LAST_OUTPUT = "SELECT max(position) FROM outputs"
_INSERT = inserting("links", LINK)
# As long as SQLite waits for it; and who holds it and does nothing any more (a process that was
# stopped, a machine that stands still) is cut off, for nobody else could write meanwhile.
_WAIT = (
    "SELECT set_config('lock_timeout', '10s', true),"
    " set_config('idle_in_transaction_session_timeout', '30s', true), pg_advisory_xact_lock(:lock)"
)
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
    query = f"SELECT {', '.join(EVENT)} FROM events WHERE position <= :upto ORDER BY position"
    for row in connection.stream(query, {"upto": position}, at_once=500):
        yield canonical(list(row)) + b"\n"
    yield from printed_between(connection, None, upto)


def printed_between(connection: Connection, after: int | None, upto: int) -> Iterable[bytes]:
    """Give the outputs in a range of positions, as lines; None begins with the very first."""
    if after == upto:
        return
    begins = "" if after is None else "position > :after AND "
    query = (
        f"SELECT {', '.join(PRINTED)}, body FROM outputs"
        f" WHERE {begins}position <= :upto ORDER BY position"
    )
    for *row, body in connection.stream(query, {"after": after, "upto": upto}, at_once=20):
        yield printed_line(row, body)


def last_link(connection: Connection) -> Link | None:
    """Read the last row of `links`."""
    row = connection.first(_LAST)
    return Link(*row) if row else None


def link_of(connection: Connection, number: int) -> str | None:
    """Read one link; None where there is none of that number."""
    link: str | None = connection.scalar(
        "SELECT link FROM links WHERE number = :number", {"number": number}
    )
    return link


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

    def __init__(self, database: Database, key_file: Path, anchors: Sequence[Anchor]) -> None:
        self.database = database
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
        if connection.kind == "postgresql":
            connection.run(_WAIT, {"lock": _LOCK})
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
        position = connection.scalar(_LAST_EVENT) or 0
        upto = connection.scalar(_LAST_OUTPUT) or 0
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
            upto = connection.scalar(_LAST_OUTPUT)
        fields = [row[name] for name in EVENT]
        return next_link(key, before.link, before.number + 1, fields, upto, printed or NOTHING)

    def add(self, connection: Connection, made: Sequence[Link]) -> None:
        """Write links."""
        connection.run_each(_INSERT, [asdict(link) for link in made])

    def advance(self, before: Link, link: Link, at: str) -> None:
        """Move every head on, after the commit. What goes wrong is kept in `troubles`."""
        key = self.key()
        assert key is not None, "taken before"
        was, now = Head(before.number, before.link, ""), Head(link.number, link.link, at)
        for anchor in self.anchors:
            self._try(anchor.advance, key, was, now, self.linked)

    def renew(self, at: str) -> None:
        """Write every head anew, as a person wants it. Raises Unkeyed where nothing is chained."""
        with self.database.reading() as connection:
            last = last_link(connection)
        if last is None or (key := self.key()) is None:
            raise Unkeyed("there is no chain, or its key is missing")
        self.troubles.clear()
        for anchor in self.anchors:
            self._try(anchor.renew, key, Head(last.number, last.link, at))

    def linked(self, number: int) -> str | None:
        """Read one link of the journal; None where there is none of that number."""
        with self.database.reading() as connection:
            return link_of(connection, number)

    def _try(self, change: Callable[..., None], *words: object) -> None:
        """Change a head. The event is written all the same, and its writer has to be told so."""
        try:
            change(*words)
        except BadHead as error:
            self.troubles[str(error)] = None
        except Unavailable as error:
            self.troubles[f"a head was not moved on: {error}"] = None
