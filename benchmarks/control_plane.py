"""How long answers take with much in the journal: incidents, timelines, probes; how that grows.

    python benchmarks/control_plane.py [--incidents 1000] [--events 100] [--probes 10000]

For a tenth of it and for all of it, in turn: a journal of open incidents with a timeline each is
written, `steadyhand serve` is started over it with TCP probes at an interval of 30 s, and the API
and the command line are asked while all that goes on. Events are written without the audit chain,
which the program begins behind them, as over a journal of an older version. Prints text, and JSON
as its last line: the median, the worst and the processor's time of each question in milliseconds.
"""

import argparse
import json
import os
import resource
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import psutil
from msgspec.structs import replace

from steadyhand.app.serving import access
from steadyhand.main import build
from steadyhand.model import canonical
from steadyhand.model.alarm import Condition
from steadyhand.model.incident.conduct import NoteAdded, Rung
from steadyhand.model.incident.events import Acknowledged, IncidentOpened, LevelPaged
from steadyhand.store.database import inserting
from steadyhand.store.schema import VERSION, open_store

ASKED = 15  # times that each question is asked
SERVING = 240.0  # seconds that the service may take to serve

OPENED = IncidentOpened(
    at=datetime.now(UTC), onset=datetime.now(UTC), alarm="Queue", rule="> 100", reason="150",
    condition=Condition(">", 100, 1, 1), period_seconds=60, verify_seconds=60,
    levels=(Rung("L1", "On-call", "at once", 0.0),), system="shop", runbook="shop.md",
    target="aws:bench@eu-west-1", factor=1.0, severity="P3",
)  # fmt: skip

SETTINGS = """target = "aws:bench@eu-west-1"

[respond]
repeat_seconds = 0
acknowledge_seconds = 0

[contacts.On-call]
notices = ["terminal"]

[alarms.Queue]
source = "probe"
probe = "p0"
measure = "failed"
period_seconds = 60
"""

DOCUMENT = """# Shop

## Alarms

| Alarm | Threshold | Action |
|-------|-----------|--------|
| Queue | > 50% for 5 min | Page on-call |
"""


def fill(state: Path, incidents: int, each: int) -> None:
    """Write open incidents that were told and acknowledged, with notes up to `each` events."""
    database = open_store(f"sqlite:///{state / 'journal.db'}")
    begun = datetime.now(UTC) - timedelta(hours=1)
    with database.writing() as connection:
        for number in range(incidents):
            at = begun + timedelta(seconds=number * 3000 / incidents)
            timeline: list[object] = [
                replace(OPENED, at=at, onset=at),
                LevelPaged("L1", "On-call", ("terminal",), at),
                Acknowledged("ada", at),
            ]
            timeline += [NoteAdded(f"note {n} " + "x" * 100, "ada", at) for n in range(each - 3)]
            rows = [
                {
                    "kind": "incident", "id": f"i{number:06}", "seq": seq, "version": VERSION,
                    "at": at.isoformat(timespec="microseconds"), "type": type(event).__name__,
                    "body": canonical.dumps(event),
                }
                for seq, event in enumerate(timeline, 1)
            ]  # fmt: skip
            connection.run_each(inserting("events", tuple(rows[0])), rows)
    database.close()


@contextmanager
def listener() -> Iterator[int]:
    """Take connections on loopback and close them: what the probes look at."""
    server = socket.create_server(("127.0.0.1", 0), backlog=1024)
    threading.Thread(target=_accept, args=(server,), daemon=True).start()
    yield server.getsockname()[1]
    server.close()


def _accept(server: socket.socket) -> None:
    while True:
        try:
            server.accept()[0].close()
        except OSError:
            return


@contextmanager
def serving(folder: Path, probes: int, port: int) -> Iterator[tuple[str, float, psutil.Process]]:
    """Start the service; gives its address, the seconds until it served, and its process."""
    (folder / "shop.md").write_text(DOCUMENT)
    (folder / "steadyhand.toml").write_text(
        SETTINGS + "".join(
            f'[probes.p{n}]\nkind = "tcp"\nhost = "127.0.0.1"\nport = {port}\n'
            for n in range(probes)
        )
    )  # fmt: skip
    begun = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "steadyhand", "--state", str(folder / "state"), "serve",
         str(folder / "shop.md"), "--listen", "127.0.0.1:0"],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        env={**os.environ, "HOME": str(folder), "AWS_EC2_METADATA_DISABLED": "true"},
    )  # fmt: skip
    killer = threading.Timer(SERVING, process.kill)
    killer.start()
    said = []
    try:
        assert process.stdout is not None
        for line in process.stdout:
            said.append(line)
            if " serving shop at " in line:
                break
        else:
            raise SystemExit("".join(said[-20:]))
        killer.cancel()
        threading.Thread(target=process.stdout.read, daemon=True).start()
        address = said[-1].split(" at ")[1].strip()
        yield address, time.monotonic() - begun, psutil.Process(process.pid)
    finally:
        killer.cancel()
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()


PATHS = (
    "/healthz",
    "/api/v1/incidents?limit=100",
    "/api/v1/incidents/i000000",
    "/api/v1/incidents/i000000/timeline",
    "/api/v1/events?after=0&limit=100",
    "/api/v1/alarms",
    "/metrics",
    "/status.json",
)


Took = dict[str, tuple[list[float], float]]  # by question: milliseconds, and those of a processor


def ask_api(address: str, token: str, process: psutil.Process, rest: float) -> Took:
    """Ask the API each question; what the service does at rest is no part of its processor time."""
    took: Took = {}
    headers = {"authorization": f"Bearer {token}"}
    with httpx.Client(base_url=address, headers=headers, timeout=120) as client:
        for path in PATHS:
            waited = []
            before = process.cpu_times()
            for _ in range(ASKED):
                begun = time.perf_counter()
                answer = client.get(path)
                waited.append((time.perf_counter() - begun) * 1000)
                assert answer.status_code in {200, 503}, (path, answer.text)
            after = process.cpu_times()
            spent = (after.user + after.system - before.user - before.system) * 1000
            took[path] = (waited, max(0.0, spent - rest * sum(waited)) / ASKED)
    return took


COMMANDS = (
    ("incidents", "list", "--json"),
    ("incidents", "list", "--last", "20", "--json"),
    ("incidents", "show", "i000000", "--json"),
    ("alarms", "list", "shop.md", "--json"),
)


def ask_cli(folder: Path) -> Took:
    """Call the command line from nothing."""
    took: Took = {}
    for words in COMMANDS:
        waited, before = [], _children()
        for _ in range(3):
            begun = time.perf_counter()
            command = [sys.executable, "-m", "steadyhand", "--state", "state", *words]
            subprocess.run(command, check=True, capture_output=True, timeout=240, cwd=folder)
            waited.append((time.perf_counter() - begun) * 1000)
        took["steadyhand " + " ".join(words)] = (waited, (_children() - before) * 1000 / 3)
    return took


def _children() -> float:
    """Seconds of a processor that ended children have taken."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def measure(incidents: int, each: int, probes: int) -> dict[str, object]:
    """Fill, serve and ask, once."""
    with tempfile.TemporaryDirectory() as at, listener() as port:
        folder = Path(at)
        state = folder / "state"
        state.mkdir()
        fill(state, incidents, each)
        control = build(state)
        token, _made = access.create_token(control, "bench", ["read"], 1)
        control.close()
        with serving(folder, probes, port) as (address, seconds, process):
            starting = sum(process.cpu_times()[:2])
            time.sleep(10)  # what was woken at the start is done
            before, begun = process.cpu_times(), time.monotonic()
            time.sleep(10)
            after = process.cpu_times()
            busy = (after.user + after.system - before.user - before.system) / (
                time.monotonic() - begun
            )
            took = {**ask_api(address, token, process, busy), **ask_cli(folder)}
            memory = process.memory_full_info().pss / 1e6
    return {
        "incidents": incidents,
        "events": incidents * each,
        "probes": probes,
        "seconds until it serves": round(seconds, 2),
        "processor seconds until it serves": round(starting, 2),
        "cores busy with its probes alone": round(busy, 2),
        "MB (PSS)": round(memory),
        "ms": {
            name: {
                "median": round(statistics.median(waited), 1),
                "worst": round(max(waited), 1),
                "processor": round(spent, 1),
            }
            for name, (waited, spent) in took.items()
        },
    }


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--incidents", type=int, default=1000)
    asked.add_argument("--events", type=int, default=100, help="of each incident")
    asked.add_argument("--probes", type=int, default=10_000)
    options = asked.parse_args()
    said = []
    for part in (10, 1):
        found = measure(options.incidents // part, options.events, options.probes // part)
        said.append(found)
        for name, value in found.items():
            if name != "ms":
                print(f"{name}: {value}")
        times = found["ms"]
        assert isinstance(times, dict)
        for name, one in times.items():
            print(
                f"  {name}: median {one['median']} ms, worst {one['worst']} ms,"
                f" {one['processor']} ms of a processor"
            )
        print(flush=True)
    print(json.dumps({"runs": said}))


if __name__ == "__main__":
    main()
