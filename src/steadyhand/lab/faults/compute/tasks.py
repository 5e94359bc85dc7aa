"""A scene in, the processes of its service's tasks out; and signals for them."""

import os
import signal
from collections.abc import Iterator
from contextlib import suppress

from steadyhand.lab.ecs.model import Task, TaskStatus
from steadyhand.lab.faults.fault import Scene

SERVICE = {"service": "the ECS service (the system's first)"}


def running_tasks(scene: Scene) -> list[Task]:
    """The tasks that run now. Takes the API's lock."""
    with scene.lab.lock:
        return [task for task in scene.running.tasks if task.status is TaskStatus.RUNNING]


def alive(tasks: list[Task]) -> Iterator[tuple[Task, int]]:
    """Each task whose process has not ended, with its pid."""
    for task in tasks:
        if task.process is not None and task.process.poll() is None:
            yield task, task.process.pid


def send(tasks: list[Task], number: signal.Signals) -> list[str]:
    """Send a signal to the tasks' processes; the ids of those that got it."""
    got = []
    for task, pid in alive(tasks):
        if number in (signal.SIGSTOP, signal.SIGCONT):
            task.hangs = number is signal.SIGSTOP
        with suppress(ProcessLookupError):
            os.kill(pid, number)
            got.append(task.id)
    return got
