"""Where what can be made again is kept for the next time. Reads the operator's environment.

Knows nothing of what is kept, only whether anybody else can have put it there.
"""

import os
import stat
from pathlib import Path


def folder() -> Path:
    """Say where: $STEADYHAND_CACHE, or the user's folder for caches."""
    own = os.environ.get("STEADYHAND_CACHE")
    above = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(own) if own else Path(above) / "steadyhand"


def make(room: Path) -> None:
    """Make a folder, and what is missing above it, for this user alone. Idempotent.

    What is there already stays as it is. Raises OSError.
    """
    if not room.is_dir():
        make(room.parent)
        room.mkdir(mode=0o700, exist_ok=True)


def ours(path: Path) -> bool:
    """Tell whether nobody else can have written a file, or put another in its place.

    Raises OSError where it is not there.
    """
    return all(_is_own(one.stat()) for one in (path, path.parent))


def _is_own(status: os.stat_result) -> bool:
    return status.st_uid == os.getuid() and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
