"""The tables, and how a database is opened: SQLite by default, PostgreSQL by URL.

Knows no event and no verb. What happened is append-only: `events`, `outputs`, `links`.
"""

import os
import sqlite3
from pathlib import Path

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    create_engine,
    event,
    func,
    literal_column,
    make_url,
    select,
    text,
)
from sqlalchemy.exc import SQLAlchemyError

from steadyhand.store import postgres

VERSION = 1  # of this layout and of the events' bodies
_LOCK = (
    0x57EAD0  # of PostgreSQL's advisory locks: whoever makes tables holds it until they are there
)

metadata = MetaData()

events = Table(
    "events",
    metadata,
    Column("position", Integer, primary_key=True, autoincrement=True),
    Column("kind", String(32), nullable=False),
    Column("id", String(64), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("at", String(40), nullable=False),  # ISO 8601, UTC, microseconds
    Column("type", String(64), nullable=False),
    Column("version", Integer, nullable=False),
    Column("body", Text, nullable=False),  # canonical JSON
    UniqueConstraint("kind", "id", "seq"),  # eight writers at once: exactly one append wins
)

BEGINS = events.c.seq == literal_column("1")
# What begins a thing and what ends one are few among all events: lists read them, and not all.
# Written as both databases take it; as objects, they would have one import the other's dialect.
_INDEXES = {
    "events_begun": "events (kind, at, id) WHERE seq = 1",
    "events_reviewed": "events (kind, id, seq) WHERE type = 'ReviewWritten'",
    "events_run_ended": "events (kind, id, seq) WHERE type = 'RunEnded'",
    "events_change_closed": "events (kind, id, seq) WHERE type = 'ChangeClosed'",
    "outbox_delivered_at": "outbox (delivered_at)",
}

outputs = Table(
    "outputs",
    metadata,
    Column("position", Integer, primary_key=True, autoincrement=True),
    Column("run", String(64), nullable=False, index=True),
    Column("step", String(255), nullable=False),
    Column("number", Integer, nullable=False),  # of the call; 0 is the statement itself
    Column("stream", String(8), nullable=False),
    Column("body", LargeBinary, nullable=False),
)

sealed = Table(
    "sealed",
    metadata,
    Column("run", String(64), primary_key=True),
    Column("token", String(64), primary_key=True),
    Column("value", LargeBinary, nullable=False),  # encrypted; the key is not in the database
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", String(128), primary_key=True),  # the notice's dedup key
    Column("body", Text, nullable=False),
    Column("delivered_at", String(40)),
    Column("attempts", Integer, nullable=False, default=0),
    Column("failure", Text, nullable=False, default=""),
)

# What became of each attempt to deliver a notice. A table of its own, so that the journal of an
# older version opens as it is.
attempts = Table(
    "attempts",
    metadata,
    Column("position", Integer, primary_key=True, autoincrement=True),
    Column("notice", String(128), nullable=False, index=True),
    Column("at", String(40), nullable=False, index=True),
    Column("failure", Text, nullable=False),  # "" where it was delivered
)

# One row for each event since the chain began (chain.py). A table of its own, so that the journal
# of an older version opens as it is.
links = Table(
    "links",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),  # 0 is the beginning
    Column("position", Integer, nullable=False),  # of the event
    Column("outputs", Integer, nullable=False),  # position of the last output up to this event
    Column("printed", String(64), nullable=False),  # digest of the outputs written with it
    Column("link", String(64), nullable=False),
)

# How long statements took, made of the events of runs that have ended (took.py): a copy that may be
# lost. `position` is that of the run's end; each run has a row without a step.
took = Table(
    "took",
    metadata,
    Column("run", String(64), primary_key=True),
    Column("step", String(255), primary_key=True),
    Column("position", Integer, nullable=False, index=True),
    Column("statement", String(64), nullable=False, index=True),
    Column("seconds", Float, nullable=False),
)

# Who may ask the API. Digests only: nothing here lets anybody in.
tokens = Table(
    "tokens",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("person", String(128), nullable=False),
    Column("scopes", String(128), nullable=False),
    Column("created_at", String(40), nullable=False),
    Column("expires_at", String(40)),
    Column("revoked_at", String(40)),
)

users = Table(
    "users",
    metadata,
    Column("name", String(128), primary_key=True),
    Column("digest", String(255), nullable=False),
    Column("scopes", String(128), nullable=False),
    Column("created_at", String(40), nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("user", String(128), nullable=False, index=True),
    Column("csrf", String(64), nullable=False),
    Column("expires_at", String(40), nullable=False),
)

# The newest report of each scheduled task or worker.
heartbeats = Table(
    "heartbeats",
    metadata,
    Column("name", String(128), primary_key=True),
    Column("at", String(40), nullable=False),
    Column("failed", Integer, nullable=False),
    Column("detail", Text, nullable=False),
)

# When a service has last looked at itself: written to know that the journal can be written.
looks = Table(
    "looks",
    metadata,
    Column("who", String(128), primary_key=True),
    Column("at", String(40), nullable=False),
)

# What was measured, in rings (series.py): a copy that may be lost. `at` is in seconds of the epoch.
series = Table(
    "series",
    metadata,
    Column("name", String(255), primary_key=True),
    Column("seconds", Integer, primary_key=True, autoincrement=False),
    Column("slot", Integer, primary_key=True, autoincrement=False),
    Column("at", Integer, nullable=False),
    Column("count_", Integer, nullable=False),
    Column("low", Float, nullable=False),
    Column("mean", Float, nullable=False),
    Column("high", Float, nullable=False),
)


class StoreError(Exception):
    """The database cannot be used; the message says which and why."""


def open_store(url: str) -> Engine:
    """Open (and create, where missing) the database at an SQLAlchemy URL.

    Raises StoreError when it cannot be opened.
    """
    if url.startswith("postgresql://"):
        url = url.replace("postgresql://", "postgresql+psycopg://", 1)
    try:
        if url.startswith("sqlite:///"):
            Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
        address = make_url(url)
        if address.get_backend_name() not in _NAMES:
            raise StoreError(f"{_shown(url)}: a journal is kept in SQLite or in PostgreSQL")
        # A connection that was lost with its server is replaced before it is used.
        engine = create_engine(
            address,
            pool_pre_ping=url.startswith("post"),
            pool_size=20,  # the workers of one process, and whoever asks it
            max_overflow=40,
            connect_args=postgres.connecting(address) if url.startswith("post") else {},
        )
        if engine.dialect.name == "postgresql":
            event.listen(engine, "connect", postgres.connected)
        if engine.dialect.name == "sqlite":
            event.listen(engine, "connect", _sqlite_durable)
            event.listen(engine, "begin", _sqlite_immediate)
        _make(engine)
    except (SQLAlchemyError, ImportError, OSError) as error:
        reason = _unwritable(url) or getattr(error, "orig", None) or error
        raise StoreError(f"cannot open the journal at {_shown(url)}: {reason}") from None
    return engine


def _make(engine: Engine) -> None:
    """Add the tables and indexes that are not there yet, as in a journal of an older version."""
    with engine.connect() as connection:
        if not any(_missing(connection)):
            return
    with writing(engine) as connection, connection.begin():
        if engine.dialect.name == "postgresql":  # SQLite's transaction is the only one by itself
            connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
        tables, indexes = _missing(connection)  # another process may have made them meanwhile
        metadata.create_all(connection, tables, checkfirst=False)
        for name in indexes:
            connection.execute(text(f"CREATE INDEX {name} ON {_INDEXES[name]}"))


def _missing(connection: Connection) -> tuple[list[Table], list[str]]:
    """List the tables, and the names of the indexes of _INDEXES, that are not there.

    Every command asks, so it is one query, and not SQLAlchemy's inspection.
    """
    asked = connection.exec_driver_sql(_NAMES[connection.dialect.name])
    there = {name for (name,) in asked}
    tables = [table for table in metadata.sorted_tables if table.name not in there]
    return tables, sorted(set(_INDEXES) - there)


# Every table and index where new ones would be made.
_NAMES = {
    "sqlite": "SELECT name FROM sqlite_master",
    "postgresql": "SELECT relname FROM pg_class"
    " WHERE relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())",
}


def _unwritable(url: str) -> str:
    """Name the folder of a database that cannot be written to; "" where that is not why."""
    folder = Path(url.removeprefix("sqlite:///")).parent
    if not url.startswith("sqlite:///") or not folder.is_dir() or os.access(folder, os.W_OK):
        return ""
    return f"{folder} cannot be written to; name another folder (--state, or --database)"


def _shown(url: str) -> str:
    """Write a URL without its password."""
    try:
        return make_url(url).render_as_string(hide_password=True)
    except SQLAlchemyError:
        return "that URL"


def _sqlite_durable(connection: sqlite3.Connection, _record: object) -> None:
    """Write-ahead log, every commit on the disk before it counts."""
    connection.isolation_level = None  # we begin by ourselves
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=10000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _sqlite_immediate(connection: Connection) -> None:
    """Take the write lock at once: upgrading a read lock later could only fail."""
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def writing(engine: Engine) -> Connection:
    """Connect for a transaction that writes."""
    return engine.connect().execution_options(writes=True)
