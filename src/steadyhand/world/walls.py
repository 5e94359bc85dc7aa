"""Directories and a command in; the command, started where the kernel holds it, out.

`python walls.py ROOM;ROOM EXECUTABLE;EXECUTABLE COMMAND …`: the command, and all that it starts,
may write only below the rooms, start only what lies below the executables, open no TCP connection
and neither signal nor look into a process outside. Linux's Landlock does it, for good and without
any rights; an older kernel holds what it can. Reads no file of ours and knows no shell.
https://docs.kernel.org/userspace-api/landlock.html
"""

import ctypes
import os
import struct
import sys
from collections.abc import Iterable

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # the same on every architecture
_PR_SET_NO_NEW_PRIVS = 38
_EXECUTE = 1 << 0
# Writing, removing and making anything; from version 2 on linking, from 3 on cutting off.
_WRITES = {1: 0b1111111110010, 2: 1 << 13, 3: 1 << 14}
_OF_A_FILE = 1 << 0 | 1 << 1 | 1 << 14
_TCP_SINCE, _SCOPES_SINCE = 4, 6
_DEVICES = ("/dev/null", "/dev/zero", "/dev/full")
_LIBC = ctypes.CDLL(None, use_errno=True)


def version() -> int:
    """Say which version of Landlock the kernel has; 0 for none."""
    if not sys.platform.startswith("linux"):
        return 0
    return max(0, int(_LIBC.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), 1)))


def within(rooms: Iterable[os.PathLike[str]], executables: Iterable[os.PathLike[str]]) -> list[str]:
    """Give the words to put before a command, so that it is held; none where nothing can."""
    if not version():
        return []
    started = [one for path in map(os.fspath, executables) for one in (path, *_loader(path))]
    return [sys.executable, "-ISE", __file__, ";".join(map(str, rooms)), ";".join(started)]


def _loader(path: str) -> list[str]:
    """Find what the kernel starts a program with: its dynamic loader."""
    import re  # not needed by the program that this module is, which has to be quick

    if not os.path.isfile(path):
        return []
    with open(path, "rb") as file:
        named = re.search(rb"\0(/[\w./+-]*ld[\w.-]*\.so[\w.]*)\0", file.read(8192))
    return [os.fsdecode(named[1])] if named else []


def hold(rooms: Iterable[str], executables: Iterable[str]) -> None:
    """Hold this process. Raises OSError when the kernel will not."""
    has = version()
    writes = sum(bits for since, bits in _WRITES.items() if since <= has)
    rules = struct.pack(
        "=QQQ", _EXECUTE | writes, 3 if has >= _TCP_SINCE else 0, 3 if has >= _SCOPES_SINCE else 0
    )
    rules = rules[: 24 if has >= _SCOPES_SINCE else 16 if has >= _TCP_SINCE else 8]
    ruleset = _call(_CREATE_RULESET, rules, ctypes.c_size_t(len(rules)), 0)
    for path in rooms:
        _allow(ruleset, path, writes)
    for path in _DEVICES:
        _allow(ruleset, path, writes & _OF_A_FILE)
    for path in executables:
        _allow(ruleset, path, _EXECUTE)
    if _LIBC.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "no_new_privs")
    _call(_RESTRICT_SELF, ruleset, 0)
    os.close(ruleset)


def _allow(ruleset: int, path: str, access: int) -> None:
    file = os.open(path, os.O_PATH | os.O_CLOEXEC)
    _call(_ADD_RULE, ruleset, 1, struct.pack("=Qi", access, file), 0)
    os.close(file)


def _call(number: int, *arguments: object) -> int:
    got = int(_LIBC.syscall(number, *arguments))
    if got < 0:
        raise OSError(ctypes.get_errno(), f"Landlock: {os.strerror(ctypes.get_errno())}")
    return got


if __name__ == "__main__":
    hold(sys.argv[1].split(";"), sys.argv[2].split(";"))
    os.execv(sys.argv[3], sys.argv[3:])
