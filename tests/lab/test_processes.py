"""The end of the lab's children: all together, each as it has to be, whatever it does."""

import signal
import sys
import time
from pathlib import Path

import pytest

from steadyhand.lab.processes import Processes, Program

DEAF = "import signal, time; [signal.signal(n, signal.SIG_IGN) for n in (2, 3, 15)]"
LAST_WORDS = "import signal, sys, time; signal.signal(3, lambda *_: sys.exit(0))"


def program(code: str, death_signal: int = signal.SIGKILL) -> Program:
    words = f"{code}; print('up', flush=True); time.sleep(100)"
    return Program("p", (sys.executable, "-I", "-S", "-c", words), death_signal=death_signal)


def test_the_deaf_are_killed_together_and_others_say_their_last_words(tmp_path: Path) -> None:
    processes = Processes(tmp_path / "processes.json")
    said: list[str] = []
    deaf = [processes.spawn(program(DEAF, signal.SIGQUIT), said.append) for _ in range(4)]
    polite = processes.spawn(program(LAST_WORDS, signal.SIGQUIT), said.append)
    stopped = processes.spawn(program("import time"), said.append)
    deadline = time.monotonic() + 20
    while said.count("up") < 6:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    stopped.send_signal(signal.SIGSTOP)
    began = time.monotonic()
    processes.kill_all()
    assert time.monotonic() - began < 6  # not 2 s for each of them
    assert {child.poll() for child in deaf} == {-signal.SIGKILL}
    assert (polite.poll(), stopped.poll()) == (0, -signal.SIGKILL)
    assert processes.pids() == {}
    with pytest.raises(ChildProcessError, match="the lab ends"):
        processes.spawn(program("import time"), said.append)
