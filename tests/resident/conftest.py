"""A resident of a small program, and one of steadyhand itself; commands with and without them."""

import os
import pty
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

PROGRAM = Path(__file__).with_name("program.py")
STEADYHAND = Path(sys.executable).with_name("steadyhand")
PATIENCE = 30.0


@pytest.fixture(autouse=True, scope="session")
def heeded() -> Iterator[None]:
    """Let what is started here be interrupted, though these tests may run where nothing can be."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


class Typed:
    """A program beside its resident: `warm` is its command with it, `cold` without."""

    def __init__(self, program: tuple[str, ...], start: tuple[str, ...], folder: Path) -> None:
        self.folder = folder
        self._program = program
        self.place = folder / "resident"
        unlike = {"STEADYHAND_RESIDENT", "PYTHONUNBUFFERED"}
        kept = {name: value for name, value in os.environ.items() if name not in unlike}
        self._environment = kept | {"STEADYHAND_CACHE": str(folder / "cache")}
        self.resident = self._start(start)

    def _start(self, start: tuple[str, ...]) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [*self._program, *start],
            env=self.environment(OF_THE_RESIDENT="1"),
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert process.stdout is not None
        said = process.stdout.readline()
        assert "ready" in said, said + process.stdout.read()
        return process

    def environment(self, warm: bool = True, **variables: str) -> dict[str, str]:
        place = str(self.place) if warm else "none"
        return self._environment | {"STEADYHAND_RESIDENT": place} | variables

    def command(self, *words: str) -> list[str]:
        return [*self._program, *words]

    def warm(self, *words: str, **options: Any) -> "subprocess.CompletedProcess[str]":
        """Give a command, and see that a child of the resident did it."""
        before = self.children()
        done = self.give(*words, **options)
        assert self.children() > before, "it was done without the resident"
        return done

    def cold(self, *words: str, **options: Any) -> "subprocess.CompletedProcess[str]":
        return self.give(*words, **{"environment": self.environment(warm=False), **options})

    def give(
        self, *words: str, environment: Mapping[str, str] | None = None, **options: Any
    ) -> "subprocess.CompletedProcess[str]":
        told: dict[str, Any] = {"cwd": self.folder, "capture_output": True, **options}
        run: Callable[..., subprocess.CompletedProcess[str]] = subprocess.run
        given = environment or self.environment()
        return run(self.command(*words), env=given, text=True, timeout=PATIENCE, **told)

    def children(self) -> int:
        """Say how much memory its children that have ended have touched: more with each."""
        told = Path(f"/proc/{self.resident.pid}/stat").read_text().rpartition(")")[2].split()
        return int(told[8])

    def end(self) -> None:
        if self.resident.poll() is None:
            self.resident.send_signal(signal.SIGTERM)
        assert self.resident.stdout is not None
        self.resident.stdout.close()
        self.resident.wait(PATIENCE)


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Typed]:
    typed = small(tmp_path_factory.mktemp("resident"))
    yield typed
    typed.end()


def small(folder: Path) -> Typed:
    """Start the small program's resident, from a copy of its code."""
    copy = folder / "program.py"
    shutil.copy(PROGRAM, copy)
    return Typed((sys.executable, str(copy)), ("serve",), folder)


@pytest.fixture(scope="module")
def steadyhand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Typed]:
    folder = tmp_path_factory.mktemp("steadyhand")
    typed = Typed((str(STEADYHAND),), ("resident", "start"), folder)
    yield typed
    typed.end()


class Terminal:
    """A program in a session of its own at a terminal."""

    def __init__(self, words: list[str], environment: Mapping[str, str], folder: Path) -> None:
        self.master, slave = pty.openpty()
        self.process = subprocess.Popen(
            ["setsid", "-c", *words], env=environment, cwd=folder, stdin=slave, stdout=slave,
            stderr=slave,
        )  # fmt: skip
        os.close(slave)
        self.screen = ""

    def expect(self, text: str) -> str:
        """Wait until a text is on the screen; what stands before it."""
        assert self.shows(text, PATIENCE), self.screen
        before, _, self.screen = self.screen.partition(text)
        return before

    def shows(self, text: str, seconds: float) -> bool:
        """Tell whether a text comes on the screen within some seconds."""
        until = time.monotonic() + seconds
        while text not in self.screen:
            if not select.select([self.master], [], [], max(0.0, until - time.monotonic()))[0]:
                return False
            try:
                self.screen += os.read(self.master, 65536).decode()
            except OSError:  # nobody is at it any more
                return False
        return True

    def type(self, text: str) -> None:
        os.write(self.master, text.encode())

    def close(self) -> int:
        try:
            return self.process.wait(PATIENCE)
        finally:
            os.close(self.master)


@pytest.fixture
def at_terminal() -> Iterator[Callable[..., Terminal]]:
    opened: list[Terminal] = []

    def start(words: list[str], environment: Mapping[str, str], folder: Path) -> Terminal:
        opened.append(Terminal(words, environment, folder))
        return opened[-1]

    yield start
    for one in opened:
        if one.process.poll() is None:
            one.process.kill()
            one.process.wait()
