"""Run a command where only loopback exists: a network namespace of its own with `lo` up.

Usage: python tests/loopback_only.py COMMAND [ARG …]. Where the kernel does not allow it, one line
says so and the command runs as it is. The user stays the same: PostgreSQL refuses to be root.
"""

import ctypes
import fcntl
import os
import socket
import struct
import sys
from pathlib import Path

CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 0x1


def enter() -> str:
    """Enter the namespace; returns why not, or nothing."""
    uid, gid = os.getuid(), os.getgid()
    if not sys.platform.startswith("linux"):
        return "network namespaces are Linux's"
    libc = ctypes.CDLL(None, use_errno=True)
    flags = CLONE_NEWNET if uid == 0 else CLONE_NEWNET | CLONE_NEWUSER
    if libc.unshare(flags):
        return os.strerror(ctypes.get_errno())
    if uid:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")
        Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = struct.pack("16sh14x", b"lo", 0)
        answer = fcntl.ioctl(any_socket, SIOCGIFFLAGS, request)
        current = struct.unpack("16sh14x", answer)[1]
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", current | IFF_UP))
    return ""


if __name__ == "__main__":
    if why := enter():
        print(f"loopback only: not here ({why}); running with the network as it is", flush=True)
    else:
        print("loopback only: yes, no other interface exists for what follows", flush=True)
    os.execvp(sys.argv[1], sys.argv[1:])
