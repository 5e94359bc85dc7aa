"""The tables, and how a database is opened: SQLite by default, PostgreSQL by URL.

Knows no event and no verb. What happened is append-only: `events`, `outputs`, `links`.
"""

import os
import re
import shutil
from pathlib import Path

from steadyhand.store.database import Connection, Database, Unavailable
from steadyhand.store.postgres import PostgreSQL
from steadyhand.store.sqlite import SQLite

VERSION = 1  # of this layout and of the events' bodies
# Of PostgreSQL's advisory locks: whoever makes tables holds it until they are there.
_LOCK = 0x57EAD0

# In words that both databases take, but for two: what a new row gets by itself, and bytes.
_WORDS = {
    "sqlite": {"NUMBERED": "INTEGER", "BYTES": "BLOB"},
    "postgresql": {"NUMBERED": "SERIAL", "BYTES": "BYTEA"},
}
# Times are ISO 8601, UTC, with microseconds, if nothing else is said.
_TABLES = {
    # `body` is canonical JSON. Eight writers at once: exactly one append wins.
    "events": """
        position NUMBERED PRIMARY KEY,
        kind VARCHAR(32) NOT NULL,
        id VARCHAR(64) NOT NULL,
        seq INTEGER NOT NULL,
        at VARCHAR(40) NOT NULL,
        type VARCHAR(64) NOT NULL,
        version INTEGER NOT NULL,
        body TEXT NOT NULL,
        UNIQUE (kind, id, seq)
    """,
    # `number` is the call's; 0 is the statement itself.
    "outputs": """
        position NUMBERED PRIMARY KEY,
        run VARCHAR(64) NOT NULL,
        step VARCHAR(255) NOT NULL,
        number INTEGER NOT NULL,
        stream VARCHAR(8) NOT NULL,
        body BYTES NOT NULL
    """,
    # `value` is encrypted; the key is not in the database.
    "sealed": """
        run VARCHAR(64) NOT NULL,
        token VARCHAR(64) NOT NULL,
        value BYTES NOT NULL,
        PRIMARY KEY (run, token)
    """,
    # `id` is the notice's dedup key.
    "outbox": """
        id VARCHAR(128) PRIMARY KEY,
        body TEXT NOT NULL,
        delivered_at VARCHAR(40),
        attempts INTEGER NOT NULL,
        failure TEXT NOT NULL
    """,
    # What became of each attempt to deliver a notice; `failure` is "" where it was delivered.
    "attempts": """
        position NUMBERED PRIMARY KEY,
        notice VARCHAR(128) NOT NULL,
        at VARCHAR(40) NOT NULL,
        failure TEXT NOT NULL
    """,
    # One row for each event since the chain began (chain.py); number 0 is the beginning. `position`
    # is the event's, `outputs` that of the last output up to it, `printed` the digest of those
    # written with it.
    "links": """
        number INTEGER PRIMARY KEY,
        position INTEGER NOT NULL,
        outputs INTEGER NOT NULL,
        printed VARCHAR(64) NOT NULL,
        link VARCHAR(64) NOT NULL
    """,
    # How long statements took, made of the events of runs that have ended (took.py): a copy that
    # may be lost. `position` is that of the run's end; each run has a row without a step.
    "took": """
        run VARCHAR(64) NOT NULL,
        step VARCHAR(255) NOT NULL,
        position INTEGER NOT NULL,
        statement VARCHAR(64) NOT NULL,
        seconds FLOAT NOT NULL,
        PRIMARY KEY (run, step)
    """,
    # Who may ask the API. Digests only: nothing here lets anybody in.
    "tokens": """
        id VARCHAR(16) PRIMARY KEY,
        digest VARCHAR(64) NOT NULL,
        person VARCHAR(128) NOT NULL,
        scopes VARCHAR(128) NOT NULL,
        created_at VARCHAR(40) NOT NULL,
        expires_at VARCHAR(40),
        revoked_at VARCHAR(40)
    """,
    "users": """
        name VARCHAR(128) PRIMARY KEY,
        digest VARCHAR(255) NOT NULL,
        scopes VARCHAR(128) NOT NULL,
        created_at VARCHAR(40) NOT NULL
    """,
    "sessions": """
        digest VARCHAR(64) PRIMARY KEY,
        "user" VARCHAR(128) NOT NULL,
        csrf VARCHAR(64) NOT NULL,
        expires_at VARCHAR(40) NOT NULL
    """,
    # The newest report of each scheduled task or worker.
    "heartbeats": """
        name VARCHAR(128) PRIMARY KEY,
        at VARCHAR(40) NOT NULL,
        failed INTEGER NOT NULL,
        detail TEXT NOT NULL
    """,
    # When a service has last looked at itself: written to know that the journal can be written.
    "looks": """
        who VARCHAR(128) PRIMARY KEY,
        at VARCHAR(40) NOT NULL
    """,
    # Who drives what now, and a number that goes up while he does (alone.py, of PostgreSQL alone).
    "drives": """
        id VARCHAR(64) PRIMARY KEY,
        holder VARCHAR(255) NOT NULL,
        beats INTEGER NOT NULL
    """,
    # What was measured, in rings (series.py): a copy that may be lost. `at` is in seconds of the
    # epoch.
    "series": """
        name VARCHAR(255) NOT NULL,
        seconds INTEGER NOT NULL,
        slot INTEGER NOT NULL,
        at INTEGER NOT NULL,
        count_ INTEGER NOT NULL,
        low FLOAT NOT NULL,
        mean FLOAT NOT NULL,
        high FLOAT NOT NULL,
        PRIMARY KEY (name, seconds, slot)
    """,
}
_INDEXES = {
    "ix_outputs_run": "outputs (run)",
    "ix_attempts_notice": "attempts (notice)",
    "ix_attempts_at": "attempts (at)",
    "ix_took_position": "took (position)",
    "ix_took_statement": "took (statement)",
    "ix_sessions_user": 'sessions ("user")',
    # What begins a thing and what ends one are few among all events: lists read them, and not all.
    "events_begun": "events (kind, at, id) WHERE seq = 1",
    "events_reviewed": "events (kind, id, seq) WHERE type = 'ReviewWritten'",
    "events_run_ended": "events (kind, id, seq) WHERE type = 'RunEnded'",
    "events_change_closed": "events (kind, id, seq) WHERE type = 'ChangeClosed'",
    "outbox_delivered_at": "outbox (delivered_at)",
}
MAKING = {  # by name, tables first
    **{name: f"CREATE TABLE {name} ({columns})" for name, columns in _TABLES.items()},
    **{name: f"CREATE INDEX {name} ON {where}" for name, where in _INDEXES.items()},
}


class StoreError(Exception):
    """The database cannot be used; the message says which and why."""


def open_store(url: str) -> Database:
    """Open (and create, where missing) the database at a URL.

    `sqlite:///PATH`, or `postgresql://…` as libpq has it. Raises StoreError when it cannot be
    opened.
    """
    file = _file(url)
    try:
        if file is not None:
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)  # it holds what was printed
            return _whole(Database(SQLite(file)))
        if (address := _server(url)) is None:
            raise StoreError(f"{_shown(url)}: a journal is kept in SQLite or in PostgreSQL")
        return _whole(Database(PostgreSQL(address)))
    except Unavailable as error:
        reason: object = _unwritable(file) or error.__cause__ or error
    except OSError as error:
        reason = _unwritable(file) or error
    why = f"{_hushed(str(reason), url)}{_full(file)}"
    raise StoreError(f"cannot open the journal at {_shown(url)}: {why}")


def _file(url: str) -> Path | None:
    """Give the file of SQLite that a URL names; None where it names another database."""
    start = "sqlite:///"
    return Path(url.removeprefix(start)) if url.startswith(start) else None


_SERVERS = ("postgresql", "postgres", "postgresql+psycopg")  # the last as older versions took it


def _server(url: str) -> str | None:
    """Write the URL of a PostgreSQL as libpq has it; None where it is of something else."""
    kind, _, rest = url.partition("://")
    return f"postgresql://{rest}" if kind in _SERVERS else None


def _whole(database: Database) -> Database:
    """Add the tables and indexes that are not there yet, as in a journal of an older version."""
    with database.reading() as connection:
        missing = _missing(connection)
    if missing:
        with database.writing() as connection:
            if connection.kind == "postgresql":  # SQLite's transaction is the only one by itself
                connection.run("SELECT pg_advisory_xact_lock(:lock)", {"lock": _LOCK})
            for name in _missing(connection):  # another process may have made them meanwhile
                making = MAKING[name]
                for word, theirs in _WORDS[connection.kind].items():
                    making = making.replace(word, theirs)
                connection.run(making)
    return database


def _missing(connection: Connection) -> list[str]:
    """Name what of MAKING is not there. Every command asks, so it is one query."""
    there = {name for (name,) in connection.all(_NAMES[connection.kind])}
    return [name for name in MAKING if name not in there]


# Every table and index where new ones would be made.
_NAMES = {
    "sqlite": "SELECT name FROM sqlite_master",
    "postgresql": "SELECT relname FROM pg_class"
    " WHERE relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())",
}


def _unwritable(file: Path | None) -> str:
    """Name the folder of a database that cannot be written to; "" where that is not why."""
    if file is None or not file.parent.is_dir() or os.access(file.parent, os.W_OK):
        return ""
    return f"{file.parent} cannot be written to; name another folder (--state, or --database)"


def _full(file: Path | None) -> str:
    """Say that the disk of a database is full; SQLite needs some of it to read, too."""
    if file is None or not file.parent.is_dir() or shutil.disk_usage(file.parent).free:
        return ""
    return f" (the disk of {file.parent} is full: reading, too, takes a little of it)"


_PUNCTUATION = r"[:/?#&=@\s]"  # where a part of a URL ends, right or wrong


def _shown(url: str) -> str:
    """Write a URL without its password, and without all that may be a part of one.

    A password that is not written as a URL wants it may have any character in it.
    """
    kind, there, rest = url.partition("://")
    if kind == "sqlite" or not re.search("[@=]", url):
        return url
    if not there:
        return f"{re.split('[:=@]', url)[0].strip()}…"
    who, at, where = rest.rpartition("@")
    server, *also = re.split(r"[?&#]", where, maxsplit=1)
    user = f"{re.split(_PUNCTUATION, who)[0]}:***@" if at else ""
    return f"{kind}://{user}{server}{'?…' if also else ''}"


def _hushed(reason: str, url: str) -> str:
    """Write why a URL leads nowhere, without what may be a part of its password."""
    _kind, there, rest = url.partition("://")
    who = rest.rpartition("@")[0]
    parts = [*re.split(_PUNCTUATION, who)[1:], *re.findall(r"pass\w*=([^&]*)", rest)]
    for part in sorted(filter(None, parts), key=len, reverse=True) if there else ():
        reason = reason.replace(part, "***")
    return reason
