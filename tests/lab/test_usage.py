"""What a process uses, as the kernel says it, is what psutil says."""

import os
import subprocess
import sys
import time

import psutil
import pytest
from tests.lab.running_lab import eventually

from steadyhand.lab.usage import children, usage

BUSY = "a = bytearray(30 * 2**20)\nfor _ in range(3_000_000): pass\nprint(flush=True); input()"


def test_it_is_what_psutil_says() -> None:
    with subprocess.Popen(
        (sys.executable, "-c", BUSY), stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as busy:
        assert busy.stdout is not None
        busy.stdout.readline()
        time.sleep(0.05)
        seen, said = usage(busy.pid), psutil.Process(busy.pid)
        times, memory = said.cpu_times(), said.memory_info()
        assert seen.seconds == pytest.approx(times.user + times.system, abs=0.02)
        assert seen.seconds > 0.03
        assert seen.resident == pytest.approx(memory.rss, rel=0.02)
        assert 30 * 2**20 < seen.resident - seen.shared < 60 * 2**20
        busy.kill()


def test_children_are_its_own_and_not_theirs() -> None:
    script = "sleep 30 & sleep 30 & wait"
    with subprocess.Popen(("sh", "-c", script)) as shell:
        try:
            eventually(lambda: len(children(shell.pid)) == 2, 5)
            assert shell.pid in children(os.getpid())
            assert not set(children(shell.pid)) & set(children(os.getpid()))
        finally:
            for child in children(shell.pid):
                os.kill(child, 9)


def test_one_that_is_not_there() -> None:
    with subprocess.Popen(("true",)) as gone:
        gone.wait()
    with pytest.raises(psutil.NoSuchProcess):
        usage(gone.pid)
    with pytest.raises(psutil.NoSuchProcess):
        children(gone.pid)
