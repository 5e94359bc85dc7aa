"""Programs in, processes that die with the lab out; and a record by which the next lab sweeps.

`spawn` may only be called from a thread that lives as long as the lab (see launch.py). Environments
are built here from nothing, so no credential of the person who started the lab reaches a child.
"""

import json
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Protocol

import psutil

from steadyhand.lab.zygote.door import MODULES, OFFERED, PROGRAM, Forked, Gone, Order, Zygote

LOG = logging.getLogger("steadyhand.lab")
LAUNCH = Path(__file__).with_name("launch.py")
# What ends with more than a kill gets this long; what was killed is gone within that.
CLEAN_SECONDS, END_SECONDS = 2.0, 10.0
ZYGOTE = "zygote"


@dataclass(frozen=True)
class Owner:
    """The user a program runs as; -1 means: stay who we are."""

    uid: int = -1
    gid: int = -1


def clean_environment(extra: Mapping[str, str]) -> dict[str, str]:
    """The few variables a program needs, and `extra`. Never the caller's credentials."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "TZ") if name in os.environ}
    return {"PATH": os.defpath, "LC_ALL": "C.UTF-8", **kept, **extra}


class Child(Protocol):
    """A process that was started, as `subprocess.Popen` has it."""

    @property
    def pid(self) -> int: ...

    def poll(self) -> int | None: ...

    def wait(self, timeout: float | None = None) -> int: ...

    def send_signal(self, sig: int, /) -> None: ...

    def kill(self) -> None: ...


@dataclass(frozen=True)
class Program:
    """What is to be started. `death_signal` is what it gets when the lab is killed.

    `may_be_forked`: it is a Python program, and starts sooner where its libraries are imported."""

    name: str
    argv: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    owner: Owner = Owner()
    death_signal: int = signal.SIGKILL
    folder: Path = Path("/")
    gate: socket.socket | None = None  # see network/firewall.py; closed when it is started
    passed: tuple[int, ...] = ()  # descriptors that it is to have
    may_be_forked: bool = False

    @property
    def gate_number(self) -> int:
        return -1 if self.gate is None else self.gate.fileno()


class Processes:
    """Every child of this lab. `record` is the file the next `up` reads if this lab is killed."""

    def __init__(self, record: Path) -> None:
        self._record = record
        self._lock = threading.Lock()
        self._children: dict[int, tuple[str, float, Child]] = {}
        self._signals: dict[int, int] = {}  # of those that end with another one than SIGKILL
        self._zygote: Zygote | None = None
        self._ended = False

    def warm_up(self, environment: Mapping[str, str]) -> None:
        """Have a zygote for programs with such variables. From a thread that lives as long as the
        lab, and soon: it takes a second until it can fork the first."""
        if not OFFERED:
            return
        here, there = socket.socketpair()
        argv = (sys.executable, "-P", str(PROGRAM), str(there.fileno()), *MODULES)
        program = Program(ZYGOTE, argv, environment, passed=(there.fileno(),))
        self.spawn(program, LOG.warning)
        there.close()
        self._zygote = Zygote(here, clean_environment(environment))

    def spawn(self, program: Program, output: Callable[[str], None]) -> Child:
        """Start a program in a session of its own; `output` gets each line, in another thread.

        Raises OSError when it cannot be, and once all were ended.
        """
        if self._ended:
            raise ChildProcessError(f"{program.name} is not started: the lab ends")
        process, said = self._forked(program) or self._started(program)
        if program.gate is not None:
            program.gate.close()
        with self._lock, suppress(psutil.Error):
            start = psutil.Process(process.pid).create_time()
            self._children[process.pid] = (program.name, start, process)
            if program.death_signal != signal.SIGKILL:
                self._signals[process.pid] = program.death_signal
            self._write()
        threading.Thread(target=_read, args=(said, output), daemon=True).start()
        return process

    def _forked(self, program: Program) -> tuple[Child, IO[bytes]] | None:
        """Nothing where there is no zygote, or it cannot make this program."""
        zygote, environment = self._zygote, clean_environment(program.environment)
        if zygote is None or not program.may_be_forked or program.passed:
            return None
        if program.owner != Owner() or not zygote.takes(program.argv, environment):
            return None
        order = Order(
            program.argv, environment, program.folder, program.death_signal, program.gate_number
        )
        try:
            child: Forked = zygote.fork(order)
        except Gone as gone:
            LOG.warning("%s; from now on, every program is started on its own", gone)
            return None
        return child, child.stdout

    def _started(self, program: Program) -> tuple[Child, IO[bytes]]:
        owner, gate = program.owner, program.gate_number
        words = (os.getpid(), owner.uid, owner.gid, int(program.death_signal), gate)
        process = subprocess.Popen(
            _launched(words, program.argv),
            env=clean_environment(program.environment),
            cwd=program.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=program.passed if gate < 0 else (*program.passed, gate),
        )
        assert process.stdout is not None
        return process, process.stdout

    def forget(self, pid: int) -> None:
        """Strike a child that has ended."""
        with self._lock:
            self._signals.pop(pid, None)
            if self._children.pop(pid, None) is not None:
                self._write()

    def pids(self) -> dict[int, str]:
        with self._lock:
            return {pid: name for pid, (name, _, _) in self._children.items()}

    def family(self) -> dict[int, str]:
        """The children, and theirs."""
        found = self.pids()
        for pid, name in list(found.items()):
            with suppress(psutil.Error):
                below = psutil.Process(pid).children(recursive=True)
                found = {child.pid: f"{name}: child" for child in below} | found
        return found

    def kill_all(self) -> None:
        """End what is left, hard; each child leads its own process group. All at once: what takes
        its time to end does not make the others wait."""
        self._ended = True
        with self._lock:
            everyone = dict(self._children)
            signals = dict(self._signals)
        left = {pid: child for pid, (_, _, child) in everyone.items() if child.poll() is None}
        for pid in left.keys() & signals.keys():
            left[pid].send_signal(signals[pid])
        _wait([left[pid] for pid in left.keys() & signals.keys()], CLEAN_SECONDS)
        # The zygote last: it takes note of the end of those that were forked from it.
        for last in (False, True):
            now = [pid for pid in left if (everyone[pid][0] == ZYGOTE) is last]
            for pid in now:
                try:
                    os.killpg(pid, signal.SIGKILL)
                except OSError:  # forked a moment ago, it may not lead a group yet
                    left[pid].kill()
            _wait([left[pid] for pid in now], END_SECONDS)
        for pid in everyone:
            self.forget(pid)
        if self._zygote is not None:
            self._zygote.close()

    def _write(self) -> None:
        rows = [[pid, name, start] for pid, (name, start, _) in self._children.items()]
        draft = self._record.with_suffix(".draft")
        draft.write_text(json.dumps(rows))
        draft.replace(self._record)


def _wait(children: Sequence[Child], seconds: float) -> None:
    """Wait for all of them together."""
    deadline = time.monotonic() + seconds
    for child in children:
        with suppress(subprocess.TimeoutExpired):
            child.wait(max(0.0, deadline - time.monotonic()))


def _launched(words: Sequence[int], argv: Sequence[str]) -> list[str]:
    return [sys.executable, "-I", "-S", str(LAUNCH), *map(str, words), "--", *argv]


def through(gate: socket.socket | None, argv: Sequence[str]) -> list[str]:
    """The command line of a program whose connections are asked about at a gate, if there is one.
    It ends with the thread that starts it."""
    if gate is None:
        return list(argv)
    return _launched((os.getpid(), -1, -1, int(signal.SIGKILL), gate.fileno()), argv)


def _read(said: IO[bytes], output: Callable[[str], None]) -> None:
    with said:
        for line in said:
            output(line.decode(errors="replace").rstrip("\n"))


def sweep(record: Path) -> list[int]:
    """Kill what a lab that died left behind. A pid counts only with the start time written down."""
    try:
        rows = json.loads(record.read_text())
    except (OSError, ValueError):
        return []
    swept = []
    for pid, _, start in rows:
        with suppress(psutil.Error, OSError):
            process = psutil.Process(pid)
            if abs(process.create_time() - start) < 0.05:
                family = [process, *process.children(recursive=True)]
                for member in family:
                    with suppress(psutil.Error):
                        member.kill()
                psutil.wait_procs(family, timeout=2)
                swept.append(pid)
    record.unlink(missing_ok=True)
    return swept
