"""A folder in; a process that forks a child for each command that is handed over there, out.

Single-threaded, and holds nothing that a child must not have. It takes no more when it is told to
end, or when code that it has loaded is another on the disk, and ends with its last child. Killed
hard, it takes its children along.
"""

import fcntl
import os
import select
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

from steadyhand.resident import door
from steadyhand.resident.become import become
from steadyhand.world import caches

_LOOKS_EVERY = 60_000  # milliseconds, for code that is another while nobody asks
_PACKAGE = Path(__file__).parents[1]
_DATA = {".json", ".gz", ".c"}  # read, and perhaps remembered
_ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class Taken(Exception):
    """There is a resident in this folder already, or the folder is not this user's alone."""


class Resident:
    """Listens in a folder; made by the one process that is to be the resident. Raises Taken."""

    def __init__(self, folder: str) -> None:
        os.close(os.pidfd_open(os.getpid()))  # a kernel without it has no resident
        self._code = code()
        self._lock = _locked(folder)
        self._path = door.path(folder)
        self._listener = _listening(self._path)
        self._told, self._tell = os.pipe()
        self._children: dict[int, socket.socket] = {}  # by a descriptor of each, who waits for it
        self._acts: dict[int, Callable[[], bool]] = {}  # by what becomes readable
        self._poll = select.poll()
        self._watch(self._listener.fileno(), self._admit)
        self._watch(self._told, self._close)

    def serve(self) -> bool:
        """Fork and reap until told to end. True in a child that is to carry out its command."""
        for one in _ENDING:
            signal.signal(one, self._ends)
        while self._listens or self._children:
            ready = self._poll.poll(_LOOKS_EVERY)
            # One at a time: what it closes may have its number again, for another, the next moment.
            if ready and self._acts[ready[-1][0]]():
                return True
            if not ready and self._listens and self._is_old():
                self._close()
        return False

    @property
    def _listens(self) -> bool:
        return self._lock >= 0

    def _watch(self, file: int, act: Callable[[], bool], what: int = select.POLLIN) -> None:
        self._acts[file] = act
        self._poll.register(file, what)

    def _forget(self, file: int) -> None:
        if self._acts.pop(file, None) is not None:
            self._poll.unregister(file)

    def _admit(self) -> bool:
        """Fork a child for whoever has come; whether this is the child, and goes on."""
        caller, _ = self._listener.accept()
        if door.peer(caller)[1] != os.getuid():
            caller.close()
            return False
        parent, (verdict, tell) = os.getpid(), os.pipe()
        try:
            pid = os.fork()
        except OSError:  # there are too many processes: the caller is one already
            pid = -1
        if pid == 0:
            self._let_go()
            os.close(tell)
            if become(caller, parent, verdict):
                return True
            os._exit(0)
        if pid > 0:
            self._wait_for(pid, caller)
        else:
            caller.close()
        # Looked at while the child becomes what it is to be: it waits for this.
        old = self._is_old()
        if not old:
            os.write(tell, door.GO)
        for end in (verdict, tell):
            os.close(end)
        return self._close() if old else False

    def _wait_for(self, pid: int, caller: socket.socket) -> None:
        handle = os.pidfd_open(pid)
        self._children[handle] = caller
        self._watch(handle, partial(self._reap, handle, pid))
        # Only that it was closed: what is said on it is for the child.
        self._watch(caller.fileno(), partial(self._end, handle, caller), select.POLLRDHUP)

    def _end(self, handle: int, caller: socket.socket) -> bool:
        """Nobody waits for a child any more: end it as whoever waited was ended."""
        self._forget(caller.fileno())
        signal.pidfd_send_signal(handle, signal.SIGKILL)
        return False

    def _reap(self, handle: int, pid: int) -> bool:
        """Tell how a child ended."""
        self._forget(handle)
        os.close(handle)
        status = os.waitpid(pid, 0)[1]
        caller = self._children.pop(handle)
        self._forget(caller.fileno())
        with suppress(OSError):  # where nobody wants to know any more
            caller.sendall(door.numbered(status))
        caller.close()
        return False

    def _ends(self, _number: int, _frame: object) -> None:
        for one in _ENDING:  # a second time it does not wait for its children
            signal.signal(one, signal.SIG_DFL)
        if self._listens:  # else it ends with its last child as it is
            os.write(self._tell, b"!")

    def _is_old(self) -> bool:
        return any(_state(file) != state for file, state in self._code.items())

    def _close(self) -> bool:
        """Take no more commands."""
        Path(self._path).unlink(missing_ok=True)
        for file in (self._told, self._listener.fileno()):
            self._forget(file)
        self._let_go_of_the_door()
        return False

    def _let_go_of_the_door(self) -> None:
        self._listener.close()
        if self._listens:
            lock, self._lock = self._lock, -1  # first: a signal may come between any two of these
            for file in (lock, self._told, self._tell):
                os.close(file)

    def _let_go(self) -> None:
        """In a child: close what is the resident's."""
        self._let_go_of_the_door()
        for handle, caller in self._children.items():
            os.close(handle)
            caller.close()
        self._children.clear()


State = tuple[int, int, int]


def code() -> dict[str, State]:
    """Say which files this process has its code and data from, and how each is now."""
    modules = [getattr(one, "__file__", None) for one in list(sys.modules.values())]
    beside = [str(one) for one in _PACKAGE.rglob("*") if one.suffix in _DATA]
    compiled = map(str, caches.folder().glob("*-*"))
    files = (sys.executable, *modules, *beside, *compiled)
    return {file: _state(file) for file in files if file}


def _state(file: str) -> State:
    try:
        found = os.stat(file)
    except OSError:
        return 0, 0, 0
    return found.st_mtime_ns, found.st_size, found.st_ino


def _locked(folder: str) -> int:
    """Make the folder this process's own for as long as it listens."""
    os.makedirs(folder, mode=0o700, exist_ok=True)
    if not door.is_own(folder):
        raise Taken(f"{folder} is not yours alone (mode 700): another STEADYHAND_RESIDENT is safe")
    lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        raise Taken(f"a resident is in {folder} already: `steadyhand resident status`") from None
    return lock


def _listening(path: str) -> socket.socket:
    Path(path).unlink(missing_ok=True)  # of one that was killed: the lock is ours
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    os.chmod(path, 0o600)
    listener.listen(64)
    return listener
