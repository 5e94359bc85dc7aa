"""How soon the lab is up, what it holds, and what it does while nobody uses it.

    python benchmarks/lab_up.py [SYSTEM ...] [--times 3] [--rest 60] [--json results.json]

The lab comes up on an empty folder, without its usual users, and is then left alone. Beside the
wall clock, the processor time of all its processes: another program's work is only in the first.
Memory is the sum of the proportional sizes (PSS), so that what is shared counts once. Linux only.
Prints text, and JSON as its last line.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil
from lab_api import environment

SETTLE = 15.0  # seconds after the start: copies of databases are still being made


@dataclass(frozen=True)
class Measured:
    """`start_cpu` in seconds; `rest_cpu` in percent of a core."""

    start_seconds: float
    start_cpu: float
    processes: int
    memory_mb: int
    rest_cpu: float


def family(lab: int) -> list[psutil.Process]:
    root = psutil.Process(lab)
    return [root, *root.children(recursive=True)]


def spent(processes: list[psutil.Process], with_ended: bool) -> dict[int, float]:
    """Processor seconds of each; with those of its children that have ended."""
    seconds: dict[int, float] = {}
    for one in processes:
        with suppress(psutil.Error):
            times = one.cpu_times()
            seconds[one.pid] = times.user + times.system
            if with_ended:
                seconds[one.pid] += times.children_user + times.children_system
    return seconds


def measure(systems: list[str], rest: float) -> Measured:
    with tempfile.TemporaryDirectory(prefix="lab-up-") as state:
        words = ("up", *systems, "--state", state, "--traffic", "0", "--fresh")
        began = time.monotonic()
        lab = subprocess.Popen(
            (sys.executable, "-m", "steadyhand.lab", *words, "--die-with-parent"),
            env=environment(), stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert lab.stdout is not None
        try:
            if not lab.stdout.readline():
                sys.exit(f"the lab did not come up: {Path(state, 'lab.log').read_text()}")
            seconds = time.monotonic() - began
            start_cpu = sum(spent(family(lab.pid), with_ended=True).values())
            time.sleep(min(SETTLE, rest))
            processes = family(lab.pid)
            before, at = spent(processes, with_ended=False), time.monotonic()
            time.sleep(rest)
            after, span = spent(processes, with_ended=False), time.monotonic() - at
            used = sum(after[pid] - before[pid] for pid in after)
            memory = 0
            for one in processes:
                with suppress(psutil.Error):
                    memory += one.memory_full_info().pss
        finally:
            lab.terminate()
            lab.communicate(timeout=60)
    return Measured(seconds, start_cpu, len(processes), memory >> 20, 100 * used / span)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("systems", nargs="*")
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--rest", type=float, default=60.0)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    rows = [asdict(measure(given.systems, given.rest)) for _ in range(given.times)]
    found = {name: statistics.median(row[name] for row in rows) for name in rows[0]}
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; the median of {given.times}")
    print(f"up after {found['start_seconds']:.1f} s, of {found['start_cpu']:.1f} s processor time")
    print(f"{found['processes']:.0f} processes, {found['memory_mb']:.0f} MB")
    print(f"at rest {found['rest_cpu']:.1f} % of a core")
    told = json.dumps({"median": found, "runs": rows})
    if given.json:
        given.json.write_text(told + "\n")
    print(told)


if __name__ == "__main__":
    main()
