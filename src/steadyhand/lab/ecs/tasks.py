"""A task definition in, a running process out; and what the kernel does to it afterwards.

Knows processes, memory and exit codes; when a task should start or stop is the scheduler's matter.
"""

import signal
import socket
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from steadyhand.lab.durations import Durations
from steadyhand.lab.ecs.model import Task, TaskStatus, now
from steadyhand.lab.ecs.quota import Quota
from steadyhand.lab.ecs.registry import Registry
from steadyhand.lab.processes import Processes, Program
from steadyhand.lab.usage import usage

PACKAGE_ROOT = Path(__file__).parents[3]
PYTHON = {"PYTHONPATH": str(PACKAGE_ROOT), "PYTHONUNBUFFERED": "1"}  # what every task has

OUT_OF_MEMORY = "OutOfMemoryError: Container killed due to memory usage"


@dataclass(frozen=True)
class Launcher:
    """Starts, watches and ends the processes of tasks. `log` gets each line a task prints."""

    registry: Registry
    processes: Processes
    durations: Durations
    environment: Callable[[str], dict[str, str]]  # of a task definition, secrets resolved
    log: Callable[[Task, str], None]
    gate: Callable[[Task], socket.socket | None] = lambda _: None  # see network/firewall.py
    quota: Quota = field(default_factory=Quota)

    def start(self, task: Task) -> None:
        """Run the image's build; where the registry has no such image, the task stops at once."""
        build = self.registry.find(task.image)
        if build is None:
            reason = "CannotPullContainerError: pull image manifest has been retried 1 time(s): "
            self._ended(task, None, f"{reason}failed to resolve ref {task.image}: not found")
            task.stop_code = "TaskFailedToStart"
            return
        try:
            given = self.environment(task.definition)
        except LookupError as missing:
            # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/resource-initialization-error.html
            reason = "ResourceInitializationError: unable to pull secrets or registry auth: "
            self._ended(task, None, f"{reason}{missing.args[0]}")
            task.stop_code = "TaskFailedToStart"
            return
        task.environment = {
            **given,
            **task.environment,
            **PYTHON,
            "VERSION": build.version,
            "HOST": task.host,
            "PORT": str(task.port),
            "STOP_SECONDS": f"{self.durations.stop_timeout:.1f}",
            "CONNECTION_SECONDS": f"{self.durations.connection_lifetime:.1f}",
        }
        argv = (sys.executable, *build.program, *task.command)
        task.home = build.home
        gate = self.gate(task)
        program = Program(
            f"task {task.id}",
            argv,
            task.environment,
            folder=task.home,
            gate=gate,
            may_be_forked=True,
        )
        task.process = self.processes.spawn(program, lambda line: self.log(task, line))
        task.started_at = now()
        task.status = TaskStatus.RUNNING

    def watch(self, task: Task) -> None:
        """Sample its memory and processor; kill it over its limit; see that it has ended."""
        process = task.process
        if process is None or task.status is TaskStatus.STOPPED:
            return
        code = process.poll()
        if code is not None:
            self.processes.forget(process.pid)
            reason = task.stopped_reason or "Essential container in task exited"
            # A signal shows as Docker shows it: 128 and its number.
            self._ended(task, code if code >= 0 else 128 - code, reason)
            task.stop_code = task.stop_code or "EssentialContainerExited"
            return
        with suppress(psutil.Error):
            beside = (one for one in task.beside.values() if one.poll() is None)
            used = [usage(one.pid) for one in (process, *beside)]
            task.resident = sum(one.resident for one in used) / 2**20
            task.cpu_seconds = task.cpu_of_ended + sum(one.seconds for one in used)
            task.seen_at = time.monotonic()
            if task.status is TaskStatus.RUNNING:
                self.quota.seen(task)
        if task.resident > task.memory:
            task.container_reason = OUT_OF_MEMORY
            process.kill()
        elif task.status is TaskStatus.STOPPING and time.monotonic() >= task.kill_at:
            process.kill()

    def bring_in(self, task: Task, name: str, argv: tuple[str, ...]) -> None:
        """Run another program inside a task: what it uses is the task's, and it ends with it."""
        program = Program(f"task {task.id}: {name}", argv, task.environment, folder=task.home)
        task.beside[name] = self.processes.spawn(program, lambda line: self.log(task, line))

    def send_out(self, task: Task, name: str) -> None:
        """End a program that was brought in."""
        process = task.beside.pop(name)
        with suppress(psutil.Error):
            task.cpu_of_ended += usage(process.pid).seconds
        process.kill()
        process.wait()
        self.processes.forget(process.pid)

    def terminate(self, task: Task) -> None:
        """SIGTERM now, SIGKILL when the stop timeout is over; what never began ends at once."""
        if task.process is None:
            self._ended(task, None, task.stopped_reason)
            return
        task.status = TaskStatus.STOPPING
        self.quota.ended(task)
        task.kill_at = time.monotonic() + self.durations.stop_timeout
        with suppress(ProcessLookupError):
            task.process.send_signal(signal.SIGTERM)

    def _ended(self, task: Task, code: int | None, reason: str) -> None:
        self.quota.ended(task)
        for name in list(task.beside):
            self.send_out(task, name)
        task.status = TaskStatus.STOPPED
        task.exit_code = code
        task.stopped_at = now()
        task.stopping_at = task.stopping_at or task.stopped_at
        task.stopped_reason = reason
        task.resident = 0.0
