"""The service's processes get next to no processor: they answer, late."""

import signal
from typing import Any

from steadyhand.lab.faults.compute.tasks import SERVICE, running_tasks, send
from steadyhand.lab.faults.fault import Fault, Scene, number
from steadyhand.lab.faults.repeating import Repeating

OF_THE_TIMEOUT = 0.7  # so long at a time: a health check is answered just in time
RUNNING = 0.1  # of that, in between


def inject(scene: Scene) -> dict[str, Any]:
    """Hold the processes most of the time, as a limit on their processor time does."""
    lab = scene.lab
    stopped = number(scene.given, "stopped", lab.durations.health_timeout * OF_THE_TIMEOUT)
    running = number(scene.given, "running", stopped * RUNNING)

    def hold() -> None:
        tasks = running_tasks(scene)
        try:
            send(tasks, signal.SIGSTOP)
            lab.ending.wait(stopped)
        finally:
            send(tasks, signal.SIGCONT)

    holding = scene.kept["holding"] = Repeating(hold, running, lab.ending)
    holding.start()
    return {"stopped": stopped, "running": running}


def clear(scene: Scene) -> None:
    scene.kept["holding"].stop()


SLOW_RESPONSES = Fault(
    name="slow-responses",
    summary="The tasks' processes are held most of the time: whatever they answer comes late.",
    notice=(
        "TargetResponseTime rises by orders of magnitude, and fewer requests are answered in a "
        "minute; CPUUtilization stays low; most answers are still right, health checks just pass."
    ),
    inject=inject,
    clear=clear,
    parameters={
        **SERVICE,
        "stopped": "seconds they are held at a time (most of the health check's timeout)",
        "running": "seconds they run in between (a tenth of that)",
    },
)
