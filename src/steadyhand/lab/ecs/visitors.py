"""Programs that run inside a service's tasks beside the application, in; started and ended, out.

Level-triggered, like the scheduler: a visitor that is there gets into every task that runs, and one
that is no longer there is ended. Children are started from the thread that ticks.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from steadyhand.lab.ecs.model import Task, TaskStatus
from steadyhand.lab.ecs.tasks import Launcher


@dataclass(frozen=True)
class Visitor:
    """A program for at most `most` tasks of a service at a time."""

    cluster: str
    service: str
    argv: tuple[str, ...]
    most: int = 1000

    def comes_to(self, task: Task) -> bool:
        return (task.cluster, task.group) == (self.cluster, f"service:{self.service}")


def visit(launcher: Launcher, tasks: list[Task], visitors: Mapping[str, Visitor]) -> None:
    """Bring in who is missing, and send out who is not wanted any more."""
    for task in tasks:
        for name in set(task.beside) - set(visitors):
            launcher.send_out(task, name)
    for name, visitor in visitors.items():
        hosts = [task for task in tasks if visitor.comes_to(task)]
        room = visitor.most - sum(name in task.beside for task in hosts)
        free = [task for task in hosts if task.status is TaskStatus.RUNNING]
        # The one that has run longest comes first: a task that has just started has enough to do.
        for task in [task for task in free if name not in task.beside][: max(0, room)]:
            launcher.bring_in(task, name, visitor.argv)
