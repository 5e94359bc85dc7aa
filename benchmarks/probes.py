"""What a thousand HTTP looks cost, beside Prometheus's blackbox exporter in the same run.

    python benchmarks/probes.py [--seconds 10] [--probes 1000] [--interval 1] [--blackbox PATH]
    python benchmarks/probes.py --probes 10000 --interval 30 --seconds 70 --pause 5 --no-blackbox

Ours: `--probes` with an interval of so many seconds, judged against an alarm each, in a process
of its own that does nothing else. Theirs: as many looks at the same page through the exporter's
`/probe`, over kept connections, as Prometheus asks for them; what Prometheus itself needs for that
is not counted. Processor time is of the process that looks, alone. Without `--blackbox` it is
fetched as Debian's package `prometheus-blackbox-exporter` (unpacked, not installed) or left out.
The server is a third process, and does as little as can be; everything is on loopback. With
`--pause` our process is stopped for so long in the middle (SIGSTOP): how many looks the busiest
second after it had, over the pace, says whether there was a storm. JSON is the last line.
"""

import argparse
import asyncio
import contextlib
import json
import multiprocessing
import os
import resource
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from steadyhand.model.document.facts import Facts
from steadyhand.model.settings.binding import Binding
from steadyhand.model.settings.probes import HttpProbe, Watching
from steadyhand.model.settings.whole import Settings
from steadyhand.watch.bindings import all_watched
from steadyhand.watch.book import Sample
from steadyhand.watch.prober import Pace, probe
from steadyhand.watch.sources.around import Around
from steadyhand.watch.watcher import Watcher

HOST = "127.0.0.1"
BODY = b'{"status":"healthy","database":"connected","redis":"connected"}'
ANSWER = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n"
    b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY
)
MODULE = "modules: {http_2xx: {prober: http, timeout: 5s, http: {preferred_ip_protocol: ip4}}}\n"


class Page(asyncio.Protocol):
    """Answers any request with one page."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, _data: bytes) -> None:
        self.transport.write(ANSWER)
        self.transport.close()


def serve(port: "multiprocessing.Queue[int]") -> None:
    async def run() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(Page, HOST, 0, backlog=4096)
        port.put(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(run())


@dataclass(frozen=True)
class Took:
    """Looks done, seconds of the clock, seconds of processor time, how even the seconds were."""

    looks: int
    seconds: float
    cpu: float
    failed: int = 0
    worst_late: float = 0.0
    fewest: int = 0
    most: int = 0
    memory_mib: float = 0.0
    median: float = 0.0
    after_pause: int = 0  # looks in the busiest second after a pause

    @property
    def per_thousand(self) -> float:
        return 1000 * self.cpu / max(1, self.looks)


def ours(
    url: str, many: int, interval: float, seconds: float, told: "multiprocessing.Queue[Took]"
) -> None:
    names = [f"probe-{number}" for number in range(many)]
    probes = {name: HttpProbe("http", url, interval_seconds=interval) for name in names}
    alarms = {
        name: Binding(source="probe", probe=name, operator=">", threshold=0.0, for_seconds=5.0)
        for name in names
    }
    settings = Settings(alarms=alarms, probes=probes)
    watcher = Watcher(all_watched(Facts(), settings, 1.0), probes)
    count: Counter[int] = Counter()
    failed = 0

    def put(sample: Sample) -> None:
        nonlocal failed
        failed += bool(sample.problem)
        count[int(time.monotonic() - began)] += 1
        watcher.seen(sample, datetime.now(UTC))

    pace = Pace()

    async def look(around: Around) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await probe(probes, around, put, Watching(per_target=200), pace)

    with ThreadPoolExecutor(1) as threads:
        began = time.monotonic()
        before = time.process_time()
        asyncio.run(look(Around(threads)))
        cpu = time.process_time() - before
    seen = [count[second] for second in range(1, int(seconds) - 1)] or [0]
    paused = [place for place, looks in enumerate(seen) if looks == 0]
    full = [looks for place, looks in enumerate(seen) if not paused or place < paused[0]] or [0]
    after = max(seen[paused[-1] + 1 :], default=0) if paused else 0
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    took = time.monotonic() - began
    told.put(
        Took(
            pace.done,
            took,
            cpu,
            failed,
            pace.latest,
            min(full),
            max(full),
            memory,
            statistics.median(full),
            after,
        )
    )


# --- the exporter --------------------------------------------------------------------------------


def fetched(folder: Path) -> Path | None:
    """Fetch Debian's package and unpack it; None where it cannot be had."""
    if sys.platform != "linux":
        return None
    name = "prometheus-blackbox-exporter"
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        subprocess.run(
            ["apt-get", "download", name], cwd=folder, check=True, timeout=60,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        (package,) = folder.glob("*.deb")
        subprocess.run(["dpkg-deb", "-x", package, folder / "x"], check=True, timeout=60)
        return folder / "x" / "usr" / "bin" / name
    return None


def cpu_of(pid: int) -> float:
    """Seconds of processor time that a process has used."""
    said = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(said[11]) + int(said[12])) / os.sysconf("SC_CLK_TCK")


@contextlib.contextmanager
def exporter(program: Path, folder: Path) -> Iterator[tuple[int, int]]:
    """Start the exporter; gives its process and port."""
    import socket

    (folder / "blackbox.yml").write_text(MODULE)
    with socket.create_server((HOST, 0)) as free:
        port = int(free.getsockname()[1])
    process = subprocess.Popen(
        [program, f"--config.file={folder / 'blackbox.yml'}", "--log.level=error",
         f"--web.listen-address={HOST}:{port}"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        for _ in range(100):
            with contextlib.suppress(OSError):
                socket.create_connection((HOST, port), 1).close()
                break
            time.sleep(0.05)
        yield process.pid, port
    finally:
        process.terminate()
        process.wait(10)


async def ask(port: int, url: str, looks: int, rate: int) -> int:
    """Have the exporter look so many times, so often a second, over kept connections."""
    request = (
        f"GET /probe?module=http_2xx&target={url} HTTP/1.1\r\nHost: {HOST}\r\n"
        "Accept-Encoding: gzip\r\n\r\n"
    ).encode()
    workers, done = 50, 0
    began = time.monotonic()

    async def one(number: int) -> int:
        reader, writer = await asyncio.open_connection(HOST, port)
        good = 0
        for look in range(number, looks, workers):
            await asyncio.sleep(max(0.0, began + look / rate - time.monotonic()))
            writer.write(request)
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            if "content-length: " in head:
                await reader.readexactly(int(head.split("content-length: ")[1].split("\r\n")[0]))
            else:
                await reader.readuntil(b"0\r\n\r\n")
            good += " 200 " in head
        writer.close()
        return good

    for found in await asyncio.gather(*(one(number) for number in range(workers))):
        done += found
    return done


def theirs(program: Path, folder: Path, url: str, looks: int, rate: int) -> Took:
    with exporter(program, folder) as (pid, port):
        asyncio.run(ask(port, url, 50, rate))  # warmed
        before, began = cpu_of(pid), time.monotonic()
        done = asyncio.run(ask(port, url, looks, rate))
        return Took(done, time.monotonic() - began, cpu_of(pid) - before, looks - done)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--seconds", type=float, default=10.0)
    asked.add_argument("--probes", type=int, default=1000)
    asked.add_argument("--interval", type=float, default=1.0)
    asked.add_argument("--pause", type=float, default=0.0)
    asked.add_argument("--blackbox", type=Path)
    asked.add_argument("--no-blackbox", action="store_true")
    options = asked.parse_args()
    context = multiprocessing.get_context("spawn")
    port: multiprocessing.Queue[int] = context.Queue()
    server = context.Process(target=serve, args=(port,), daemon=True)
    server.start()
    url = f"http://{HOST}:{port.get(timeout=30)}/health"
    told: multiprocessing.Queue[Took] = context.Queue()
    looker = context.Process(
        target=ours, args=(url, options.probes, options.interval, options.seconds, told)
    )
    looker.start()
    if options.pause:
        time.sleep(options.seconds / 2)
        os.kill(looker.pid or 0, signal.SIGSTOP)
        time.sleep(options.pause)
        os.kill(looker.pid or 0, signal.SIGCONT)
    mine = told.get(timeout=options.seconds + 60)
    looker.join(10)
    print(
        f"ours: {mine.looks} looks in {mine.seconds:.1f} s ({mine.failed} failed), "
        f"{mine.per_thousand:.3f} s of processor time for 1,000, {mine.fewest}–{mine.most} a "
        f"second, {mine.worst_late * 1000:.0f} ms late at worst, {mine.memory_mib:.0f} MiB"
    )
    if options.pause:
        over = mine.after_pause / max(1.0, mine.median)
        print(f"after the pause: {mine.after_pause} in the busiest second, {over:.1f} × the pace")
    found: dict[str, object] = {"ours": mine.__dict__, "per_thousand": mine.per_thousand}
    with tempfile.TemporaryDirectory() as at:
        program = None if options.no_blackbox else options.blackbox or fetched(Path(at))
        if program is None:
            print("blackbox exporter: not to be had here")
        else:
            rate = int(options.probes / options.interval)
            other = theirs(program, Path(at), url, int(rate * options.seconds / 2), rate)
            ratio = other.per_thousand / mine.per_thousand
            print(
                f"blackbox exporter: {other.looks} looks in {other.seconds:.1f} s "
                f"({other.failed} failed), {other.per_thousand:.3f} s for 1,000: "
                f"{ratio:.1f} times ours"
            )
            found |= {"blackbox": other.__dict__, "ratio": ratio}
    server.terminate()
    print(json.dumps(found))


if __name__ == "__main__":
    main()
