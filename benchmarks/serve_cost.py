"""What `serve` costs a processor: at rest, and for 1,000 looks at several paces.

    python benchmarks/serve_cost.py [--paces 0,30,100,1000] [--seconds 30] [--documents 1]

For each pace in turn: so many HTTP probes with an alarm each, every one looked with once a second,
spread over so many documents, in one `steadyhand serve` with its API. Pace 0 is a handful of alarms
whose probes look once an hour: what is left is what the program does at rest. The pages that are
looked at are answered by other processes with as little work as can be; the processor time is of
the service and its children alone, so that a machine that is busy spoils the clock and not the
figure. Prints text, and JSON as its last line.
"""

import argparse
import asyncio
import json
import multiprocessing
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil
from fault_to_page import cpu, running, tree

HOST = "127.0.0.1"
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"
WARMING = 20.0  # seconds in which everything gets to its steady state
ALARM = '[alarms."down-{n}"]\nsource = "probe"\nprobe = "p{n}"\nmeasure = "failed"\n'


class Page(asyncio.Protocol):
    """Answers any request with one page."""

    def __init__(self, asked: Any) -> None:
        self.asked = asked

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, _data: bytes) -> None:
        self.asked.value += 1
        self.transport.write(ANSWER)
        self.transport.close()


def answer(port: "multiprocessing.Queue[int]", asked: Any) -> None:
    """Serve the page."""

    async def run() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: Page(asked), HOST, 0, backlog=4096)
        port.put(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(run())


def write(folder: Path, documents: int, pace: int, port: int) -> None:
    """Write documents and their settings, the probes spread over them."""
    every, many = (1, pace) if pace else (3600, 5)
    for number in range(documents):
        mine = range(number, many, documents)
        place = folder / "documents" / f"shop{number}"
        place.mkdir(parents=True)
        rows = "".join(f"| down-{n} | > 0 | Page on-call |\n" for n in mine)
        (place / f"shop{number}.md").write_text(
            f"# Shop {number}\n\n## The site is down\n\n```bash\ndate\n```\n\n## Alarms\n\n"
            f"| Alarm | Threshold | Action |\n|---|---|---|\n{rows}\n## Escalation\n\n"
            "| Level | Contact | When |\n|---|---|---|\n| L1 | On-call | Immediately |\n"
        )
        (place / "steadyhand.toml").write_text(
            'schema = 1\ntarget = "aws:bench@us-east-1"\n[contacts.On-call]\n'
            'notices = ["terminal"]\n[watch]\nper_target = 200\n'
            + "".join(
                f'[probes.p{n}]\nkind = "http"\nurl = "http://{HOST}:{port}/{n}"\n'
                f"interval_seconds = {every}\ntimeout_seconds = 1\n{ALARM.format(n=n)}"
                for n in mine
            )
        )


def switches(process: psutil.Process) -> int:
    """Count how often a thread of a process has waited."""
    found = 0
    for status in Path(f"/proc/{process.pid}/task").glob("*/status"):
        said = status.read_text()
        found += int(said.partition("\nvoluntary_ctxt_switches:")[2].split("\n")[0])
    return found


def measure(pace: int, documents: int, seconds: float) -> dict[str, float]:
    """Serve at one pace, and read what it cost."""
    context = multiprocessing.get_context("spawn")
    ports: multiprocessing.Queue[int] = context.Queue()
    asked = context.Value("L", 0, lock=False)
    server = context.Process(target=answer, args=(ports, asked), daemon=True)
    server.start()
    try:
        with tempfile.TemporaryDirectory() as at:
            folder = Path(at)
            write(folder, documents, pace, ports.get(timeout=30))
            words = [sys.executable, "-m", "steadyhand", "--state", str(folder / "state"), "serve",
                     str(folder / "documents"), "--listen", f"{HOST}:0"]  # fmt: skip
            with running(words, folder, "serve") as process:
                _wait_until_served(folder, process)
                time.sleep(WARMING)
                before, looks, begun = cpu(tree([process])), asked.value, time.monotonic()
                wakes = switches(process)
                time.sleep(seconds)
                spent, looks = cpu(tree([process])) - before, asked.value - looks
                took = time.monotonic() - begun
                wakes = switches(process) - wakes
                memory = process.memory_full_info().pss
                threads = process.num_threads()
    finally:
        server.terminate()
        server.join(10)
    return {
        "pace": pace,
        "documents": documents,
        "looks_per_second": round(looks / took, 1),
        "cpu_per_1000_looks": round(1000 * spent / looks, 3) if looks else 0.0,
        "percent_of_a_core": round(100 * spent / took, 2),
        "wakes_per_second": round(wakes / took),
        "threads": threads,
        "pss_mb": round(memory / 1e6),
    }


def _wait_until_served(folder: Path, process: psutil.Process) -> None:
    deadline = time.monotonic() + 120
    while "serving " not in (said := (folder / "serve.log").read_text()):
        if time.monotonic() > deadline or process.status() == psutil.STATUS_ZOMBIE:
            raise SystemExit(said[-2000:])
        time.sleep(0.1)


def main() -> None:
    """Print the figures."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--paces", default="0,30,100,1000")
    asked.add_argument("--seconds", type=float, default=30.0)
    asked.add_argument("--documents", type=int, default=1)
    options = asked.parse_args()
    found = []
    for pace in map(int, options.paces.split(",")):
        one = measure(pace, options.documents, options.seconds)
        found.append(one)
        print("  ".join(f"{key} {value}" for key, value in one.items()), flush=True)
    print(json.dumps({"paces": found}))


if __name__ == "__main__":
    main()
