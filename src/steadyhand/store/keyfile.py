"""A key's text in; its file (mode 0600) out: there as a whole and on the disk, or not there.

Made once: of several that make one at the same time, one is first, and its file stays.
"""

import contextlib
import errno
import fcntl
import os
from pathlib import Path

# What link(2) says where a file system has no links, and fsync(2) where it has none for folders.
_WITHOUT = frozenset({errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EINVAL})


def make(path: Path, text: bytes) -> None:
    """Write the file, unless there is one by then: read what is there. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{os.urandom(8).hex()}")
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        _write(aside, text)
        with contextlib.suppress(FileExistsError):
            _name(aside, path, folder)
        _sync(folder)
    finally:
        aside.unlink(missing_ok=True)
        os.close(folder)


def _write(path: Path, text: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(text)
        file.flush()
        os.fsync(descriptor)


def _name(aside: Path, path: Path, folder: int) -> None:
    """Give a file its name. Raises FileExistsError where that one is taken."""
    try:
        os.link(aside, path)
    except OSError as error:
        if error.errno not in _WITHOUT:
            raise
        fcntl.flock(folder, fcntl.LOCK_EX)  # one at a time: to rename goes over what is there
        try:
            if os.path.lexists(path):
                raise FileExistsError(path) from None
            aside.rename(path)
        finally:
            fcntl.flock(folder, fcntl.LOCK_UN)  # a child forked meanwhile has it open, too


def _sync(folder: int) -> None:
    try:
        os.fsync(folder)
    except OSError as error:
        if error.errno not in _WITHOUT:
            raise
