"""A client asks for everything, and a cache without a bound keeps it all."""

from typing import Any

from steadyhand.lab.faults.fault import BadParameter, Fault, Scene, number
from steadyhand.lab.traffic import Traffic

RATE = 240  # enough that no minute goes by in which both tasks are well


def inject(scene: Scene) -> dict[str, Any]:
    """Let the crawler in: each of its requests is another report that the tasks keep."""
    parts = scene.live.parts
    if parts.crawler is None:
        raise BadParameter(f"{parts.name} keeps nothing that a crawler could ask for")
    rate = number(scene.given, "rate", RATE) or RATE
    address = ("127.0.0.1", scene.lab.proxy(parts.balancers[0].name).port)
    crawler = scene.kept["crawler"] = Traffic(address, rate, parts.crawler, threads=8)
    crawler.start()
    return {"rate": rate}


def clear(scene: Scene) -> None:
    """Send the crawler away. What a task has kept it keeps, until it is replaced."""
    scene.kept["crawler"].stop()


MEMORY_EXHAUSTION = Fault(
    name="memory-exhaustion",
    summary="A crawler asks for every report there is; each is kept until memory is exhausted.",
    notice=(
        "MemoryUtilization climbs to 100; tasks stop with exit code 137 and OutOfMemoryError; the "
        "load balancer answers 502 and 503 meanwhile. No deployment was made."
    ),
    inject=inject,
    clear=clear,
    parameters={"rate": f"the crawler's requests a second ({RATE})"},
)
