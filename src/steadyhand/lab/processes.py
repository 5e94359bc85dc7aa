"""Programs in, processes that die with the lab out; and a record by which the next lab sweeps.

`spawn` may only be called from a thread that lives as long as the lab (see launch.py). Environments
are built here from nothing, so no credential of the person who started the lab reaches a child.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

LAUNCH = Path(__file__).with_name("launch.py")


@dataclass(frozen=True)
class Owner:
    """The user a program runs as; -1 means: stay who we are."""

    uid: int = -1
    gid: int = -1


def clean_environment(extra: Mapping[str, str]) -> dict[str, str]:
    """The few variables a program needs, and `extra`. Never the caller's credentials."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "TZ") if name in os.environ}
    return {"PATH": os.defpath, "LC_ALL": "C.UTF-8", **kept, **extra}


@dataclass(frozen=True)
class Program:
    """What is to be started. `death_signal` is what it gets when the lab is killed."""

    name: str
    argv: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    owner: Owner = Owner()
    death_signal: int = signal.SIGKILL
    folder: Path = Path("/")
    gate: socket.socket | None = None  # see network/firewall.py; closed when it is started


class Processes:
    """Every child of this lab. `record` is the file the next `up` reads if this lab is killed."""

    def __init__(self, record: Path) -> None:
        self._record = record
        self._lock = threading.Lock()
        self._children: dict[int, tuple[str, float]] = {}

    def spawn(self, program: Program, output: Callable[[str], None]) -> subprocess.Popen[bytes]:
        """Start a program in a session of its own; `output` gets each line, in another thread."""
        owner = program.owner
        gate = -1 if program.gate is None else program.gate.fileno()
        words = (os.getpid(), owner.uid, owner.gid, int(program.death_signal), gate)
        process = subprocess.Popen(
            _launched(words, program.argv),
            env=clean_environment(program.environment),
            cwd=program.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=() if gate < 0 else (gate,),
        )
        if program.gate is not None:
            program.gate.close()
        with self._lock, suppress(psutil.Error):
            start = psutil.Process(process.pid).create_time()
            self._children[process.pid] = (program.name, start)
            self._write()
        threading.Thread(target=_read, args=(process, output), daemon=True).start()
        return process

    def forget(self, pid: int) -> None:
        """Strike a child that has ended."""
        with self._lock:
            if self._children.pop(pid, None) is not None:
                self._write()

    def pids(self) -> dict[int, str]:
        with self._lock:
            return {pid: name for pid, (name, _) in self._children.items()}

    def kill_all(self) -> None:
        """End what is left, hard; each child leads its own process group."""
        for pid in self.pids():
            with suppress(OSError):
                os.killpg(pid, signal.SIGKILL)
            with suppress(OSError):
                os.waitpid(pid, 0)
            self.forget(pid)

    def _write(self) -> None:
        rows = [[pid, name, start] for pid, (name, start) in self._children.items()]
        draft = self._record.with_suffix(".draft")
        draft.write_text(json.dumps(rows))
        draft.replace(self._record)


def _launched(words: Sequence[int], argv: Sequence[str]) -> list[str]:
    return [sys.executable, "-I", "-S", str(LAUNCH), *map(str, words), "--", *argv]


def through(gate: socket.socket | None, argv: Sequence[str]) -> list[str]:
    """The command line of a program whose connections are asked about at a gate, if there is one.
    It ends with the thread that starts it."""
    if gate is None:
        return list(argv)
    return _launched((os.getpid(), -1, -1, int(signal.SIGKILL), gate.fileno()), argv)


def _read(process: subprocess.Popen[bytes], output: Callable[[str], None]) -> None:
    assert process.stdout is not None
    with process.stdout:
        for line in process.stdout:
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
