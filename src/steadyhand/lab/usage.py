"""A process's number in, what it uses out. Asked several times a second, of many: so it is cheap.

https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
"""

import os
from dataclasses import dataclass

import psutil

LINUX = psutil.LINUX
if LINUX:
    PAGE, HERTZ = os.sysconf("SC_PAGE_SIZE"), os.sysconf("SC_CLK_TCK")
USER, SYSTEM = 11, 12  # places after the name, which stands in brackets and may hold anything
RESIDENT, SHARED = 1, 2  # of statm


@dataclass(frozen=True)
class Usage:
    """`seconds` of processor time so far; bytes of memory, and of them what others have too."""

    seconds: float
    resident: int
    shared: int


def usage(pid: int) -> Usage:
    """Raises psutil.Error where there is no such process."""
    if not LINUX:
        one = psutil.Process(pid)
        times = one.cpu_times()
        return Usage(times.user + times.system, one.memory_info().rss, 0)
    try:
        with open(f"/proc/{pid}/stat", "rb", buffering=0) as file:
            said = file.read().rpartition(b")")[2].split()
        with open(f"/proc/{pid}/statm", "rb", buffering=0) as file:
            pages = file.read().split()
    except (FileNotFoundError, ProcessLookupError):
        raise psutil.NoSuchProcess(pid) from None
    return Usage(
        (int(said[USER]) + int(said[SYSTEM])) / HERTZ,
        int(pages[RESIDENT]) * PAGE,
        int(pages[SHARED]) * PAGE,
    )


def children(pid: int) -> list[int]:
    """Those that a process has begun, of one with a single thread. Raises psutil.Error."""
    try:
        # psutil would look at every process there is.
        with open(f"/proc/{pid}/task/{pid}/children", "rb", buffering=0) as file:
            return [int(number) for number in file.read().split()]
    except OSError:
        return [child.pid for child in psutil.Process(pid).children()]
