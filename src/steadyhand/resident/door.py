"""The resident's socket in, a connection to whoever listens there out, and the words said on it.

Imported before every command, so it imports next to nothing. Knows no command.
"""

import os
import stat
import sys
from _socket import AF_UNIX, SO_PEERCRED, SOCK_STREAM, SOL_SOCKET, socket

PATIENCE = 2.0  # seconds until the other side must have answered
FILES = 200  # open files that can be handed over; the kernel takes 253
OUT_OF_THE_WAY = FILES + 56  # where they wait in the child until each has its number, below
LENGTH = 4  # bytes of a number
READY, YES, NO, GO = b"?", b"y", b"n", b"!"


def folder() -> str:
    """Say where the socket is: $STEADYHAND_RESIDENT, else a folder of this user's; "" for none."""
    named = os.environ.get("STEADYHAND_RESIDENT", "")
    if named:
        return "" if named == "none" else named
    above = os.environ.get("XDG_RUNTIME_DIR")
    return f"{above}/steadyhand" if above else f"/tmp/steadyhand-{os.getuid()}"


def path(within: str) -> str:
    return f"{within}/resident"


def is_own(within: str) -> bool:
    """Tell whether a folder is this user's, and nobody else can reach into it."""
    try:
        found = os.lstat(within)
    except OSError:
        return False
    mine = found.st_uid == os.getuid() and not found.st_mode & 0o077
    return mine and stat.S_ISDIR(found.st_mode)


def reach(within: str) -> socket | None:
    """Connect to the resident; None where there is none, or it is somebody else's."""
    if not within or not is_own(within):
        return None
    door = socket(AF_UNIX, SOCK_STREAM)
    door.settimeout(PATIENCE)
    try:
        door.connect(path(within))
        if peer(door)[1] == os.getuid():
            return door
    except OSError:
        pass
    door.close()
    return None


def peer(door: socket) -> tuple[int, int]:
    """Say who is on the other side, as the kernel knows it: process and user."""
    known = door.getsockopt(SOL_SOCKET, SO_PEERCRED, 3 * LENGTH)
    return number(known[:LENGTH]), number(known[LENGTH : 2 * LENGTH])


def number(told: bytes) -> int:
    return int.from_bytes(told, sys.byteorder, signed=True)


def numbered(value: int) -> bytes:
    return value.to_bytes(LENGTH, sys.byteorder, signed=True)


def pack(*lists: list[bytes]) -> bytes:
    """Write lists of words, none of which has a NUL in it."""
    return b"".join(b"%d\0" % len(one) + b"".join(word + b"\0" for word in one) for one in lists)


def unpack(body: bytes) -> list[list[bytes]]:
    """Read what `pack` wrote. Raises ValueError for anything else."""
    words = iter(body.split(b"\0")[:-1])
    lists = []
    for count in words:
        lists.append([word for _, word in zip(range(int(count)), words, strict=False)])
    return lists


def interpreter() -> list[bytes]:
    """Say what this interpreter is and where it looks for code: a child has it from its parent."""
    told = (sys.version, sys.executable, sys.prefix, sys.flags, sys.path, sys.warnoptions)
    return [os.fsencode(str(one)) for one in (*told, sys._xoptions, __file__)]
