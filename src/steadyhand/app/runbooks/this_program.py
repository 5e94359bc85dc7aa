"""Which program this is, as texts: what is kept of an answer holds for the program that gave it."""

import os
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

# The rooms that say what a document compiles to: an effect is from `actions`.
COMPILING = ("actions", "app", "compile", "model", "world")
_PACKAGE = Path(__file__).parents[2]


@cache
def this_program(*rooms: str) -> tuple[str, ...]:
    """Name the files of some rooms, and when a package was last put beside this one.

    Looked at once: what a process has loaded stays what it is, in the children of a resident too.
    """
    stamps = sorted(stamp for room in rooms for stamp in _stamps(_PACKAGE / room))
    where = (path for path in sys.path if path.endswith("-packages") and os.path.isdir(path))
    packages = [f"{path} {os.stat(path).st_mtime_ns}" for path in where]
    return (sys.version, *stamps, *packages)


def _stamps(folder: str | Path) -> Iterator[str]:
    with os.scandir(folder) as inside:
        for one in inside:
            if one.is_dir():
                if one.name != "__pycache__":
                    yield from _stamps(one.path)
            elif not one.name.endswith(".pyc"):
                stat = one.stat()
                yield f"{one.path} {stat.st_size} {stat.st_mtime_ns}"
