"""A client asks for everything, and a cache without a bound keeps it all."""

from collections.abc import Mapping
from typing import Any

from steadyhand.lab.faults.fault import Fault, number
from steadyhand.lab.lab import Lab
from steadyhand.lab.traffic import Traffic

RATE = 240  # enough that no minute goes by in which both tasks are well

_crawlers: list[Traffic] = []


def inject(lab: Lab, given: Mapping[str, Any]) -> dict[str, Any]:
    """Let the crawler in: each of its requests is another report that the tasks keep."""
    rate = number(given, "rate", RATE) or RATE
    crawler = Traffic(("127.0.0.1", lab.balancer.port), rate, lab.system.crawler, threads=8)
    _crawlers.append(crawler)
    crawler.start()
    return {"rate": rate}


def clear(_: Lab) -> None:
    """Send the crawler away. What a task has kept it keeps, until it is replaced."""
    while _crawlers:
        _crawlers.pop().stop()


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
