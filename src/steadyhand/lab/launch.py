"""Run as `python -I -S launch.py PARENT UID GID SIGNAL GATE -- argv…`: become that program, and die
with the parent.

GATE is a socket's descriptor, or -1: through it the parent gets to decide about each connection
that the program begins (see network/firewall.py).

The kernel's parent-death signal is cleared by setuid and fires when the *thread* that forked ends.
So it is set here, after privileges are dropped, and whoever calls this lives as long as the lab.
Knows nothing of the package: it must start in a few milliseconds.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    parent, uid, gid, signal_number, gate = (int(word) for word in arguments[:5])
    program = arguments[6:]
    if gid >= 0:
        os.setgroups([])
        os.setgid(gid)
    if uid >= 0:
        os.setuid(uid)
    settle(parent, signal_number, gate)
    os.execv(program[0], program)


def settle(parent: int, death_signal: int, gate: int) -> None:
    """Die with the parent from now on, and have the gate asked."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
        # The parent may have gone between the fork and the line above.
        if os.getppid() != parent:
            sys.exit(1)
    if gate >= 0:
        hand_over(gate)


# https://man7.org/linux/man-pages/man2/seccomp.2.html
# machine → AUDIT_ARCH, the numbers of seccomp and of connect
MACHINES = {"x86_64": (0xC000003E, 317, 42), "aarch64": (0xC00000B7, 277, 203)}
PR_SET_NO_NEW_PRIVS = 38
SET_MODE_FILTER, NEW_LISTENER = 1, 8
ALLOW, ASK = 0x7FFF0000, 0x7FC00000
LOAD, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06


def hand_over(gate: int) -> None:
    """Have the kernel ask the parent before each `connect`. Where it cannot, nothing is asked."""
    import _socket
    import struct

    known = MACHINES.get(os.uname().machine)
    channel = _socket.socket(fileno=gate)
    if known is not None:
        arch, seccomp, connect = known
        steps = (
            (LOAD, 0, 0, 4),  # the architecture
            (JUMP_IF_EQUAL, 0, 3, arch),
            (LOAD, 0, 0, 0),  # the number of the call
            (JUMP_IF_EQUAL, 0, 1, connect),
            (RETURN, 0, 0, ASK),
            (RETURN, 0, 0, ALLOW),
        )
        code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in steps))
        filter_ = struct.pack("@HP", len(steps), ctypes.addressof(code))
        libc = ctypes.CDLL(None)
        libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        listener = libc.syscall(seccomp, SET_MODE_FILTER, NEW_LISTENER, filter_)
        if listener >= 0:
            rights = struct.pack("@i", listener)
            channel.sendmsg([b"."], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, rights)])
            os.close(listener)
    channel.close()


if __name__ == "__main__":
    main(sys.argv[1:])
