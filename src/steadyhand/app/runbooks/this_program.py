"""Which program this is, as texts: what is kept of an answer holds for the program that gave it."""

import os
import sys
from pathlib import Path

# The rooms that say what a document compiles to: an effect is from `actions`.
COMPILING = ("actions", "app", "compile", "model", "world")
_PACKAGE = Path(__file__).parents[2]


def this_program(*rooms: str) -> list[str]:
    """Name the files of some rooms, and when a package was last put beside this one."""
    stamps = []
    for room in rooms:
        for place, _, files in os.walk(_PACKAGE / room):
            for name in files:
                if not name.endswith(".pyc"):
                    stat = os.stat(os.path.join(place, name))
                    stamps.append(f"{place}/{name} {stat.st_size} {stat.st_mtime_ns}")
    where = (path for path in sys.path if path.endswith("-packages") and os.path.isdir(path))
    packages = [f"{path} {os.stat(path).st_mtime_ns}" for path in where]
    return [sys.version, *sorted(stamps), *packages]
