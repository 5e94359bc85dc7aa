"""The journal: events of durable things, appended in order and read back as they were.

Knows how events are kept, not what they mean: `main` hands it the event types of every kind.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Protocol

from msgspec import Struct

from steadyhand.model import canonical
from steadyhand.model.events import EventTypes, Recorded
from steadyhand.model.incident.notice import Notice
from steadyhand.store import outbox
from steadyhand.store.audit import chain as audit_chain
from steadyhand.store.audit.chain import Chain, Link, Unkeyed
from steadyhand.store.database import (
    Connection,
    Database,
    Row,
    Taken,
    Unavailable,
    Values,
    among,
    inserting,
)
from steadyhand.store.schema import VERSION


class Conflict(Exception):
    """Somebody else appended first: whoever drives now, it is not the one who gets this."""


class Unreadable(Exception):
    """The journal holds an event that this version does not know."""


class Output(Struct, frozen=True):
    """Bytes that a call (`number` ≥ 1) or a whole statement (`number` 0) printed."""

    step: str
    number: int
    stream: str
    body: bytes


class Written(Struct, frozen=True):
    """That an event is there: `position` grows over all kinds."""

    position: int
    kind: str
    id: str
    seq: int
    type: str


class Fed(Struct, frozen=True):
    """An event as it is kept: `body` is canonical JSON."""

    position: int
    kind: str
    id: str
    seq: int
    at: datetime
    type: str
    body: str


class Printed(Protocol):
    """Outputs in their order, gone through more than once."""

    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[Output]: ...


class Entry(Struct, frozen=True):
    """An event to be written, with the outputs and notices that belong to it."""

    event: object
    at: datetime
    printed: Printed = ()
    notices: Sequence[Notice] = ()


_AT_ONCE = 32  # outputs that are held in memory
_INSERT_OUTPUT = inserting("outputs", (*audit_chain.PRINTED, "body"))
_INSERT_EVENT = (
    inserting("events", [name for name in audit_chain.EVENT if name != "position"])
    + " RETURNING position"
)
_BEGUN = "kind = :kind AND seq = 1"
_FED = "position, kind, id, seq, at, type, body"


class Journal:
    """One open database. Safe from several threads and processes.

    The program always gives a chain; without one, what is appended has no link.
    """

    def __init__(
        self, database: Database, types: Mapping[str, EventTypes], chain: Chain | None = None
    ) -> None:
        self.database = database
        self.chain = chain
        self._types = types

    def append(
        self,
        kind: str,
        key: str,
        seq: int,
        event: object,
        at: datetime,
        *,
        printed: Printed = (),
        notices: Sequence[Notice] = (),
    ) -> Recorded:
        """Write event number `seq` (from 1), as `write` does several."""
        return self.write(kind, key, seq, [Entry(event, at, printed, notices)])[0]

    def write(self, kind: str, key: str, first: int, entries: Sequence[Entry]) -> list[Recorded]:
        """Write events from number `first` on, with their outputs and notices, in one transaction.

        Outputs are read twice, a few at a time. Raises Conflict when a number is taken: nothing is
        written then.
        """
        rows: list[dict[str, object]] = [
            {
                "kind": kind,
                "id": key,
                "seq": seq,
                "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
                "type": type(entry.event).__name__,
                "version": VERSION,
                "body": canonical.dumps(entry.event),
            }
            for seq, entry in enumerate(entries, first)
        ]
        try:
            self._write(rows, key, entries)
        except Taken:
            raise Conflict(f"{kind} {key}: event {first} is already there") from None
        except Unkeyed as error:
            raise Unavailable(str(error)) from None
        numbered = enumerate(entries, first)
        return [Recorded(kind, key, seq, entry.at, entry.event) for seq, entry in numbered]

    def _write(self, rows: list[dict[str, object]], key: str, entries: Sequence[Entry]) -> None:
        chain, before, made = self.chain, None, list[Link]()
        with self.database.writing() as connection:
            before = last = chain.take(connection) if chain else None
            for row, entry in zip(rows, entries, strict=True):
                position: int = connection.scalar(_INSERT_EVENT, row)
                hashed = self._keep(connection, key, entry)
                if chain and last:
                    last = chain.after(connection, last, {**row, "position": position}, hashed)
                    made.append(last)
            if chain:
                chain.add(connection, made)
        if chain and before:
            chain.advance(before, made[-1], str(rows[-1]["at"]))

    def _keep(self, connection: Connection, key: str, entry: Entry) -> str | None:
        """Write what belongs to an event; the digest of its outputs, None without any."""
        outbox.put(connection, entry.notices)
        if not len(entry.printed):
            return None
        kept = (_output_row(key, out) for out in entry.printed)
        while some := list(islice(kept, _AT_ONCE)):
            connection.run_each(_INSERT_OUTPUT, some)
        return audit_chain.digest_of(_output_row(key, out) for out in entry.printed)

    def read(
        self, kind: str, key: str, after: int = 0, types: Sequence[str] = ()
    ) -> list[Recorded]:
        """Read one thing's events in order, or those of some types.

        Raises Unreadable for a type it does not know.
        """
        only, named = _of_types(types)
        rows = self._all(
            f"SELECT seq, at, type, body FROM events"
            f" WHERE kind = :kind AND id = :id AND seq > :after{only} ORDER BY seq",
            {"kind": kind, "id": key, "after": after, **named},
        )
        return [
            Recorded(kind, key, seq, datetime.fromisoformat(at), self._decode(kind, name, body))
            for seq, at, name, body in rows
        ]

    def read_all(
        self, kind: str, keys: Sequence[str], types: Sequence[str] = ()
    ) -> Iterator[Recorded]:
        """Read the events of some things, one thing after the other, each in order."""
        if not keys:
            return
        those, of = among("key", keys)
        only, named = _of_types(types)
        for key, seq, at, name, body in self._all(
            f"SELECT id, seq, at, type, body FROM events"
            f" WHERE kind = :kind AND id IN {those}{only} ORDER BY id, seq",
            {"kind": kind, **of, **named},
        ):
            event = self._decode(kind, name, body)
            yield Recorded(kind, key, seq, datetime.fromisoformat(at), event)

    def _decode(self, kind: str, name: str, body: str) -> object:
        known = self._types[kind].get(name)
        if known is None:
            raise Unreadable(f"this version does not know the {kind} event {name}; update first")
        decoded: object = canonical.loads(known, body)
        return decoded

    def keys(self, kind: str) -> list[tuple[str, datetime]]:
        """List the ids of one kind with the time of their first event, oldest first."""
        query = f"SELECT id, at FROM events WHERE {_BEGUN} ORDER BY at, id"
        return _begun(self._all(query, {"kind": kind}))

    def newest(
        self, kind: str, limit: int, before: str = "", end: str = "", again: str = ""
    ) -> list[tuple[str, datetime]]:
        """List as `keys` does, the newest first: those before one of them, so many at most.

        With `end` (and `again`), only those that `unfinished` lists.
        """
        query = f"SELECT id, at FROM events WHERE {_BEGUN}"
        if end:
            query += f" AND id NOT IN ({_ended(end, again)})"
        if before:
            there = f"SELECT at FROM events WHERE {_BEGUN} AND id = :before"
            query += f" AND (at, id) < (({there}), :before)"
        query += " ORDER BY at DESC, id DESC LIMIT :limit"
        return _begun(self._all(query, {"kind": kind, "before": before, "limit": limit}))

    def ends(self, kind: str) -> dict[str, int]:
        """Give the number of the last event of everything of one kind."""
        query = "SELECT id, max(seq) FROM events WHERE kind = :kind GROUP BY id"
        return dict(self._all(query, {"kind": kind}))

    def unfinished(self, kind: str, end: str, again: str = "") -> list[tuple[str, datetime]]:
        """List the ids of one kind that have no event of the type `end`, as `keys` does.

        An event of the type `again` after it counts as if it had not been.
        """
        query = f"SELECT id, at FROM events WHERE {_BEGUN} AND id NOT IN ({_ended(end, again)})"
        return _begun(self._all(f"{query} ORDER BY at, id", {"kind": kind}))

    def last(self) -> tuple[int, datetime | None]:
        """Give the position and the time of the newest event; 0 and None where there is none."""
        rows = self._all("SELECT position, at FROM events ORDER BY position DESC LIMIT 1")
        return (rows[0][0], datetime.fromisoformat(rows[0][1])) if rows else (0, None)

    def written(self, after: int, limit: int | None = 500) -> list[Written]:
        """List what was written after a position, in its order; the events' bodies are not read."""
        query = "SELECT position, kind, id, seq, type FROM events WHERE position > :after"
        query += " ORDER BY position" + (" LIMIT :limit" if limit is not None else "")
        return [Written(*row) for row in self._all(query, {"after": after, "limit": limit})]

    def feed(self, after: int, limit: int) -> list[Fed]:
        """List what was written after a position, with the bodies as they are kept."""
        query = f"SELECT {_FED} FROM events WHERE position > :after ORDER BY position LIMIT :limit"
        rows = self._all(query, {"after": after, "limit": limit})
        return [
            Fed(position, kind, key, seq, datetime.fromisoformat(at), name, body)
            for position, kind, key, seq, at, name, body in rows
        ]

    def printed(self, run: str, step: str, number: int) -> Iterator[Output]:
        """Read what one call printed, in the order it came, a few pieces at a time."""
        query = (
            "SELECT position, stream, body FROM outputs WHERE run = :run AND step = :step"
            f" AND number = :number AND position > :last ORDER BY position LIMIT {_AT_ONCE}"
        )
        wanted = {"run": run, "step": step, "number": number, "last": -1}
        while rows := self._all(query, wanted):
            for position, stream, body in rows:
                yield Output(step, number, stream, body)
                wanted["last"] = position

    def _all(self, query: str, values: Values | None = None) -> list[Row]:
        with self.database.reading() as connection:
            return connection.all(query, values or {})


def _begun(rows: list[Row]) -> list[tuple[str, datetime]]:
    return [(key, datetime.fromisoformat(at)) for key, at in rows]


def _of_types(types: Sequence[str]) -> tuple[str, dict[str, object]]:
    """Write the condition that an event is of some types; of any, where none are named."""
    those, named = among("type", types)
    return (f" AND type IN {those}", named) if types else ("", {})


def _ended(end: str, again: str) -> str:
    """Select the ids that have an event of the type `end`, and none of `again` after it.

    The types stand in it as they are, for the indexes that are made for them.
    """
    query = f"SELECT id FROM events AS ended WHERE kind = :kind AND type = '{end}'"
    if not again:
        return query
    later = "later.kind = :kind AND later.id = ended.id AND later.seq > ended.seq"
    later += f" AND later.type = '{again}'"
    return f"{query} AND NOT EXISTS (SELECT 1 FROM events AS later WHERE {later})"


def _output_row(run: str, out: Output) -> dict[str, object]:
    return {
        "run": run,
        "step": out.step,
        "number": out.number,
        "stream": out.stream,
        "body": out.body,
    }
