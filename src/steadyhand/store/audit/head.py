"""The audit chain's head, in a file outside the database: how many links there are, and the last.

Whoever cuts the journal's tail off cannot make a head that says less: it carries a MAC. A head is
made when the chain begins, or by a person; it is moved on only while it lies on the chain, so that
evidence is never written over. Knows no table and no event.
"""

import contextlib
import fcntl
import hmac
import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path

from msgspec import Struct

FORMAT = "steadyhand-head-1"
# Within one sector, and the file never changes its size: a write is there as a whole or not at all,
# after a loss of power too, and needs no second file to be renamed.
_SIZE = 512
_PATIENCE = 2.0  # seconds for which another writer may hold the head


def canonical(fields: Sequence[object]) -> bytes:
    """Write a JSON array in ASCII and without blanks."""
    return json.dumps(fields, separators=(",", ":"), default=_odd).encode()


def _odd(value: object) -> dict[str, str]:
    """Write what no column of ours holds, but somebody may have put in, as no text of ours is."""
    return {"odd": repr(value)}


def mac(key: bytes, *fields: object) -> str:
    """HMAC-SHA256 of the canonical JSON array; hex."""
    return hmac.new(key, canonical(fields), sha256).hexdigest()


class Head(Struct, frozen=True):
    """`count` links there were, the last of them `link`, made at `at`."""

    count: int
    link: str
    at: str


class BadHead(Exception):
    """The head is missing, or is none, or cannot be gone on from. The message says which."""


class Anchor(Struct, frozen=True):
    """One place for a head. Safe from several threads and processes."""

    path: Path

    def read(self, key: bytes) -> Head:
        """Read the head. Raises BadHead where there is none that was made with this key."""
        with self._open(os.O_RDONLY, fcntl.LOCK_SH) as descriptor:
            return self._read(key, descriptor)

    def begin(self, key: bytes, head: Head, make: bool) -> None:
        """Make the first head where there is none, or only go over one that counts nothing.

        Raises BadHead.
        """
        with self._open(os.O_RDWR | (os.O_CREAT if make else 0), fcntl.LOCK_EX) as descriptor:
            empty = os.fstat(descriptor).st_size == 0
            if (make and empty) or self._read(key, descriptor).count == 0:
                self._write(key, descriptor, head)

    def advance(
        self, key: bytes, before: Head, head: Head, linked: Callable[[int], str | None]
    ) -> None:
        """Move the head on from `before`; `linked` tells the link of a number in the journal.

        Raises BadHead, and writes nothing, where the head is missing or is not on the chain.
        """
        with self._open(os.O_RDWR, fcntl.LOCK_EX) as descriptor:
            there = self._read(key, descriptor)
            # Otherwise another writer was faster, or the one before died between journal and head.
            if (there.count, there.link) != (before.count, before.link) and (
                linked(there.count) != there.link
            ):
                raise BadHead(f"the journal is not the one that the head {self.path} is of")
            if there.count < head.count:
                self._write(key, descriptor, head)

    def renew(self, key: bytes, head: Head) -> None:
        """Write the head whatever was there; what was there is kept beside it. Raises BadHead."""
        with self._open(os.O_RDWR | os.O_CREAT, fcntl.LOCK_EX) as descriptor:
            if there := os.pread(descriptor, _SIZE, 0):
                aside = f"{self.path.name}.until-{head.at.replace(':', '')}"
                self.path.with_name(aside).write_bytes(there)
            self._write(key, descriptor, head)
            os.ftruncate(descriptor, _SIZE)  # afterwards: a crash in between leaves a head
            os.fsync(descriptor)

    def _read(self, key: bytes, descriptor: int) -> Head:
        try:
            said = json.loads(os.pread(descriptor, _SIZE, 0))
            head = Head(said["count"], said["link"], said["at"])
            claimed = str(said["mac"]).encode()
        except (ValueError, TypeError, KeyError):
            raise BadHead(f"{self.path} is no head: it was overwritten or cut") from None
        if not hmac.compare_digest(claimed, _mac(key, head).encode()):
            raise BadHead(
                f"the head {self.path} was not made with this key: it was edited, or the key is"
                " another one"
            )
        return head

    def _write(self, key: bytes, descriptor: int, head: Head) -> None:
        said = {"count": head.count, "link": head.link, "at": head.at, "mac": _mac(key, head)}
        os.pwrite(descriptor, json.dumps(said).encode().ljust(_SIZE - 1) + b"\n", 0)

    @contextlib.contextmanager
    def _open(self, flags: int, lock: int) -> Iterator[int]:
        """Open the file and hold it against whoever writes it. Raises BadHead."""
        try:
            descriptor = os.open(self.path, flags | os.O_CLOEXEC, 0o600)
        except FileNotFoundError:
            missing = "has no folder to be in" if flags & os.O_CREAT else "is missing"
            raise BadHead(f"the head {self.path} {missing}") from None
        except OSError as error:
            raise BadHead(f"cannot open the head {self.path}: {error.strerror}") from None
        try:
            self._hold(descriptor, lock)
            yield descriptor
        except OSError as error:
            raise BadHead(f"cannot use the head {self.path}: {error.strerror}") from None
        finally:
            # Said aloud, because a child forked meanwhile has the same descriptor open.
            fcntl.flock(descriptor, fcntl.LOCK_UN)
            os.close(descriptor)

    def _hold(self, descriptor: int, lock: int) -> None:
        deadline = time.monotonic() + _PATIENCE
        while True:
            try:
                fcntl.flock(descriptor, lock | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise BadHead(f"the head {self.path} is held by another process") from None
                time.sleep(0.0005)
            else:
                return


def _mac(key: bytes, head: Head) -> str:
    return mac(key, FORMAT, head.count, head.link, head.at)
