"""Run as `python -I -S launch.py PARENT UID GID SIGNAL -- argv…`: become that program, and die
with the parent.

The kernel's parent-death signal is cleared by setuid and fires when the *thread* that forked ends.
So it is set here, after privileges are dropped, and whoever calls this lives as long as the lab.
Knows nothing of the package: it must start in a few milliseconds.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    parent, uid, gid, signal_number = (int(word) for word in arguments[:4])
    program = arguments[5:]
    if gid >= 0:
        os.setgroups([])
        os.setgid(gid)
    if uid >= 0:
        os.setuid(uid)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal_number, 0, 0, 0)
        # The parent may have gone between the fork and the line above.
        if os.getppid() != parent:
            sys.exit(1)
    os.execv(program[0], program)


if __name__ == "__main__":
    main(sys.argv[1:])
