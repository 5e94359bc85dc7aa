"""Words and variables in; what `ps` and /proc show of this process, out. Linux only.

A forked child would be shown with the words and the variables of the process it was forked from.
The kernel lets a process say where its own are. Where it does not, nothing else is the matter.

https://man7.org/linux/man-pages/man2/PR_SET_MM.2const.html
"""

import ctypes
import mmap
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path

PR_SET_MM, PR_SET_MM_MAP = 35, 14
MAP = struct.Struct("=11Q Q I i")  # eleven addresses, the auxiliary vector, no other program
# The numbers of /proc/PID/stat, in the order of the structure up to `start_brk`; the first is 1.
CODE_AND_DATA = (26, 27, 45, 46, 47)
STACK = 28

_shown: list[mmap.mmap] = []  # the kernel reads it for as long as the process is there


def look_like(argv: Sequence[str], environment: Mapping[str, str]) -> None:
    """Be shown with these words and variables."""
    words = b"".join(word.encode() + b"\0" for word in argv)
    variables = b"".join(f"{name}={value}\0".encode() for name, value in environment.items())
    # Private: the kernel shows no other memory.
    flags = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS
    area = mmap.mmap(-1, len(words) + len(variables), flags)
    area.write(words + variables)
    _shown.append(area)
    start = ctypes.addressof(ctypes.c_char.from_buffer(area))
    middle, end = start + len(words), start + len(words) + len(variables)
    libc = ctypes.CDLL(None)
    libc.sbrk.restype = ctypes.c_void_p
    # The name, in brackets, may hold anything; the third number comes after it.
    numbers = ["", "", "", *Path("/proc/self/stat").read_text().rpartition(")")[2].split()]
    first = (int(numbers[one]) for one in CODE_AND_DATA)
    places = (*first, libc.sbrk(0), int(numbers[STACK]), start, middle, middle, end)
    told = MAP.pack(*places, 0, 0, -1)
    libc.prctl(PR_SET_MM, PR_SET_MM_MAP, ctypes.c_char_p(told), ctypes.c_ulong(len(told)), 0)
