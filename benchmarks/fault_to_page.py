"""How long from a fault to its page, beside Prometheus, blackbox exporter and Alertmanager.

    python benchmarks/fault_to_page.py [--trials 100] [--programs FOLDER] [--seconds 60]

Both watch the same sites on loopback, each site once a second, in one run: a site begins to fail at
a moment drawn at random, and the time is taken until each of the two has posted its page. Ours is
`steadyhand serve` with a document for each site, an alarm of 1 of 1 periods; theirs is configured
as fast as theirs goes (`scrape_interval` and `evaluation_interval` 1 s, no `for`, `group_wait` 0).
Then nothing fails for a while, and what both cost is read: processor time for 1,000 probes, and
memory (PSS) with all their processes. A trial has a site of its own. FOLDER holds `prometheus`,
`prometheus-alertmanager` and `prometheus-blackbox-exporter` as Debian's packages of these names
have them in usr/bin.

Prints text, and JSON as its last line.
"""

import argparse
import asyncio
import json
import os
import random
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import psutil

WARMING = 15.0  # seconds in which everything gets to its steady state
PATIENCE = 30.0  # seconds that a page may take


class Sites:
    """The sites, and the receiver of both pages: `arrived` is (who, site) → when.

    Answers from one thread with as little work as can be: it shares the machine with what it is
    there to measure.
    """

    def __init__(self) -> None:
        self.failing: set[str] = set()
        self.asked: dict[str, int] = {"ours": 0, "theirs": 0}
        self.arrived: dict[tuple[str, str], float] = {}
        self.loop = asyncio.new_event_loop()
        made = self.loop.create_server(lambda: _Answer(self), "127.0.0.1", 0, backlog=1024)
        self.port: int = self.loop.run_until_complete(made).sockets[0].getsockname()[1]
        threading.Thread(target=self.loop.run_forever, daemon=True).start()

    def page(self, path: str, body: bytes) -> None:
        """Take a page in."""
        now = time.monotonic()
        if path != "/page/theirs":
            self.arrived.setdefault(("ours", path.rsplit("/", 1)[1]), now)
            return
        for alert in json.loads(body)["alerts"]:
            if alert["status"] == "firing":
                site = alert["labels"]["instance"].rsplit("/", 1)[1]
                self.arrived.setdefault(("theirs", site), now)


class _Answer(asyncio.Protocol):
    """One connection; requests come one after the other."""

    def __init__(self, sites: Sites) -> None:
        self.sites = sites
        self.held = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.held += data
        head, blank, body = self.held.partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r")[0] or 0)
        if not blank or len(body) < length:
            return
        method, path, _ = head.decode("latin-1").split(" ", 2)
        self.held = b""
        status = b"200 OK"
        if method == "POST":
            self.sites.page(path, body)
        else:
            who, site = path.strip("/").split("/")
            self.sites.asked[who] += 1
            status = b"503 Service Unavailable" if site in self.sites.failing else status
        self.transport.write(b"HTTP/1.1 " + status + b"\r\nContent-Length: 2\r\n\r\nok")


def free_port() -> int:
    """Find a port of loopback that nobody listens on."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


@contextmanager
def running(words: list[str], folder: Path, name: str) -> Iterator[psutil.Process]:
    """Run a program with its output in a file, until this ends."""
    env = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
    with (folder / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(words, cwd=folder, env=env, stdout=log, stderr=log)
        try:
            yield psutil.Process(process.pid)
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def ours(folder: Path, sites: list[str], port: int) -> list[str]:
    """Write a document and its settings for each site; the command that serves them."""
    for site in sites:
        place = folder / "ours" / site
        place.mkdir(parents=True)
        (place / f"{site}.md").write_text(
            f"# {site}\n\n## The site is down\n\n```bash\ndate\n```\n\n## Alarms\n\n"
            "| Alarm | Threshold | Action |\n|---|---|---|\n"
            "| site-down | > 0 | Page on-call |\n\n## Escalation\n\n"
            "| Level | Contact | When |\n|---|---|---|\n| L1 | On-call | Immediately |\n"
        )
        (place / "steadyhand.toml").write_text(
            f'schema = 1\ntarget = "aws:bench@us-east-1"\n'
            f'[probes.site]\nkind = "http"\nurl = "http://127.0.0.1:{port}/ours/{site}"\n'
            "interval_seconds = 1\ntimeout_seconds = 1\n"
            '[alarms.site-down]\nsource = "probe"\nprobe = "site"\nmeasure = "failed"\n'
            "period_seconds = 1\n"
            '[contacts."On-call"]\nnotices = ["webhook"]\n'
            f'webhook = "http://127.0.0.1:{port}/page/ours/{site}"\n'
            "[notices]\nstorm_pages = 1000\n"  # all sites are one person's, and fail in turn
        )
    program = str(Path(sys.executable).with_name("steadyhand"))
    return [program, "--state", str(folder / "state"), "serve", str(folder / "ours")]


def theirs(folder: Path, sites: list[str], port: int, programs: Path) -> dict[str, list[str]]:
    """Write the three configurations; name → command."""
    ports = {name: free_port() for name in ("prometheus", "alertmanager", "blackbox")}
    (folder / "blackbox.yml").write_text(
        "modules:\n  http_2xx:\n    prober: http\n    timeout: 1s\n"
    )
    (folder / "alertmanager.yml").write_text(
        "route:\n  receiver: page\n  group_by: [instance]\n  group_wait: 0s\n"
        "  group_interval: 1s\n  repeat_interval: 4h\n"
        "receivers:\n- name: page\n  webhook_configs:\n"
        f"  - url: http://127.0.0.1:{port}/page/theirs\n"
    )
    (folder / "rules.yml").write_text(
        "groups:\n- name: sites\n  rules:\n  - alert: SiteDown\n    expr: probe_success == 0\n"
    )
    targets = ", ".join(f"'http://127.0.0.1:{port}/theirs/{site}'" for site in sites)
    (folder / "prometheus.yml").write_text(
        "global: {scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}\n"
        "rule_files: [rules.yml]\n"
        "alerting:\n  alertmanagers:\n  - static_configs:\n"
        f"    - targets: ['127.0.0.1:{ports['alertmanager']}']\n"
        "scrape_configs:\n- job_name: sites\n  metrics_path: /probe\n"
        "  params: {module: [http_2xx]}\n"
        f"  static_configs:\n  - targets: [{targets}]\n  relabel_configs:\n"
        "  - {source_labels: [__address__], target_label: __param_target}\n"
        "  - {source_labels: [__param_target], target_label: instance}\n"
        f"  - {{target_label: __address__, replacement: '127.0.0.1:{ports['blackbox']}'}}\n"
    )
    listen = {name: f"127.0.0.1:{number}" for name, number in ports.items()}
    return {
        "blackbox": [
            str(programs / "prometheus-blackbox-exporter"), "--config.file=blackbox.yml",
            f"--web.listen-address={listen['blackbox']}",
        ],
        "alertmanager": [
            str(programs / "prometheus-alertmanager"), "--config.file=alertmanager.yml",
            f"--storage.path={folder / 'am'}", f"--web.listen-address={listen['alertmanager']}",
            "--cluster.listen-address=",
        ],
        "prometheus": [
            str(programs / "prometheus"), "--config.file=prometheus.yml",
            f"--storage.tsdb.path={folder / 'tsdb'}",
            f"--web.listen-address={listen['prometheus']}",
        ],
    }  # fmt: skip


def until(true: Callable[[], Any], seconds: float) -> bool:
    """Look until something is true, or the time is over."""
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def tree(roots: list[psutil.Process]) -> list[psutil.Process]:
    """Give processes and all that they have started."""
    return [one for root in roots for one in (root, *root.children(recursive=True))]


def cpu(roots: list[psutil.Process]) -> float:
    """Add up the processor time of trees of processes, in seconds; of ended children, too."""
    return sum(sum(one.cpu_times()[:4]) for one in roots)


def pss(roots: list[psutil.Process]) -> int:
    """Add up the memory of trees of processes, what they share once, in bytes."""
    return sum(one.memory_full_info().pss for one in tree(roots))


def trials(server: Sites, sites: list[str], who: list[str]) -> dict[str, list[float]]:
    """Break one site after the other; the seconds until each page. Infinite for none."""
    taken: dict[str, list[float]] = {name: [] for name in who}
    for site in sites:
        time.sleep(random.uniform(0.2, 1.2))
        server.failing.add(site)
        began = time.monotonic()
        wanted = {(name, site) for name in who}
        until(partial(wanted.issubset, server.arrived), PATIENCE)
        for name in who:
            at = server.arrived.get((name, site), float("inf"))
            taken[name].append(at - began)
    return taken


def main() -> None:
    """Print the figures."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--trials", type=int, default=100)
    asked.add_argument("--seconds", type=float, default=60.0)
    asked.add_argument("--programs", type=Path, default=Path("/usr/bin"))
    options = asked.parse_args()
    random.seed(7)
    sites = [f"site{number}" for number in range(options.trials)]
    server = Sites()
    folder = Path(tempfile.mkdtemp(prefix="fault-to-page-"))
    others = shutil.which("prometheus", path=str(options.programs)) is not None
    who = ["ours", "theirs"] if others else ["ours"]
    found: dict[str, Any] = {}
    try:
        with _all(folder, sites, server.port, options.programs if others else None) as roots:
            ready = until(lambda: all(server.asked[name] > 2 * len(sites) for name in who), 60)
            assert ready, f"not all sites are asked: {server.asked}"
            time.sleep(WARMING)
            for name in who:
                for one in roots[name]:
                    assert one.status() != psutil.STATUS_ZOMBIE, f"one of {name} has ended: {one}"
            for name in who:
                found[name] = {"pss_mb": round(pss(roots[name]) / 1e6)}
            before = {name: (cpu(tree(roots[name])), server.asked[name]) for name in who}
            time.sleep(options.seconds)
            for name in who:
                spent = cpu(tree(roots[name])) - before[name][0]
                asked_for = server.asked[name] - before[name][1]
                found[name]["probes_per_second"] = round(asked_for / options.seconds, 1)
                found[name]["cpu_per_1000_probes"] = round(1000 * spent / asked_for, 2)
            taken = trials(server, sites, who)
    finally:
        server.loop.call_soon_threadsafe(server.loop.stop)
        shutil.rmtree(folder, ignore_errors=True)
    for name in who:
        ordered = sorted(taken[name])
        found[name] |= {
            "p50": round(statistics.median(ordered), 2),
            "p90": round(ordered[int(len(ordered) * 0.9)], 2),
            "max": round(ordered[-1], 2),
        }
        said = "  ".join(f"{key} {value}" for key, value in found[name].items())
        print(f"{name:7} {said}")
    print(json.dumps({"trials": len(sites), **found}))


@contextmanager
def _all(
    folder: Path, sites: list[str], port: int, programs: Path | None
) -> Iterator[dict[str, list[psutil.Process]]]:
    """Run ours, and theirs where they are to be had, side by side."""
    with running(ours(folder, sites, port), folder, "ours") as mine:
        if programs is None:
            yield {"ours": [mine]}
            return
        words = theirs(folder, sites, port, programs)
        with (
            running(words["blackbox"], folder, "blackbox") as first,
            running(words["alertmanager"], folder, "alertmanager") as second,
            running(words["prometheus"], folder, "prometheus") as third,
        ):
            yield {"ours": [mine], "theirs": [first, second, third]}


if __name__ == "__main__":
    main()
