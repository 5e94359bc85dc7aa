"""The id of a durable thing in; whether whoever asks is the only one that drives it now, out.

A lock that goes with its holder: of the kernel among the processes of one folder, of PostgreSQL
where several machines share a journal. PostgreSQL's goes with the session as well, when the server
is restarted or the line is cut, while its holder is in the middle of a deed and never learns of it:
so who holds it has a row besides, in which a number goes up, and whoever finds that row first waits
whether it still does. Knows nothing of what is driven.
"""

import contextlib
import fcntl
import hashlib
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from steadyhand.store.database import Database, Unavailable, inserting

_PATIENCE = 1.0  # seconds; who drives may be about to stop, at the question that was just answered
_PAUSE = 0.02
_BEAT = 4.0  # seconds
_SILENT = 25.0  # after so many without a beat he is gone; a server that is back is found within 10
_LOOK = 0.5
_ROW = ("id", "holder", "beats")
_TAKE = inserting("drives", _ROW) + (
    " ON CONFLICT (id) DO UPDATE SET holder = excluded.holder, beats = excluded.beats"
)
_GO_ON = inserting("drives", _ROW) + (
    " ON CONFLICT (id) DO UPDATE SET beats = drives.beats + 1 WHERE drives.holder = excluded.holder"
)
_LET_GO = "DELETE FROM drives WHERE id = :id AND holder = :holder"
_HELD = "SELECT holder, beats FROM drives WHERE id = :id"


class Alone:
    """Locks by id. `folder` is where the kernel's are kept: a file for each, empty."""

    def __init__(self, database: Database, folder: Path) -> None:
        self._database = database
        self._folder = folder

    @contextlib.contextmanager
    def __call__(self, key: str) -> Iterator[bool]:
        """Hold the lock of an id for as long as this lasts; False where another one has it.

        Where one had it whose end nobody saw, it waits until that one has been silent for long.
        """
        with self._file(key) as held:
            if not held or self._database.kind == "sqlite":
                yield held
            else:
                with self._advisory(key) as elsewhere_too:
                    yield elsewhere_too

    @contextlib.contextmanager
    def _file(self, key: str) -> Iterator[bool]:
        self._folder.mkdir(parents=True, exist_ok=True)
        # Closing it lets go of it, and so does the death of this process.
        with (self._folder / key).open("w") as file:
            yield _patiently(lambda: _locked(file.fileno()))

    @contextlib.contextmanager
    def _advisory(self, key: str) -> Iterator[bool]:
        # https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS
        number = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], signed=True)
        named = {"number": number}
        with self._database.session() as connection:
            wanted = "SELECT pg_try_advisory_lock(:number)"
            if not _patiently(lambda: bool(connection.scalar(wanted, named))):
                yield False
                return
            try:
                with self._row(key) as held:
                    yield held
            finally:
                with contextlib.suppress(Unavailable):  # what is gone holds nothing
                    connection.run("SELECT pg_advisory_unlock(:number)", named)

    @contextlib.contextmanager
    def _row(self, key: str) -> Iterator[bool]:
        """Hold the row of an id; False where somebody else is seen to go on holding it."""
        here = _place(self._folder)
        if self._goes_on_elsewhere(key, here):
            yield False
            return
        mine = {"id": key, "holder": f"{here} {secrets.token_hex(8)}", "beats": 0}
        with self._database.writing() as connection:
            connection.run(_TAKE, mine)
        beat = _Beat(self._database, mine)
        try:
            yield True
        finally:
            beat.end()

    def _goes_on_elsewhere(self, key: str, here: str) -> bool:
        """Watch a row that somebody left. One of this folder is gone: the kernel says so."""
        end = time.monotonic() + _SILENT
        first = now = self._held(key)
        while now is not None and now[0].partition(" ")[0] != here:
            if now != first:
                return True
            if time.monotonic() > end:
                return False
            time.sleep(_LOOK)
            now = self._held(key)
        return False

    def _held(self, key: str) -> tuple[str, int] | None:
        with self._database.reading() as connection:
            row = connection.first(_HELD, {"id": key})
        return (row[0], row[1]) if row else None


class _Beat:
    """A row whose number goes up until its end; also while the session that locks is lost."""

    def __init__(self, database: Database, row: dict[str, object]) -> None:
        self._database = database
        self._row = row
        self._ended = threading.Event()
        self._lock = threading.Lock()
        threading.Thread(target=self._go_on, name=f"beat {row['id']}", daemon=True).start()

    def _go_on(self) -> None:
        while not self._ended.wait(_BEAT):
            with self._lock:
                if not self._ended.is_set():
                    self._write(_GO_ON)

    def end(self) -> None:
        """Let go of the row. Where that cannot be written, whoever comes waits for the silence."""
        self._ended.set()
        with self._lock:
            self._write(_LET_GO)

    def _write(self, statement: str) -> None:
        with contextlib.suppress(Unavailable), self._database.writing() as connection:
            connection.run(statement, self._row)


def _place(folder: Path) -> str:
    """Name a folder of a machine that runs: who has the kernel's lock there is the only one."""
    boot = Path("/proc/sys/kernel/random/boot_id")
    machine = boot.read_text().strip() if boot.exists() else socket.gethostname()
    found = folder.stat()
    return f"{machine}/{found.st_dev:x}:{found.st_ino:x}"


def _locked(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _patiently(take: Callable[[], bool]) -> bool:
    end = time.monotonic() + _PATIENCE
    while not (held := take()) and time.monotonic() < end:
        time.sleep(_PAUSE)
    return held
