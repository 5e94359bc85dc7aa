"""Tasks that use more of the processor than they may, in; held to their CPU units, out.

As the kernel's bandwidth control does for a container: what has used up its part of a period is
stopped until the next has begun. That takes control groups, which a lab seldom may make; so it is
done from outside, by SIGSTOP and SIGCONT, and only to tasks that were seen over their limit: to
those below it nothing is done, and no time is spent on them. Coarser than the kernel's, whose
periods are five times as short; over a second both give the same.

https://docs.kernel.org/scheduler/sched-bwc.html
"""

import logging
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field

import psutil

from steadyhand.lab.ecs.model import Task, TaskStatus
from steadyhand.lab.processes import Child
from steadyhand.lab.usage import usage

LOG = logging.getLogger("steadyhand.lab")
UNITS = 1024  # CPU units of one core
PERIOD = 0.05  # between two looks at a task that is held
SAVED = 0.1  # seconds of its limit that a task may save up
CALM = 3.0  # seconds without a stop, after which a task is looked at no more
# A start is not held back: production's machines do in that time what one laptop does for dozens.
START_SECONDS = 15.0


@dataclass
class _Held:
    """`left` is what it may use now, in seconds of processor time."""

    task: Task
    used: float
    at: float
    left: float = 0.0
    stopped: bool = False
    calm_since: float = field(default_factory=time.monotonic)

    @property
    def cores(self) -> float:
        return self.task.cpu / UNITS


class Quota:
    """`seen` is told of each task at each tick; holding them is a thread's own work."""

    def __init__(self) -> None:
        self._held: dict[str, _Held] = {}
        self._before: dict[str, tuple[float, float]] = {}
        self._lock = threading.RLock()
        self._some = threading.Event()
        self._thread: threading.Thread | None = None

    def seen(self, task: Task) -> None:
        """A task runs, and has used so much of the processor until now."""
        now, used = time.monotonic(), task.cpu_seconds
        before = self._before.get(task.id, (now, used))
        if now - before[0] < 1.0 and task.id in self._before:
            return
        self._before[task.id] = now, used
        spent, may = used - before[1], (now - before[0]) * task.cpu / UNITS
        if spent <= may or self._starts(task):
            return
        with self._lock:
            if task.id not in self._held:
                self._held[task.id] = _Held(task, used, now)
                self._some.set()
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="quota", daemon=True)
                self._thread.start()

    def ended(self, task: Task) -> None:
        """A task is no more, or is to end: it must be able to hear of it."""
        self._before.pop(task.id, None)
        with self._lock:
            held = self._held.pop(task.id, None)
        if held is not None:
            _go_on(held)

    def _starts(self, task: Task) -> bool:
        began = task.started_at
        return began is not None and time.time() - began.timestamp() < START_SECONDS

    def _run(self) -> None:
        while True:
            self._some.wait()
            with self._lock:
                held = list(self._held.values())
                if not held:
                    self._some.clear()
            for one in held:
                try:
                    with self._lock:
                        if one.task.id in self._held:
                            self._look(one)
                except Exception:  # one that failed must not let all others go
                    LOG.exception("quota")
            time.sleep(PERIOD)

    def _look(self, one: _Held) -> None:
        now, used = time.monotonic(), _used(one.task)
        may = (now - one.at) * one.cores
        one.left = min(one.left + may, SAVED * one.cores) - max(0.0, used - one.used)
        one.at, one.used = now, used
        if one.left < 0 and not one.stopped:
            _send(one.task, signal.SIGSTOP)
            one.stopped, one.calm_since = True, now
        elif one.left >= 0 and one.stopped:
            _go_on(one)
        over = one.task.status is not TaskStatus.RUNNING
        if over or (not one.stopped and now - one.calm_since > CALM):
            self.ended(one.task)


def _go_on(one: _Held) -> None:
    """Let it run, unless somebody else has stopped it meanwhile."""
    one.stopped = False
    if not one.task.hangs:
        _send(one.task, signal.SIGCONT)


def _programs(task: Task) -> Iterator[Child]:
    for child in (task.process, *list(task.beside.values())):
        if child is not None and child.poll() is None:
            yield child


def _send(task: Task, number: signal.Signals) -> None:
    for child in _programs(task):
        with suppress(ProcessLookupError):
            child.send_signal(number)


def _used(task: Task) -> float:
    total = task.cpu_of_ended
    for child in _programs(task):
        with suppress(psutil.Error):
            total += usage(child.pid).seconds
    return total
