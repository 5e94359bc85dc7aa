"""A task that wants a whole core gets its CPU units of it; one that is stopped stays stopped."""

import signal
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from steadyhand.lab.ecs.model import Task, TaskStatus
from steadyhand.lab.ecs.quota import Quota
from steadyhand.lab.faults.compute.tasks import send
from steadyhand.lab.processes import Processes, Program
from steadyhand.lab.usage import usage

BUSY = "while True: pass"


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    made = Processes(tmp_path / "processes.json")
    yield made
    made.kill_all()


def busy(processes: Processes, cpu: int) -> Task:
    """A task that has been up for long, and computes without end."""
    program = Program("busy", (sys.executable, "-I", "-S", "-c", BUSY))
    task = Task("t", "arn", "c", "d", "i", 512, cpu, "127.0.0.1", 1, "api")
    task.process, task.status = processes.spawn(program, lambda _: None), TaskStatus.RUNNING
    task.started_at = datetime.now(UTC) - timedelta(minutes=1)
    return task


def cores(task: Task, quota: Quota, seconds: float) -> float:
    """What it uses while the scheduler looks at it five times a second."""
    assert task.process is not None
    before, began = usage(task.process.pid).seconds, time.monotonic()
    while time.monotonic() - began < seconds:
        task.cpu_seconds = usage(task.process.pid).seconds
        quota.seen(task)
        time.sleep(0.2)
    return (usage(task.process.pid).seconds - before) / (time.monotonic() - began)


def test_a_task_gets_its_part_of_the_processor_and_no_more(processes: Processes) -> None:
    task, quota = busy(processes, 256), Quota()
    cores(task, quota, 1.5)  # it is seen to be over its limit
    assert 0.1 < cores(task, quota, 2.5) < 0.33
    # What somebody else has stopped is not set going.
    send([task], signal.SIGSTOP)
    time.sleep(0.3)
    assert cores(task, quota, 0.6) < 0.05
    send([task], signal.SIGCONT)
    assert cores(task, quota, 0.6) > 0.05
    # One that is to end hears of it.
    quota.ended(task)
    assert task.process is not None
    task.process.send_signal(signal.SIGTERM)
    assert task.process.wait(5) == -signal.SIGTERM
