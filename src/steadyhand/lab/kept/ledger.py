"""What there is in the account now, in; the same after a `kill -9`, out: one SQLite file.

A shelf is one kind of thing. It is looked at after each call that may have changed it, and what is
no longer as it was last seen is written before the call is answered. Knows no service of AWS. Every
method is called with the API's lock held.
"""

import json
import logging
import sqlite3
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from steadyhand.lab.kept.plain import NotPlain, plain, read

LOG = logging.getLogger("steadyhand.lab")
FILE = "kept.sqlite"  # below the lab's folder
SCHEMA = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
CREATE TABLE IF NOT EXISTS kept (
    kind TEXT, key TEXT, content TEXT NOT NULL, body BLOB, PRIMARY KEY (kind, key)
) WITHOUT ROWID;
"""
MADE = "made"  # the kind of row that says that a part was made once


@dataclass(frozen=True)
class Row:
    """`content` is what plain.py can write; `body` is read only when the content is another than
    was seen last."""

    key: str
    content: Any
    body: Callable[[], bytes] | None = None


@dataclass(frozen=True)
class Shelf:
    """`service` and `operations` say whose calls change it; no operations: any that changes. What
    changes by itself has a `stamp`, which is then another."""

    kind: str
    service: str
    rows: Callable[[str], Iterable[Row]]  # those whose key begins so
    put: Callable[[Row], None]  # one that was kept
    operations: Collection[str] = ()
    stamp: Callable[[], object] | None = None


@dataclass
class Ledger:
    """`open` before anything else. Without a file nothing is kept, and nothing was."""

    file: Path | None
    db: sqlite3.Connection | None = None
    shelves: dict[str, Shelf] = field(default_factory=dict)
    _seen: dict[str, dict[str, int]] = field(default_factory=dict)
    _stamps: dict[str, object] = field(default_factory=dict)
    _made: set[str] = field(default_factory=set)
    _held: bool = False
    _missed: bool = False

    def open(self) -> None:
        """Make the file, or find what an earlier lab wrote. Raises OSError."""
        if self.file is None:
            return
        try:
            self.file.touch(0o600)
            self.db = sqlite3.connect(self.file, check_same_thread=False)
            self.db.executescript(SCHEMA)
            self._made = {key for key, _, _ in self._read(MADE)}
        except sqlite3.Error as error:
            raise OSError(f"cannot use {self.file}: {error}") from None

    def close(self) -> None:
        """Safe twice, and before `open`."""
        if self.db is not None:
            self.db.close()
            self.db = None

    # --- what was kept ---------------------------------------------------------------------------

    def _read(self, kind: str) -> list[tuple[str, str, bytes | None]]:
        if self.db is None:
            return []
        query = "SELECT key, content, body FROM kept WHERE kind = ? ORDER BY key"
        return self.db.execute(query, (kind,)).fetchall()

    def restore(self, shelf: Shelf, renamed: Callable[[str], str] = lambda text: text) -> None:
        """Put back what was kept of a kind. One that cannot be is said in the log, and stays."""
        self.shelves[shelf.kind] = shelf
        for key, text, body in self._read(shelf.kind):
            try:
                content = read(json.loads(renamed(text)))
                shelf.put(Row(key, content, None if body is None else partial(bytes, body)))
            except Exception:  # an older moto's, say; the rest is worth having all the same
                LOG.exception("kept %s %s", shelf.kind, key)
            else:
                self._seen.setdefault(shelf.kind, {})[key] = hash(text)

    def knows(self, what: str) -> bool:
        """Whether a part was made by a lab, this one or an earlier one."""
        return what in self._made

    def first(self, what: str) -> bool:
        """Whether a part is to be made: once, for what is deleted afterwards stays deleted."""
        if self.knows(what):
            return False
        self._made.add(what)
        return True

    def noted(self, kind: str) -> dict[str, Any]:
        """What was kept of a kind, as it was written."""
        return {key: json.loads(text) for key, text, _ in self._read(kind)}

    # --- what is kept from now on ----------------------------------------------------------------

    def changed(self, service: str, operation: str) -> None:
        """A call was answered that may have changed something."""
        for shelf in self.shelves.values():
            if shelf.service == service and operation in (shelf.operations or (operation,)):
                self.look(shelf.kind)

    def tick(self) -> None:
        """See what has changed by itself."""
        if self.db is None or self._held:
            return
        for kind, shelf in self.shelves.items():
            stamp = None if shelf.stamp is None else shelf.stamp()
            if stamp != self._stamps.get(kind):
                self._stamps[kind] = stamp
                self.look(kind)

    def look(self, *kinds: str, under: str = "") -> None:
        """Write what is not as it was seen last: of these kinds, or of all."""
        if self.db is None:
            return
        if self._held:
            self._missed = True
            return
        new, gone = self._compared(kinds, under)
        if not kinds:
            new += [(MADE, what, "true", None) for what in sorted(self._made)]
        if new or gone:
            self._write(new, gone)

    def hold(self) -> None:
        """Keep nothing of what is done from now on."""
        self.look()
        self._held = True

    def go_on(self, *kinds: str) -> None:
        """Keep what changes again. What was done to these kinds meanwhile is left out, unless
        somebody else changed something, too: then nobody can tell whose was what."""
        self._held = False
        if not self._missed:
            self._compared(kinds, "")
        self._missed = False
        self.look()

    def _compared(self, kinds: Collection[str], under: str) -> tuple[list[Any], list[Any]]:
        new: list[Any] = []
        gone: list[Any] = []
        for shelf in self.shelves.values():
            if self.db is None or (kinds and shelf.kind not in kinds):
                continue
            seen = self._seen.setdefault(shelf.kind, {})
            missing = {key for key in seen if key.startswith(under)}
            for row in shelf.rows(under):
                missing.discard(row.key)
                text = _text(shelf, row)
                if text and seen.get(row.key) != hash(text):
                    body = None if row.body is None else row.body()
                    new.append((shelf.kind, row.key, text, body))
                    seen[row.key] = hash(text)
            for key in missing:
                del seen[key]
                gone.append((shelf.kind, key))
        return new, gone

    def _write(self, new: list[Any], gone: list[Any]) -> None:
        if self.db is None:
            return
        with self.db:
            self.db.executemany("REPLACE INTO kept VALUES (?, ?, ?, ?)", new)
            self.db.executemany("DELETE FROM kept WHERE kind = ? AND key = ?", gone)


def _text(shelf: Shelf, row: Row) -> str:
    try:
        return json.dumps(plain(row.content))
    except NotPlain:  # the rest is worth keeping all the same
        LOG.exception("%s %s is not kept", shelf.kind, row.key)
        return ""
