"""The shims on the session's PATH, and the socket behind them.

A shim hands argv, environment, directory and open files to the process that drives the run, and
exits with what it is told. Knows nothing of what a command means: every request goes to `on_call`.
"""

import contextlib
import os
import shutil
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from msgspec import Struct

from steadyhand.world.programs.compiled import compiled
from steadyhand.world.programs.streams import exactly

# Runs under the system's own interpreter settings: no site, no environment, nothing imported late.
_SHIM = """#!{python} -ISE
import os, socket, sys
files = [0, 1, 2]
for number in files:
    try:
        os.fstat(number)
    except OSError:
        os.open(os.devnull, os.O_RDWR)
door = socket.socket(socket.AF_UNIX)
try:
    door.connect({socket!r})
    words = [os.path.basename(sys.argv[0]), *sys.argv[1:]]
    words = [str(len(words)), *words, os.getcwd()]
    variables = [name + b"=" + value for name, value in os.environb.items()]
    body = b"".join(one + b"\\0" for one in (*map(os.fsencode, words), *variables))
    socket.send_fds(door, [len(body).to_bytes(4, "big")], files)
    door.sendall(body)
    answer = door.recv(1)
except OSError:
    answer = b""
if not answer:
    sys.stderr.write("steadyhand: the run is gone, so this command was not carried out\\n")
    sys.exit(126)
sys.exit(answer[0])
"""


_CLIENT = Path(__file__).with_name("shim.c")
_FULL = 0.05  # seconds until it is tried again
_FREE = 4  # threads at most that wait for the next command


class Request(Struct, frozen=True):
    """One command as bash expanded it. The three files belong to whoever answers, until then."""

    argv: tuple[str, ...]
    cwd: str
    env: Mapping[str, str]
    stdin: int
    stdout: int
    stderr: int


class Shims:
    """A directory with one shim per command name, and the threads that listen behind them."""

    def __init__(self, names: Iterable[str], on_call: Callable[[Request], int]) -> None:
        # Not in the run's directory: a socket's path has room for about a hundred characters.
        self._root = Path(tempfile.mkdtemp(prefix="steadyhand-"))
        self.path = self._root / "bin"
        self.path.mkdir()
        self._on_call = on_call
        self._over = False
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(self._root / "gate"))
        self._listener.listen(64)
        client = str(compiled(_CLIENT) or _in_python(self._root / "shim", self._root / "gate"))
        for name in sorted(set(names)):
            client = _named(client, f"{self.path}/{name}")
        self._lock = threading.Lock()
        self._free = 0  # threads that wait for a command
        self._another()

    def _another(self) -> None:
        self._free += 1
        threading.Thread(target=self._accept, name="gate", daemon=True).start()

    def _accept(self) -> None:
        """Answer one command after the other; while one is answered another thread waits."""
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                if self._over:
                    return
                time.sleep(_FULL)  # no more files can be open here now
                continue
            with self._lock:
                self._free -= 1
                if not self._free:
                    self._another()
            self._serve(connection)
            with self._lock:
                if self._free >= _FREE:
                    return
                self._free += 1

    def _serve(self, connection: socket.socket) -> None:
        files: list[int] = []
        try:
            with connection:
                try:
                    size, files, _, _ = socket.recv_fds(connection, 4, 3)
                    asked = _asked(exactly(connection, int.from_bytes(size, "big")), files)
                # The caller was ended meanwhile, or its files were more than can be open here.
                except (OSError, EOFError, ValueError, TypeError):
                    return
                code = self._on_call(asked)
                with contextlib.suppress(OSError):  # it was ended now
                    connection.sendall(bytes([code & 0xFF]))
        finally:
            for file in files:
                os.close(file)

    def close(self) -> None:
        """Stop listening and remove the directory. Idempotent."""
        self._over = True
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        shutil.rmtree(self._root, ignore_errors=True)


def _in_python(shim: Path, door: Path) -> Path:
    shim.write_text(_SHIM.format(python=sys.executable, socket=str(door)))
    shim.chmod(0o700)
    return shim


def _named(client: str, place: str) -> str:
    """Give the client one more name, which takes less than a link to it; what the next is one of.

    Nobody writes to it: a program that is written to cannot be started.
    """
    try:
        os.link(client, place)
    except OSError:  # on another disk, or it has as many names as a file can have
        shutil.copy2(client, place)
        return place
    return client


def _asked(body: bytes, files: list[int]) -> Request:
    """Read what a client says, `shim.c` tells how. Raises ValueError for anything else."""
    count, *words = (os.fsdecode(word) for word in body.split(b"\0")[:-1])
    argv, (folder, *variables) = words[: int(count)], words[int(count) :]
    pairs = (variable.partition("=") for variable in variables)
    return Request(tuple(argv), folder, {name: value for name, _, value in pairs}, *files)
