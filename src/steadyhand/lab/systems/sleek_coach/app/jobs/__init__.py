"""What runs by the clock: a job's name in, its work done and its exit code out."""

import time
from collections.abc import Callable
from importlib import import_module

from steadyhand.lab.systems.sleek_coach.app.logs import one_line, say

# Each module has `run`, which gives what it did in numbers; it is imported when it is wanted.
JOBS = {
    "token-cleanup": "tokens",
    "ai-session-cleanup": "sessions",
    "metrics-aggregation": "figures",
    "log-rotation": "old_logs",
}


def run_job(name: str) -> int:
    """Do it, and say what was done. What fails is one ERROR line and exit code 1."""
    if name not in JOBS:
        say("ERROR", f"there is no job {name}")
        return 2
    started = time.perf_counter()
    try:
        run: Callable[[], dict[str, float]] = import_module(f"{__name__}.{JOBS[name]}").run
        done = run()
    except Exception as error:  # the last one to see it; the exit code tells ECS
        say("ERROR", f"job {name} failed: {one_line(error)}", {"job": name})
        return 1
    seconds = round(time.perf_counter() - started, 2)
    say("INFO", f"job {name} finished", {"job": name, "seconds": seconds, **done})
    return 0
