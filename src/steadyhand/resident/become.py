"""A connection in; this forked child, made into what the caller's own process would be, out.

What cannot be taken over is a reason to say no, and the caller does it without the resident.
"""

import atexit
import fcntl
import os
import signal
import socket
import sys
import tempfile
import threading
import time
from contextlib import suppress
from io import BufferedReader, BufferedWriter, FileIO, TextIOWrapper

from steadyhand.model.early import early
from steadyhand.resident.door import (
    FILES,
    GO,
    LENGTH,
    NO,
    OUT_OF_THE_WAY,
    PATIENCE,
    READY,
    YES,
    interpreter,
    number,
    peer,
    unpack,
)
from steadyhand.resident.likeness import Likeness, likeness, limit
from steadyhand.world.programs.parent import die_with
from steadyhand.world.programs.streams import exactly


class Unlike(Exception):
    """The child cannot be what the caller's own process would be, and this is why."""


def become(door: socket.socket, parent: int, verdict: int) -> bool:
    """Be the caller's command, of which nothing is done yet; False where it is not to be done.

    From `verdict` comes GO where the code of this process is what is on the disk.
    """
    die_with(parent)
    os.setsid()
    door.settimeout(PATIENCE)
    try:
        theirs = _alike(door)
        door = _take(door, theirs, verdict)
    except (Unlike, OSError, EOFError, KeyError, ValueError) as why:
        _answer(door, NO + str(why).encode())
        return False
    handle = os.pidfd_open(os.getpid())
    _answer(door, YES, handle)
    os.close(handle)
    try:
        begins = door.recv(len(GO)) == GO
    except OSError:
        begins = False
    door.close()
    if begins and not theirs.ignored >> (signal.SIGINT - 1) & 1:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    return begins


def _answer(door: socket.socket, words: bytes, *handle: int) -> None:
    with suppress(OSError):  # where the caller has gone, nothing is done
        socket.send_fds(door, [words], handle)


def _alike(door: socket.socket) -> Likeness:
    pid, _ = peer(door)
    theirs, ours = likeness(pid), likeness(os.getpid())
    names = sorted(ours.same.keys() | theirs.same.keys())
    differ = [name for name in names if ours.same.get(name) != theirs.same.get(name)]
    if differ:
        raise Unlike(f"it was started with another {', '.join(differ)}")
    limit(theirs, ours)
    return theirs


def _take(door: socket.socket, theirs: Likeness, verdict: int) -> socket.socket:
    """Take over words, variables, directory, files and signals; the connection, out of the way."""
    door.sendall(READY)
    head, files, _, _ = socket.recv_fds(door, LENGTH, FILES + 1)
    words, variables, told, numbers = unpack(exactly(door, number(head)))
    if told != interpreter():
        raise Unlike("it runs in another interpreter, or from other code")
    environment = {name: value for name, _, value in (one.partition(b"=") for one in variables)}
    wanted = early({os.fsdecode(name): os.fsdecode(one) for name, one in environment.items()})
    has = early(os.environ)
    if wanted != has:
        differ = sorted({name for name, _ in wanted.items() ^ has.items()})
        raise Unlike(f"it was started with another {', '.join(differ)}")
    fresh = os.read(verdict, len(GO)) == GO
    os.close(verdict)
    if not fresh:
        raise Unlike("its code is another on the disk, and it ends")
    here, *given = files
    os.fchdir(here)
    os.close(here)
    door = _arrange(door, dict(zip(map(int, numbers), given, strict=True)))
    os.umask(theirs.umask)
    os.environb.clear()
    os.environb.update(environment)
    time.tzset()
    tempfile.tempdir = None  # it was found by the resident's variables
    sys.argv[:] = map(os.fsdecode, words)
    _ignore(theirs.ignored)
    _streams()
    return door


def _arrange(door: socket.socket, files: dict[int, int]) -> socket.socket:
    """Give each file the number that it has there, which is below OUT_OF_THE_WAY."""
    high = socket.socket(fileno=fcntl.fcntl(door, fcntl.F_DUPFD_CLOEXEC, OUT_OF_THE_WAY))
    high.settimeout(PATIENCE)
    door.close()
    waiting = {}
    for wanted, has in files.items():
        waiting[wanted] = fcntl.fcntl(has, fcntl.F_DUPFD_CLOEXEC, OUT_OF_THE_WAY)
        os.close(has)
    for wanted, has in waiting.items():
        os.dup2(has, wanted)
        os.close(has)
    return high


def _ignore(ignored: int) -> None:
    """Ignore the signals that are ignored there; the others end a process, as they do at first."""
    for one in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
        wanted = signal.SIG_IGN if ignored >> (one - 1) & 1 else signal.SIG_DFL
        if signal.getsignal(one) is not wanted:
            signal.signal(one, wanted)


def _streams() -> None:
    """Make the standard streams anew, as the interpreter does when it starts."""
    for file, name in enumerate(("stdin", "stdout", "stderr")):
        was = getattr(sys, name)
        raw = FileIO(file, "w" if file else "r", closefd=False)
        at_once = was.write_through  # python -u
        stream = TextIOWrapper(
            BufferedReader(raw) if not file else raw if at_once else BufferedWriter(raw),
            was.encoding,
            was.errors,
            newline="\n" if file else None,
            line_buffering=not at_once and (file == 2 or raw.isatty()),
            write_through=at_once,
        )
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


def leave(code: int) -> None:
    """End here with this exit code, after all that is done at the end of an interpreter.

    It does not take down what it has of its parent: that would first copy nearly all of it. Returns
    where something is left to wait for or to complain about; the interpreter then ends by itself.
    """
    if any(not one.daemon for one in threading.enumerate() if one is not threading.main_thread()):
        return
    atexit._run_exitfuncs()
    with suppress(OSError, ValueError):
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code & 0xFF)
