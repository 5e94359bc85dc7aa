"""A chained journal in a folder: opened as the program does, and attacked as files and rows."""

import contextlib
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from steadyhand.store.audit.chain import Chain
from steadyhand.store.audit.head import Anchor
from steadyhand.store.audit.verify import Verdict, verify
from steadyhand.store.database import Database
from steadyhand.store.journal import Journal, Output
from steadyhand.store.schema import open_store

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
EVENTS = 8


@dataclass(frozen=True)
class Grown:
    by: int


TYPES = {"plant": {"Grown": Grown}}


@dataclass(frozen=True)
class Kept:
    """The files of one journal; `second` is a head on another disk."""

    folder: Path
    second: Path | None = None

    @property
    def database(self) -> Path:
        return self.folder / "journal.db"

    @property
    def key(self) -> Path:
        return self.folder / "audit.key"

    @property
    def head(self) -> Path:
        return self.folder / "audit.head"

    def chain(self, database: Database) -> Chain:
        places = [self.head, *([self.second] if self.second else [])]
        return Chain(database, self.key, [Anchor(place) for place in places])

    @contextlib.contextmanager
    def opened(self) -> Iterator[Journal]:
        database = open_store(f"sqlite:///{self.database}")
        try:
            yield Journal(database, TYPES, self.chain(database))
        finally:
            database.close()

    def verdict(self, *also: Path) -> Verdict:
        with self.opened() as journal:
            assert journal.chain is not None
            return verify(journal.chain, [Anchor(path) for path in also])

    @contextlib.contextmanager
    def sql(self) -> Iterator[sqlite3.Connection]:
        """Plain SQL on the file, without the program."""
        connection = sqlite3.connect(self.database)
        try:
            yield connection
            connection.commit()
        finally:
            connection.close()

    def files(self) -> dict[Path, bytes]:
        """Copy what there is, to be put back later."""
        return {path: path.read_bytes() for path in self.folder.iterdir()}


def grow(journal: Journal, key: str, seqs: range) -> None:
    """Append events to one plant; every second one has printed something."""
    for seq in seqs:
        printed = [Output("s", seq, "stdout", b"leaf\n"), Output("s", seq, "stderr", b"\xff\x00")]
        journal.append("plant", key, seq, Grown(seq), NOW, printed=printed if seq % 2 == 0 else ())


def filled(folder: Path, second: Path | None = None) -> Kept:
    """Make a journal of EVENTS events: positions and numbers 1 to 8."""
    kept = Kept(folder, second)
    with kept.opened() as journal:
        grow(journal, "oak", range(1, 5))
        grow(journal, "elm", range(1, 5))
    return kept
