"""The id of a durable thing in; whether whoever asks is the only one that drives it now, out.

A lock that goes with its holder: of the kernel where the journal is a file of this machine, of
PostgreSQL where several machines share one. Knows nothing of what is driven.
"""

import contextlib
import fcntl
import hashlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from steadyhand.store.database import Database, Unavailable

_PATIENCE = 1.0  # seconds; who drives may be about to stop, at the question that was just answered
_PAUSE = 0.02


class Alone:
    """Locks by id. `folder` is where SQLite's are kept: a file for each, empty."""

    def __init__(self, database: Database, folder: Path) -> None:
        self._database = database
        self._folder = folder

    @contextlib.contextmanager
    def __call__(self, key: str) -> Iterator[bool]:
        """Hold the lock of an id for as long as this lasts; False where another one has it."""
        by_file = self._database.kind == "sqlite"
        with (self._file if by_file else self._advisory)(key) as held:
            yield held

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
            held = _patiently(lambda: bool(connection.scalar(wanted, named)))
            try:
                yield held
            finally:
                if held:
                    with contextlib.suppress(Unavailable):  # what is gone holds nothing
                        connection.run("SELECT pg_advisory_unlock(:number)", named)


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
