"""A process in; what a child of another process could not be made to be like, out. Linux only.

The kernel says it of the process, not the process of itself.
"""

import os
import resource
from pathlib import Path

from msgspec import Struct

# https://man7.org/linux/man-pages/man5/proc_pid_status.5.html
_SAME = (
    "Uid Gid Groups NoNewPrivs Seccomp Seccomp_filters CapInh CapPrm CapEff CapBnd CapAmb "
    "Cpus_allowed SigBlk"
).split()
_LIMITS = range(resource.RLIM_NLIMITS if hasattr(resource, "RLIM_NLIMITS") else 16)


class Likeness(Struct, frozen=True):
    """`same` must be the same in both; the rest a child can take over."""

    same: dict[str, str]
    umask: int
    ignored: int  # signals, a bit for each
    limits: tuple[tuple[int, int], ...]


def likeness(pid: int) -> Likeness:
    """Look at a process. Raises OSError, KeyError or ValueError where the kernel does not tell."""
    of = Path(f"/proc/{pid}")
    lines = (line.partition(":") for line in (of / "status").read_text().splitlines())
    status = {name: value.strip() for name, _, value in lines}
    same = {name: status[name] for name in _SAME if name in status}
    same |= {f"{one} namespace": os.readlink(of / "ns" / one) for one in os.listdir(of / "ns")}
    same["root"] = os.readlink(of / "root")
    same["nice"] = str(os.getpriority(os.PRIO_PROCESS, pid))
    same["confined"] = _confined(of)
    limits = tuple(resource.prlimit(pid, one) for one in _LIMITS)
    return Likeness(same, int(status["Umask"], 8), int(status["SigIgn"], 16), limits)


def _confined(of: Path) -> str:
    """Say what a security module keeps it to; "" where there is none that tells."""
    try:
        return (of / "attr" / "current").read_text()
    except OSError:
        return ""


def limit(theirs: Likeness, ours: Likeness) -> None:
    """Take over the limits. Raises ValueError where one of ours cannot be raised to theirs."""
    for number, (wanted, has) in enumerate(zip(theirs.limits, ours.limits, strict=True)):
        if wanted != has:
            resource.setrlimit(number, wanted)
