"""The cache's processes are killed, and no node takes their place until the fault is cleared."""

import os
import signal
from contextlib import suppress
from typing import Any

from steadyhand.lab.cache.model import Status
from steadyhand.lab.faults.cache.place import group_of
from steadyhand.lab.faults.fault import Fault, Scene


def inject(scene: Scene) -> dict[str, Any]:
    """Kill every node. To be taken for one that is being replaced keeps a node from being so."""
    killed = []
    with scene.lab.lock:
        group = group_of(scene)
        for node in group.nodes:
            scene.lab.caches.labour.recovering.add(node.id)
            if node.process is not None and node.lives():
                with suppress(ProcessLookupError):
                    os.kill(node.process.pid, signal.SIGKILL)
                killed.append(node.id)
    return {"killed": killed}


def clear(scene: Scene) -> None:
    """Start the nodes that nobody has started meanwhile, the primary first; they are empty."""
    with scene.lab.lock:
        caches, group = scene.lab.caches, group_of(scene)
        for node in sorted(group.nodes, key=lambda one: one is not group.primary):
            caches.labour.recovering.discard(node.id)
            if node.status is Status.AVAILABLE and not node.lives():
                caches.reboot(group, node)


REDIS_DOWN = Fault(
    name="redis-down",
    summary="The processes of the cache's nodes are killed; nothing listens at its endpoint.",
    notice=(
        "redis-cli says that the connection was refused; the application's health says that Redis "
        "is away; AWS/ElastiCache has no datapoints; what is limited or cached is no longer."
    ),
    inject=inject,
    clear=clear,
)
