"""The Kafka broker's process is killed, and nobody starts it again until the fault is cleared."""

import os
import signal
import threading
from contextlib import suppress
from typing import Any

import psutil

from steadyhand.lab.faults.fault import BadParameter, Fault, Scene
from steadyhand.lab.faults.messaging.workers import brokers, topic_of
from steadyhand.lab.processes import Program

NAME = "kafka"
KEPT = ("PYTHONPATH", "PYTHONUNBUFFERED")  # of its environment


def inject(scene: Scene) -> dict[str, Any]:
    """Note how it was started, and kill it. Its data stay on the disk."""
    topic_of(scene)  # a system without topics has no broker to lose
    pids = [pid for pid, name in scene.lab.processes.pids().items() if name == NAME]
    if not pids:
        raise BadParameter("no broker runs")
    (pid,) = pids
    process = psutil.Process(pid)
    environment = process.environ()
    scene.kept["program"] = Program(
        NAME, tuple(process.cmdline()), {name: environment[name] for name in KEPT}
    )
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    process.wait(5)
    scene.lab.processes.forget(pid)
    return {"killed": brokers(scene)}


def clear(scene: Scene) -> None:
    """Start it where it was, with what it had."""
    lab, started = scene.lab, threading.Event()

    def start() -> None:
        # A child ends with the thread that started it, so this one stays as long as the lab.
        lab.processes.spawn(scene.kept["program"], lambda _: None)
        started.set()
        lab.ending.wait()

    threading.Thread(target=start, name="broker", daemon=True).start()
    started.wait(10)


BROKER_DOWN = Fault(
    name="broker-down",
    summary="The process of the Kafka broker is killed; nothing listens at its address.",
    notice=(
        "kafka-consumer-groups.sh cannot reach the broker; /health/detailed answers 503 and names "
        "kafka; what would be sent is refused with 503; AWS/Kafka has no datapoints."
    ),
    inject=inject,
    clear=clear,
)
