"""Directories and a command in; the command, started where the kernel holds it, out.

`python walls.py RULESET [ACCESS PATH]… -- COMMAND …`: the command, and all that it starts,
may write only below the rooms, start only what lies below the executables, open no TCP connection
and neither signal nor look into a process outside. Linux's Landlock does it, for good and without
any rights; an older kernel holds what it can. `walls.c` is the same program, where there is a
compiler. Reads no file of ours and knows no shell.
https://docs.kernel.org/userspace-api/landlock.html
"""

import ctypes
import os
import struct
import sys
from collections.abc import Iterable
from functools import cache

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
    has = version()
    if not has:
        return []
    writes = sum(bits for since, bits in _WRITES.items() if since <= has)
    started = [one for path in map(os.fspath, executables) for one in (path, *_loader(path))]
    rules = [(writes, os.fspath(room)) for room in rooms]
    rules += [(writes & _OF_A_FILE, device) for device in _DEVICES]
    rules += [(_EXECUTE, path) for path in started]
    words = [word for access, path in rules for word in (str(access), path)]
    return [*_holder(), _ruleset(has, writes).hex(), *words, "--"]


def _ruleset(has: int, writes: int) -> bytes:
    """Write what is held: files, TCP, and what is outside, as far as this kernel knows it."""
    tcp, scopes = 3 * (has >= _TCP_SINCE), 3 * (has >= _SCOPES_SINCE)
    size = 24 if has >= _SCOPES_SINCE else 16 if has >= _TCP_SINCE else 8
    return struct.pack("=QQQ", _EXECUTE | writes, tcp, scopes)[:size]


@cache
def _holder() -> tuple[str, ...]:
    """Name the program that holds: the compiled one, else this one."""
    from pathlib import Path  # not needed by the program that this module is

    from steadyhand.world.programs.compiled import compiled

    program = compiled(Path(__file__).with_name("walls.c"))
    return (str(program),) if program else (sys.executable, "-ISE", __file__)


@cache
def _loader(path: str) -> list[str]:
    """Find what the kernel starts a program with: its dynamic loader."""
    import re  # not needed by the program that this module is, which has to be quick

    if not os.path.isfile(path):
        return []
    with open(path, "rb") as file:
        named = re.search(rb"\0(/[\w./+-]*ld[\w.-]*\.so[\w.]*)\0", file.read(8192))
    return [os.fsdecode(named[1])] if named else []


def hold(ruleset: bytes, rules: Iterable[tuple[int, str]]) -> None:
    """Hold this process. Raises OSError when the kernel will not."""
    made = _call(_CREATE_RULESET, ruleset, ctypes.c_size_t(len(ruleset)), 0)
    for access, path in rules:
        _allow(made, path, access)
    if _LIBC.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "no_new_privs")
    _call(_RESTRICT_SELF, made, 0)
    os.close(made)


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
    end = sys.argv.index("--")
    given = zip(map(int, sys.argv[2:end:2]), sys.argv[3:end:2], strict=True)
    hold(bytes.fromhex(sys.argv[1]), given)
    os.execv(sys.argv[end + 1], sys.argv[end + 1 :])
