"""A file that a command prints to, in; whether a person alone reads what is printed there, out.

Where a script reads it (`$( )`, a pipe, a file), the script goes on with it.
"""

import fcntl
import os
import stat
from collections.abc import Collection
from contextlib import suppress


def only_heard(file: int, fed: Collection[int]) -> bool:
    """Tell whether this process itself takes in what is written there, or nobody does.

    `fed` are the open files that it was only handed, for programs of the script to read from.
    """
    there = os.fstat(file)
    if stat.S_ISCHR(there.st_mode):  # /dev/null
        return True
    ours = {int(name) for name in os.listdir("/dev/fd")}.difference(fed)
    return stat.S_ISFIFO(there.st_mode) and any(_reads(number, there) for number in ours)


def _reads(number: int, pipe: os.stat_result) -> bool:
    with suppress(OSError):  # closed meanwhile
        if os.path.samestat(os.fstat(number), pipe):
            return fcntl.fcntl(number, fcntl.F_GETFL) & os.O_ACCMODE == os.O_RDONLY
    return False
