"""The journal: events of durable things, appended in order and read back as they were.

Knows how events are kept, not what they mean: `main` hands it the event types of every kind.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Protocol

from msgspec import Struct
from sqlalchemy import (
    Connection,
    Engine,
    Select,
    bindparam,
    exists,
    func,
    insert,
    select,
    text,
    tuple_,
)
from sqlalchemy.exc import SQLAlchemyError

from steadyhand.model import canonical
from steadyhand.model.events import EventTypes, Recorded
from steadyhand.model.incident.notice import Notice
from steadyhand.store import outbox
from steadyhand.store.audit import chain as audit_chain
from steadyhand.store.audit.chain import Chain, Link, Unkeyed
from steadyhand.store.quick import Quick, failures, said
from steadyhand.store.schema import BEGINS, VERSION, events, outputs, writing


class Conflict(Exception):
    """Somebody else appended first: whoever drives now, it is not the one who gets this."""


class Unavailable(Exception):
    """The database does not take or give anything now: gone, locked for long, or the disk is full.

    Nothing was written. The message says which.
    """


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
_INSERT_OUTPUTS = Quick(insert(outputs), *audit_chain.PRINTED, "body")
# The events of one thing, which every command reads several times.
_READ = Quick(
    text(
        "SELECT seq, at, type, body FROM events "
        "WHERE kind = :kind AND id = :id AND seq > :after ORDER BY seq"
    ),
    *("kind", "id", "after"),
)
_INSERT = insert(events).returning(events.c.position)
_INSERT_EVENT = Quick(_INSERT, *(name for name in audit_chain.EVENT if name != "position"))


class Journal:
    """One open database. Safe from several threads and processes.

    The program always gives a chain; without one, what is appended has no link.
    """

    def __init__(
        self, engine: Engine, types: Mapping[str, EventTypes], chain: Chain | None = None
    ) -> None:
        self.engine = engine
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
        taken, broken = failures(self.engine)
        try:
            self._write(rows, key, entries)
        except taken:
            raise Conflict(f"{kind} {key}: event {first} is already there") from None
        except broken as error:
            raise Unavailable(f"the journal cannot be written: {said(error)}") from None
        except Unkeyed as error:
            raise Unavailable(str(error)) from None
        numbered = enumerate(entries, first)
        return [Recorded(kind, key, seq, entry.at, entry.event) for seq, entry in numbered]

    def _write(self, rows: list[dict[str, object]], key: str, entries: Sequence[Entry]) -> None:
        chain, before, made = self.chain, None, list[Link]()
        with writing(self.engine) as connection, connection.begin():
            before = last = chain.take(connection) if chain else None
            for row, entry in zip(rows, entries, strict=True):
                position = _insert(connection, row)
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
            _INSERT_OUTPUTS.run_each(connection, some)
        return audit_chain.digest_of(_output_row(key, out) for out in entry.printed)

    def read(
        self, kind: str, key: str, after: int = 0, types: Sequence[str] = ()
    ) -> list[Recorded]:
        """Read one thing's events in order, or those of some types.

        Raises Unreadable for a type it does not know.
        """
        if types:
            columns = (events.c.seq, events.c.at, events.c.type, events.c.body)
            of = (events.c.kind == kind, events.c.id == key, events.c.seq > after)
            query = select(*columns).where(*of, events.c.type.in_(types))
            rows = self._rows(query.order_by(events.c.seq))
        else:
            rows = self._all(_READ, {"kind": kind, "id": key, "after": after})
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
        query = (
            select(events.c.id, events.c.seq, events.c.at, events.c.type, events.c.body)
            .where(events.c.kind == kind, events.c.id.in_(keys))
            .order_by(events.c.id, events.c.seq)
        )
        for key, seq, at, name, body in self._rows(
            query.where(events.c.type.in_(types)) if types else query
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
        query = (
            select(events.c.id, events.c.at)
            .where(events.c.kind == kind, BEGINS)
            .order_by(events.c.at, events.c.id)
        )
        return [(key, datetime.fromisoformat(at)) for key, at in self._rows(query)]

    def newest(
        self, kind: str, limit: int, before: str = "", end: str = "", again: str = ""
    ) -> list[tuple[str, datetime]]:
        """List as `keys` does, the newest first: those before one of them, so many at most.

        With `end` (and `again`), only those that `unfinished` lists.
        """
        begun = (events.c.kind == kind, BEGINS)
        query = select(events.c.id, events.c.at).where(*begun)
        if end:
            query = query.where(events.c.id.not_in(_ended(kind, end, again)))
        if before:
            there = select(events.c.at).where(*begun, events.c.id == before).scalar_subquery()
            query = query.where(tuple_(events.c.at, events.c.id) < tuple_(there, before))
        query = query.order_by(events.c.at.desc(), events.c.id.desc()).limit(limit)
        return [(key, datetime.fromisoformat(at)) for key, at in self._rows(query)]

    def ends(self, kind: str) -> dict[str, int]:
        """Give the number of the last event of everything of one kind."""
        query = select(events.c.id, func.max(events.c.seq)).where(events.c.kind == kind)
        return dict(tuple(row) for row in self._rows(query.group_by(events.c.id)))

    def unfinished(self, kind: str, end: str, again: str = "") -> list[tuple[str, datetime]]:
        """List the ids of one kind that have no event of the type `end`, as `keys` does.

        An event of the type `again` after it counts as if it had not been.
        """
        query = (
            select(events.c.id, events.c.at)
            .where(events.c.kind == kind, BEGINS, events.c.id.not_in(_ended(kind, end, again)))
            .order_by(events.c.at, events.c.id)
        )
        return [(key, datetime.fromisoformat(at)) for key, at in self._rows(query)]

    def last(self) -> tuple[int, datetime | None]:
        """Give the position and the time of the newest event; 0 and None where there is none."""
        query = select(events.c.position, events.c.at).order_by(events.c.position.desc()).limit(1)
        rows = self._rows(query)
        return (rows[0][0], datetime.fromisoformat(rows[0][1])) if rows else (0, None)

    def written(self, after: int, limit: int | None = 500) -> list[Written]:
        """List what was written after a position, in its order; the events' bodies are not read."""
        query = (
            select(events.c.position, events.c.kind, events.c.id, events.c.seq, events.c.type)
            .where(events.c.position > after)
            .order_by(events.c.position)
            .limit(limit)
        )
        return [Written(*row) for row in self._rows(query)]

    def feed(self, after: int, limit: int) -> list[Fed]:
        """List what was written after a position, with the bodies as they are kept."""
        names = ("position", "kind", "id", "seq", "at", "type", "body")
        query = select(*(events.c[name] for name in names)).where(events.c.position > after)
        rows = self._rows(query.order_by(events.c.position).limit(limit))
        return [
            Fed(position, kind, key, seq, datetime.fromisoformat(at), name, body)
            for position, kind, key, seq, at, name, body in rows
        ]

    def printed(self, run: str, step: str, number: int) -> Iterator[Output]:
        """Read what one call printed, in the order it came, a few pieces at a time."""
        wanted = (outputs.c.run == run, outputs.c.step == step, outputs.c.number == number)
        query = select(outputs.c.position, outputs.c.stream, outputs.c.body).where(*wanted)
        query, last = query.order_by(outputs.c.position).limit(_AT_ONCE), -1
        while rows := self._rows(query.where(outputs.c.position > last)):
            for _position, stream, body in rows:
                yield Output(step, number, stream, bytes(body))
            last = rows[-1].position

    def _all(self, query: Quick, row: Mapping[str, object]) -> Sequence[Any]:
        try:
            with self.engine.connect() as connection:
                rows: Sequence[Any] = query.run(connection, row).fetchall()
                return rows
        except failures(self.engine)[1] as error:
            raise Unavailable(f"the journal cannot be read: {said(error)}") from None

    def _rows(self, query: Select[Any]) -> Sequence[Any]:
        try:
            with self.engine.connect() as connection:
                return connection.execute(query).all()
        except SQLAlchemyError as error:
            raise Unavailable(f"the journal cannot be read: {said(error)}") from None


def _ended(kind: str, end: str, again: str) -> Select[Any]:
    """Select the ids that have an event of the type `end`, and none of `again` after it."""
    query = select(events.c.id).where(
        events.c.kind == kind,
        events.c.type == bindparam("end", end, literal_execute=True),
    )
    if not again:
        return query
    later = events.alias()
    return query.where(
        ~exists().where(
            later.c.kind == kind,
            later.c.id == events.c.id,
            later.c.type == again,
            later.c.seq > events.c.seq,
        )
    )


def _insert(connection: Connection, row: Mapping[str, object]) -> int:
    """Write an event's row; its position."""
    position: int = _INSERT_EVENT.run(connection, row).fetchone()[0]
    return position


def _output_row(run: str, out: Output) -> dict[str, object]:
    return {
        "run": run,
        "step": out.step,
        "number": out.number,
        "stream": out.stream,
        "body": out.body,
    }
