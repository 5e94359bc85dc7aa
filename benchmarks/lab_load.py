"""Whether a system of the lab stands a steady load of its own users through its load balancer.

    python benchmarks/lab_load.py [SYSTEM ...] [--rate 200] [--seconds 60] [--json results.json]

One system at a time is brought up, with nothing injected. Requests are due at fixed times, whether
or not those before have been answered, and each is measured from when it was due: what queues,
counts. An error is no answer, or one of 4xx or 5xx. Beside it, the processor time that each part
took meanwhile: this machine's load is in every number. Prints text, and JSON as its last line.
"""

import argparse
import http.client
import json
import platform
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import psutil
from lab_api import environment

from steadyhand.lab.systems import SYSTEMS
from steadyhand.lab.systems.parts import Request

WORKERS = 96  # as many requests may be on their way at once
TIMEOUT = 20.0
WARM_UP = 3.0  # seconds, not counted: connections are made, caches filled
User = Callable[[int], Request]


@dataclass
class Seen:
    """What came back; the lists are appended to by all workers, which Python makes safe."""

    seconds: list[float] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)  # 0: no answer
    errors: list[str] = field(default_factory=list)


@contextmanager
def lab(system: str, state: Path) -> Iterator[dict[str, Any]]:
    """Bring a system up without its usual users; give the lab's contract."""
    words = ("up", system, "--state", str(state), "--traffic", "0", "--fresh", "--factor", "60")
    process = subprocess.Popen(
        (sys.executable, "-m", "steadyhand.lab", *words, "--die-with-parent"),
        env=environment(), stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        first = process.stdout.readline()
        if not first:
            raise RuntimeError(f"{system} did not come up")
        yield json.loads(first)
    finally:
        process.terminate()
        process.communicate(timeout=60)


def load(address: tuple[str, int], user: User, rate: float, seconds: float) -> Seen:
    """Ask at this rate for so long."""
    seen, numbers = Seen(), count()
    began = time.monotonic() + 0.2

    def work() -> None:
        connection = http.client.HTTPConnection(*address, timeout=TIMEOUT)
        while (number := next(numbers)) < (WARM_UP + seconds) * rate:
            due = began + number / rate
            time.sleep(max(0.0, due - time.monotonic()))
            request = user(number)
            status = _ask(connection, request)
            if due - began < WARM_UP:
                continue
            seen.seconds.append(time.monotonic() - due)
            seen.statuses.append(status)
            if status == 0 or status >= 400:
                seen.errors.append(f"{status} {request.method} {request.path}")
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(WORKERS)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return seen


def _ask(connection: http.client.HTTPConnection, request: Request) -> int:
    headers = dict(request.headers)
    if request.body:
        headers["Content-Type"] = "application/json"
    try:
        connection.request(request.method, request.path, request.body or None, headers)
        response = connection.getresponse()
        response.read()
        return response.status
    except (OSError, http.client.HTTPException):
        with suppress(OSError):
            connection.close()
        return 0


def processor_time(control: str) -> dict[str, float]:
    """Seconds of processor time so far, by part of the lab."""
    with urlopen(f"{control}/status", timeout=20) as answer:
        pids: Mapping[str, str] = json.load(answer)["pids"]
    spent: dict[str, float] = defaultdict(float)
    for pid, name in pids.items():
        with suppress(psutil.Error):
            times = psutil.Process(int(pid)).cpu_times()
            part = " ".join(word for word in name.split(":")[0].split() if not _is_id(word))
            spent[part] += times.user + times.system
    return spent


def _is_id(word: str) -> bool:
    return len(word) > 20 and word.isalnum()


def measured(system: str, rate: float, seconds: float) -> dict[str, Any]:
    """Bring a system up, load it, say what was seen."""
    with tempfile.TemporaryDirectory(prefix="load-") as folder, lab(system, Path(folder)) as told:
        host, _, port = str(told["url"]).removeprefix("http://").partition(":")
        before, own = processor_time(told["control"]), psutil.Process().cpu_times()
        began = time.monotonic()
        seen = load((host, int(port)), SYSTEMS[system].user, rate, seconds)
        took = time.monotonic() - began
        spent, now = processor_time(told["control"]), psutil.Process().cpu_times()
    cores = {name: round((whole - before.get(name, 0)) / took, 3) for name, whole in spent.items()}
    cores["this program"] = round((now.user + now.system - own.user - own.system) / took, 3)
    ordered = sorted(seen.seconds)
    at = {name: ordered[int(share * (len(ordered) - 1))] for name, share in SHARES.items()}
    return {
        "system": system,
        "requests": len(seen.statuses),
        "rate": round(len(seen.statuses) / max(took - WARM_UP, 1e-9), 1),
        "errors": len(seen.errors),
        "kinds": dict(Counter(seen.errors).most_common(5)),
        "milliseconds": {name: round(value * 1000, 1) for name, value in at.items()},
        "cores": {name: share for name, share in cores.items() if share > 0.005},
    }


SHARES = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "max": 1.0}


def said(row: Mapping[str, Any]) -> str:
    times = "  ".join(f"{name} {value:.0f} ms" for name, value in row["milliseconds"].items())
    parts = ", ".join(f"{name} {value:.2f}" for name, value in row["cores"].items())
    head = f"{row['system']}: {row['requests']} requests, {row['rate']}/s, {row['errors']} errors"
    return "\n".join([f"{head}   {times}", f"    cores: {parts}", *map(str, row["kinds"].items())])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("systems", nargs="*", choices=[*SYSTEMS, []], default=list(SYSTEMS))
    parser.add_argument("--rate", type=float, default=200)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    rows = []
    for system in given.systems:
        rows.append(measured(system, given.rate, given.seconds))
        print(said(rows[-1]), flush=True)
    result = {"python": platform.python_version(), "cpus": psutil.cpu_count(), "systems": rows}
    if given.json:
        given.json.write_text(json.dumps(result, indent=1) + "\n")
    print(json.dumps(result))
    return 1 if any(row["errors"] for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
