"""A scene and a program in, that program inside the tasks of the scene's service, or gone, out."""

import sys
from pathlib import Path

from steadyhand.lab.ecs.visitors import Visitor
from steadyhand.lab.faults.fault import Scene

PROGRAMS = Path(__file__).parent / "programs"


def bring_in(scene: Scene, program: str, argument: float, most: int = 1000) -> None:
    """Have `programs/<program>.py` run in at most so many tasks; also in those that follow."""
    argv = (sys.executable, "-I", "-S", str(PROGRAMS / f"{program}.py"), f"{argument:.4f}")
    with scene.lab.lock:
        service = scene.running.service
        visitor = Visitor(service.cluster, service.name, argv, most)
        scene.lab.fleet.visitors[program] = visitor


def send_out(scene: Scene, program: str) -> None:
    with scene.lab.lock:
        scene.lab.fleet.visitors.pop(program, None)
