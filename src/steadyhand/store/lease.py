"""A name in; whether this process is the one that has it, for as long as it lives, out.

As `alone`, but kept: of the kernel where the journal is a file of this machine, of PostgreSQL
where several machines share one. Goes with its holder's death. Knows not what it is for.
"""

import contextlib
import fcntl
import hashlib
import io
import time
from pathlib import Path
from threading import Lock

from steadyhand.store.database import Connection, Database, Unavailable

_FRESH = 0.2  # seconds for which a session that answered is taken to be there


class Lease:
    """One name that one process at a time has. `folder` is where SQLite's are kept."""

    def __init__(self, database: Database, folder: Path, name: str) -> None:
        self._database = database
        self._path = folder / f"{hashlib.sha256(name.encode()).hexdigest()[:24]}.lease"
        # https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS
        digest = hashlib.sha256(f"lease {name}".encode()).digest()
        self._named = {"number": int.from_bytes(digest[:8], signed=True)}
        self._lock = Lock()
        self._file: io.TextIOWrapper | None = None
        self._session: Connection | None = None
        self._borrowed = contextlib.ExitStack()  # the session, given back
        self._asked = 0.0

    def held(self) -> bool:
        """Tell whether it is ours, taking it where it is free. Never waits for another holder."""
        with self._lock:
            return self._by_file() if self._database.kind == "sqlite" else self._by_session()

    def _by_file(self) -> bool:
        if self._file is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            file = self._path.open("w")
            try:
                fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                file.close()
                return False
            self._file = file
        return True

    def _by_session(self) -> bool:
        """A session that was lost has lost its lock, so it is asked again and again."""
        try:
            if self._session is not None:
                if time.monotonic() - self._asked > _FRESH:
                    self._session.run("SELECT 1")
                    self._asked = time.monotonic()
                return True
            session = self._borrowed.enter_context(self._database.session())
            if session.scalar("SELECT pg_try_advisory_lock(:number)", self._named):
                self._session = session
                return True
            self._borrowed.close()
        except Unavailable:
            self._drop()
        return False

    def _drop(self) -> None:
        if self._session is not None:
            with contextlib.suppress(Unavailable):
                self._session.close()
            self._session = None
        with contextlib.suppress(Unavailable):
            self._borrowed.close()

    def release(self) -> None:
        """Let another process have it. Idempotent."""
        with self._lock:
            if self._file is not None:
                self._file.close()
                self._file = None
            if self._session is not None:
                with contextlib.suppress(Unavailable):
                    self._session.run("SELECT pg_advisory_unlock(:number)", self._named)
                self._drop()
